package prodlens.jetbrains;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.lsp4j.CodeActionContext;
import org.eclipse.lsp4j.CodeActionParams;
import org.eclipse.lsp4j.Command;
import org.eclipse.lsp4j.Diagnostic;
import org.eclipse.lsp4j.ExecuteCommandParams;
import org.eclipse.lsp4j.ShowDocumentParams;
import org.eclipse.lsp4j.TextDocumentIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import prodlens.core.AlertCommand;
import prodlens.core.AlertModel;
import prodlens.core.Alerts.Alert;
import prodlens.core.Settings;
import prodlens.jetbrains.ServerSession.Profile;

/**
 * What a person does about an alert, to the end: a warning's quick fixes and the tool window's menu, by the real server at
 * the real collector. What was muted is told of again afterwards, for the tests that come next.
 */
class AlertCommandsTest {
  private final Inputs inputs = Inputs.fromSystemProperties();
  /** Java's client asks for an upgrade to HTTP/2 by itself, which is not what a browser does in clear text. */
  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @ParameterizedTest
  @EnumSource(Profile.class)
  void theQuickFixesOfAWarningDoWhatTheySay(Profile profile) throws Exception {
    try (var session = session(profile, new JsonObject())) {
      Diagnostic warning = session.client.await("a warning", () -> slower(session));
      Map<String, Command> fixes = fixes(session, warning);
      String alertId = idOf(fixes.get(AlertCommand.MUTE.id));
      assertEquals(inputs.collectorUrl() + "/#/alerts/" + alertId, browsed(session, fixes.get("prodlens.openInWebApp")));
      assertTrue(browsed(session, fixes.get("prodlens.showForensics")).contains("/#/forensics?function="), "" + fixes);
      assertTrue(browsed(session, fixes.get("prodlens.compareVersions")).endsWith("from=1.0.0&to=2.0.0"), "" + fixes);
      assertNotNull(shownBy(session, fixes.get("prodlens.showStory")).getSelection());
      assertTrue(shownBy(session, fixes.get("prodlens.copyForAgent")).getUri().startsWith("file:"));

      for (AlertCommand silence : List.of(AlertCommand.MUTE, AlertCommand.MARK_EXPECTED)) {
        try {
          run(session, fixes.get(silence.id));
          session.client.await("no warning after " + silence, () -> again(session, warning) == null ? Boolean.TRUE : null);
        } finally {
          unmute(alertId);
        }
        session.client.await("the warning again after " + silence, () -> again(session, warning));
      }
      assertEquals(List.of(), session.client.shownMessages(), "nothing pops up");
      assertEquals(0, session.shutdownAndExit());
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void theMenuOfTheToolWindowDoesWhatItSays(Profile profile) throws Exception {
    try (var session = session(profile, Settings.initializationOptions())) {
      var commands = session.initialized.getCapabilities().getExecuteCommandProvider().getCommands();
      for (AlertCommand command : AlertCommand.values()) assertTrue(commands.contains(command.id), command + " of " + commands);

      Alert alert = session.client.await("an alert about the slowed function", () -> find(session, one -> isSlower(one) ? one : null));
      session.client.state().execute(AlertCommand.OPEN_IN_WEB_APP, alert.id());
      ShowDocumentParams page = session.client.await("the web app", () -> session.client.shownDocuments().stream().findFirst().orElse(null));
      assertEquals(inputs.collectorUrl() + "/#/alerts/" + alert.id(), page.getUri());
      for (var silence : Map.of(AlertCommand.MUTE, "muted", AlertCommand.MARK_EXPECTED, "expected").entrySet()) {
        try {
          session.client.state().execute(silence.getKey(), alert.id());
          awaitState(session, alert.id(), silence.getValue());
          String line = find(session, one -> one.id().equals(alert.id()) ? AlertModel.line(one) : null);
          assertTrue(line.endsWith(" · " + silence.getValue()), line);
        } finally {
          unmute(alert.id());
        }
        awaitState(session, alert.id(), "open");
      }
      session.client.await(
          "the notification that it is open again",
          () -> session.client.news().stream().filter(news -> news.alertId().equals(alert.id())).findFirst().orElse(null));
      assertEquals(List.of(), session.client.refusals());
      assertEquals(List.of(), session.client.shownMessages(), "nothing pops up");
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void whatTheCollectorRefusesIsSaidToThePersonWhoAsked(Profile profile) throws Exception {
    try (var collector = new TokenCollector(inputs);
        var session = new ServerSession(
                inputs.withCollector(collector.url()),
                List.of(inputs.node().toString(), inputs.server().toString(), "--stdio"),
                Settings.initializationOptions(),
                new Settings().toJson(collector.readToken()),
                profile)) {
      session.client.await("a status that is connected",
          () -> session.client.state().status() != null && session.client.state().status().state().equals("connected") ? Boolean.TRUE : null);
      session.client.state().execute(AlertCommand.MUTE, "any");
      String said = session.client.await("the refusal", () -> session.client.shownMessages().stream().findFirst().orElse(null)).getMessage();
      assertTrue(said.contains("needs alerts"), said);
    }
  }

  @Test
  void aServerThatHasEndedIsSaidToThePersonWhoAsked() throws Exception {
    try (var session = session(Profile.LSP4IJ, Settings.initializationOptions())) {
      assertEquals(0, session.shutdownAndExit());
      session.client.state().execute(AlertCommand.MUTE, "any");
      String said = session.client.await("the refusal", () -> session.client.refusals().stream().findFirst().orElse(null));
      assertTrue(said.startsWith(AlertCommand.MUTE.title + ": "), said);
    }
  }

  private ServerSession session(Profile profile, JsonObject options) throws Exception {
    var command = List.of(inputs.node().toString(), inputs.server().toString(), "--stdio");
    return new ServerSession(inputs, command, options, new Settings().toJson(""), profile);
  }

  /** The commands of a warning's quick fixes, by their id. */
  private static Map<String, Command> fixes(ServerSession session, Diagnostic warning) throws Exception {
    var document = new TextDocumentIdentifier(session.uri);
    var asked = new CodeActionParams(document, warning.getRange(), new CodeActionContext(List.of(warning)));
    return session.server.getTextDocumentService().codeAction(asked).get(60, TimeUnit.SECONDS).stream()
        .map(fix -> fix.getRight().getCommand())
        .collect(Collectors.toMap(Command::getCommand, Function.identity()));
  }

  private static void run(ServerSession session, Command command) throws Exception {
    var params = new ExecuteCommandParams(command.getCommand(), command.getArguments());
    session.server.getWorkspaceService().executeCommand(params).get(60, TimeUnit.SECONDS);
  }

  private static ShowDocumentParams shownBy(ServerSession session, Command command) throws Exception {
    int already = session.client.shownDocuments().size();
    run(session, command);
    return session.client.await(
        "window/showDocument of " + command,
        () -> session.client.shownDocuments().stream().skip(already).findFirst().orElse(null));
  }

  /** The address that opens in a browser; the collector answers there. */
  private String browsed(ServerSession session, Command command) throws Exception {
    ShowDocumentParams shown = shownBy(session, command);
    assertEquals(Boolean.TRUE, shown.getExternal(), "in the browser: " + shown);
    assertNotNull(shown.getSelection(), "LSP4IJ fails without one");
    var page = http.send(HttpRequest.newBuilder(URI.create(shown.getUri())).build(), BodyHandlers.ofString());
    assertEquals(200, page.statusCode());
    assertTrue(page.body().contains("<html"), page.body());
    return shown.getUri();
  }

  private void unmute(String alertId) throws Exception {
    URI uri = URI.create(inputs.collectorUrl() + "/api/v1/alerts/" + alertId + "/unmute");
    var request = HttpRequest.newBuilder(uri).header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofString("{}"));
    assertEquals(200, http.send(request.build(), BodyHandlers.discarding()).statusCode());
  }

  /** As the tool window has it; a client that was not told asks by itself, as it does when the server has started. */
  private static void awaitState(ServerSession session, String alertId, String wanted) throws Exception {
    session.client.await(
        "alert " + alertId + " is " + wanted,
        () -> find(session, one -> one.id().equals(alertId) && one.state().equals(wanted) ? one : null));
  }

  /** The first answer that is not null, over the alerts in the list of the tool window. */
  private static <T> T find(ServerSession session, Function<Alert, T> question) {
    return session.client.state().alerts().groups("").stream()
        .flatMap(group -> group.alerts().stream())
        .map(question)
        .filter(answer -> answer != null)
        .findFirst()
        .orElse(null);
  }

  private static boolean isSlower(Alert alert) {
    return alert.kind().startsWith("slower") && alert.place().file() != null && alert.place().file().endsWith("pricing.ts");
  }

  /** Of the alert, not of the numbers alone; null while there is none. */
  private static Diagnostic slower(ServerSession session) {
    return session.client.diagnostics(session.uri).stream()
        .filter(diagnostic -> diagnostic.getMessage().isLeft() && diagnostic.getMessage().getLeft().contains("slower"))
        .findFirst()
        .orElse(null);
  }

  /** A warning at the same place: its numbers may have changed, and others may stand elsewhere in the file. */
  private static Diagnostic again(ServerSession session, Diagnostic warning) {
    return session.client.diagnostics(session.uri).stream()
        .filter(diagnostic -> diagnostic.getRange().equals(warning.getRange()))
        .filter(diagnostic -> diagnostic.getMessage().isLeft() && diagnostic.getMessage().getLeft().contains("slower"))
        .findFirst()
        .orElse(null);
  }

  private static String idOf(Command command) {
    return Arrays.asList(command.getArguments().toArray()).get(0).toString().replace("\"", "");
  }
}
