package prodlens.jetbrains;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.eclipse.lsp4j.CodeLens;
import org.eclipse.lsp4j.CodeLensParams;
import org.eclipse.lsp4j.ShowDocumentParams;
import org.eclipse.lsp4j.TextDocumentIdentifier;
import org.junit.jupiter.api.Test;
import prodlens.core.AlertCommand;
import prodlens.core.Alerts;
import prodlens.core.Machine;
import prodlens.core.ServerCommand;
import prodlens.core.Settings;
import prodlens.core.StatusText;

/** What a JetBrains user has with the plugin: the packed server, started as the plugin starts it, and what it says beyond LSP. */
class PluginSessionTest {
  @Test
  void thePackedServerTellsItsStatusAndItsAlertsAndOpensOne() throws Exception {
    Inputs inputs = Inputs.fromSystemProperties();
    List<String> command = ServerCommand.of(inputs.plugin(), inputs.node().toString(), Machine.current());
    var settings = new Settings().toJson("");
    try (var session = new ServerSession(
            inputs, command, Settings.initializationOptions(), settings, ServerSession.Profile.LSP4IJ)) {
      session.client.await("a status that is connected", () -> isConnected(session) ? Boolean.TRUE : null);
      assertEquals(inputs.collectorUrl(), session.client.state().status().url());
      Alerts.Alert alert = session.client.await("alerts in the list of the tool window", () -> anAlert(session));
      assertNotNull(alert.title());
      assertNotNull(alert.group().title());
      String line = StatusText.line(session.client.state().status(), session.client.state().alerts());
      assertTrue(line.matches("Prodlens: \\d+ alerts?"), line);
      session.client.state().execute(AlertCommand.OPEN, alert.id());
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
    var settings = new Settings().toJson("");
    try (var relay = new Relay(inputs.collectorUrl());
        var session =
            new ServerSession(
                inputs.withCollector(relay.url()),
                command,
                Settings.initializationOptions(),
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
    Alerts.Status status = session.client.state().status();
    return status != null && status.state().equals("connected");
  }

  /** The first that is about a function; null while there is none. */
  private static Alerts.Alert anAlert(ServerSession session) {
    return session.client.state().alerts().groups("").stream()
        .flatMap(group -> group.alerts().stream())
        .filter(alert -> alert.place().file() != null)
        .findFirst()
        .orElse(null);
  }
}
