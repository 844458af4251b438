package prodlens.jetbrains;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.eclipse.lsp4j.CodeLens;
import org.eclipse.lsp4j.CodeLensParams;
import org.eclipse.lsp4j.ExecuteCommandParams;
import org.eclipse.lsp4j.ShowDocumentParams;
import org.eclipse.lsp4j.TextDocumentIdentifier;
import org.junit.jupiter.api.Test;
import prodlens.core.Alerts;
import prodlens.core.Machine;
import prodlens.core.ServerCommand;
import prodlens.core.SettingsJson;

/** What a JetBrains user has with the plugin: the packed server, started as the plugin starts it, and what it says beyond LSP. */
class PluginSessionTest {
  @Test
  void thePackedServerTellsItsStatusAndItsAlertsAndOpensOne() throws Exception {
    Inputs inputs = Inputs.fromSystemProperties();
    List<String> command = ServerCommand.of(inputs.plugin(), inputs.node().toString(), Machine.current());
    var settings = new SettingsJson("", "", "", List.of(), "1h", Map.of(), true, "", true).toJson();
    try (var session = new ServerSession(
            inputs, command, SettingsJson.initializationOptions(), settings, ServerSession.Profile.LSP4IJ)) {
      Alerts.Status status =
          session.client.await(
              "a status that is connected",
              () -> {
                Alerts.Status now = session.client.status();
                return now != null && now.state().equals("connected") ? now : null;
              });
      assertEquals(inputs.collectorUrl(), status.url());

      session.client.await("prodlens/alertsChanged", () -> session.client.alertChanges() > 0 ? Boolean.TRUE : null);
      Alerts.Alert alert = anAlert(session);
      assertNotNull(alert.title());
      assertNotNull(alert.group().title());
      var open = new ExecuteCommandParams("prodlens.openAlert", List.of(alert.id()));
      session.server.getWorkspaceService().executeCommand(open).get(60, TimeUnit.SECONDS);
      ShowDocumentParams shown =
          session.client.await(
              "window/showDocument", () -> session.client.shownDocuments().stream().findFirst().orElse(null));
      assertTrue(shown.getUri().endsWith("/" + alert.place().file()), shown.getUri() + " for " + alert);
      assertNotNull(shown.getSelection(), "LSP4IJ opens nothing without a selection");

      var document = new CodeLensParams(new TextDocumentIdentifier(session.uri));
      List<? extends CodeLens> lenses = session.server.getTextDocumentService().codeLens(document).get(60, TimeUnit.SECONDS);
      var starts = lenses.stream().map(lens -> lens.getRange().getStart()).collect(Collectors.toSet());
      assertEquals(lenses.size(), starts.size(), "one lens for each function");
      assertEquals(0, session.shutdownAndExit());
    }
  }

  @Test
  void aCollectorThatGoesAwayAndComesBackTakesNoNumberWithIt() throws Exception {
    Inputs inputs = Inputs.fromSystemProperties();
    List<String> command = ServerCommand.of(inputs.plugin(), inputs.node().toString(), Machine.current());
    var settings = new SettingsJson("", "", "", List.of(), "1h", Map.of(), true, "", true).toJson();
    try (var relay = new Relay(inputs.collectorUrl());
        var session =
            new ServerSession(
                inputs.withCollector(relay.url()),
                command,
                SettingsJson.initializationOptions(),
                settings,
                ServerSession.Profile.LSP4IJ)) {
      session.client.await("numbers", () -> session.client.diagnostics(session.uri).isEmpty() ? null : Boolean.TRUE);
      relay.away();
      session.client.await("a status that is not connected", () -> isConnected(session) ? null : Boolean.TRUE);
      var document = new CodeLensParams(new TextDocumentIdentifier(session.uri));
      List<? extends CodeLens> lenses = session.server.getTextDocumentService().codeLens(document).get(60, TimeUnit.SECONDS);
      assertTrue(lenses.stream().anyMatch(lens -> lens.getCommand().getTitle().contains("p95")), lenses.toString());
      relay.back();
      session.client.await("a status that is connected", () -> isConnected(session) ? Boolean.TRUE : null);
      assertEquals(List.of(), session.client.shownMessages(), "nothing pops up");
      assertEquals(0, session.shutdownAndExit());
    }
  }

  private static boolean isConnected(ServerSession session) {
    return session.client.status() != null && session.client.status().state().equals("connected");
  }

  /** The first of those that there are; asks again each time the server says that they have changed. */
  private static Alerts.Alert anAlert(ServerSession session) throws Exception {
    while (true) {
      int seen = session.client.alertChanges();
      List<Alerts.Alert> alerts = session.server.alerts().get(60, TimeUnit.SECONDS).alerts();
      if (alerts != null && !alerts.isEmpty()) return alerts.get(0);
      session.client.await("alerts", () -> session.client.alertChanges() > seen ? Boolean.TRUE : null);
    }
  }
}
