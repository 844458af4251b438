package prodlens.jetbrains;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.lsp4j.CodeActionContext;
import org.eclipse.lsp4j.CodeActionParams;
import org.eclipse.lsp4j.CodeLens;
import org.eclipse.lsp4j.CodeLensParams;
import org.eclipse.lsp4j.Diagnostic;
import org.eclipse.lsp4j.DiagnosticRelatedInformation;
import org.eclipse.lsp4j.DiagnosticSeverity;
import org.eclipse.lsp4j.ExecuteCommandParams;
import org.eclipse.lsp4j.Hover;
import org.eclipse.lsp4j.HoverParams;
import org.eclipse.lsp4j.MessageParams;
import org.eclipse.lsp4j.MessageType;
import org.eclipse.lsp4j.ShowDocumentParams;
import org.eclipse.lsp4j.TextDocumentIdentifier;
import org.eclipse.lsp4j.jsonrpc.messages.NotificationMessage;
import org.eclipse.lsp4j.jsonrpc.messages.RequestMessage;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseMessage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What a JetBrains user has through LSP4IJ and the template alone, proven over the wire: one session of the real server
 * against a real collector that knows the opened file. The last three tests end the session and judge the whole of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LanguageServerTest {
  private static final Pattern LENS_WITH_NUMBER = Pattern.compile("p95 .*\\d.*(ms|µs|s)");

  /** What the template's client can handle; anything else, custom notifications above all, has no handler there. */
  private static final Set<String> STANDARD_METHODS =
      Set.of(
          "client/registerCapability",
          "client/unregisterCapability",
          "workspace/configuration",
          "workspace/workspaceFolders",
          "workspace/codeLens/refresh",
          "workspace/inlayHint/refresh",
          "workspace/diagnostic/refresh",
          "textDocument/publishDiagnostics",
          "window/showDocument",
          "window/logMessage",
          "window/workDoneProgress/create",
          "$/progress",
          "$/logTrace");

  private ServerSession session;

  @BeforeAll
  void start() throws Exception {
    session = ServerSession.ofTemplate(Inputs.fromSystemProperties());
  }

  @AfterAll
  void stop() {
    if (session != null) session.close();
  }

  @Test
  @Order(1)
  void offersWhatTheEditorUses() {
    var capabilities = session.initialized.getCapabilities();
    assertNotNull(capabilities.getCodeLensProvider(), "code lenses");
    assertNotNull(capabilities.getHoverProvider(), "hovers");
    assertTrue(commands().contains("prodlens.showFunction"), "commands are listed: " + commands());
    String encoding = capabilities.getPositionEncoding();
    assertTrue(encoding == null || encoding.equals("utf-16"), "positions are UTF-16, not " + encoding);
  }

  @Test
  @Order(1)
  void lensesCarryNumbersAndHaveTheirCommandInPlace() throws Exception {
    List<CodeLens> lenses = lensesWithNumbers();
    for (CodeLens lens : lenses) {
      assertNotNull(lens.getCommand(), "a lens needs no resolve: " + lens);
      assertFalse(lens.getCommand().getTitle().isBlank(), "a lens says something: " + lens);
      assertTrue(commands().contains(lens.getCommand().getCommand()), "the server runs what its lens names: " + lens);
    }
    var starts = lenses.stream().map(lens -> lens.getRange().getStart()).collect(Collectors.toSet());
    assertEquals(lenses.size(), starts.size(), "one lens for each function");
  }

  @Test
  @Order(1)
  void warnsOfTheSlowedFunctionAndExplainsItOnHover() throws Exception {
    Diagnostic warning = session.client.await("a diagnostic about a slower function", this::slowerDiagnostic);
    for (Diagnostic diagnostic : session.client.diagnostics(session.uri)) {
      var shown = Set.of(DiagnosticSeverity.Error, DiagnosticSeverity.Warning, DiagnosticSeverity.Information);
      assertTrue(shown.contains(diagnostic.getSeverity()), diagnostic.toString());
      assertEquals("Prodlens", diagnostic.getSource(), diagnostic.toString());
    }

    List<DiagnosticRelatedInformation> related = warning.getRelatedInformation();
    assertTrue(related != null && related.stream().anyMatch(place -> place.getMessage().contains("2.0.0")), "" + warning);

    var document = new TextDocumentIdentifier(session.uri);
    var asked = new CodeActionParams(document, warning.getRange(), new CodeActionContext(List.of(warning)));
    var fixes = session.server.getTextDocumentService().codeAction(asked).get(60, TimeUnit.SECONDS);
    assertTrue(fixes.size() >= 3, "quick fixes: " + fixes);
    for (var fix : fixes) assertTrue(commands().contains(fix.getRight().getCommand().getCommand()), fix.toString());

    var at = new HoverParams(new TextDocumentIdentifier(session.uri), warning.getRange().getStart());
    Hover hover = session.server.getTextDocumentService().hover(at).get(60, TimeUnit.SECONDS);
    assertNotNull(hover, "the slowed function has a hover");
    assertTrue(hover.getContents().isRight(), "the hover is markup");
    String text = hover.getContents().getRight().getValue();
    assertTrue(text.contains("p95"), "the hover carries p95: " + text);
  }

  @Test
  @Order(1)
  void takesItsConfigurationFromTheClient() throws Exception {
    // The collector's address is in the client's settings alone, so lenses with numbers prove that it was taken.
    lensesWithNumbers();
    assertTrue(
        session.client.configurationSections().stream().anyMatch(section -> "prodlens".equals(section)),
        "workspace/configuration asked for: " + session.client.configurationSections());
  }

  @Test
  @Order(1)
  void aChangedSettingTakesTheLensesAwayAndBringsThemBack() throws Exception {
    lensesWithNumbers();
    JsonObject before = session.client.settings();
    session.client.setSettings(withoutLenses(before));
    session.pushConfiguration();
    awaitLenses("no lenses once codeLens.enabled is false", lenses -> lenses.isEmpty());

    session.client.setSettings(before);
    session.pushConfiguration();
    lensesWithNumbers();
  }

  @Test
  @Order(1)
  void showFunctionOpensTheDocumentAtASelection() throws Exception {
    CodeLens lens =
        lensesWithNumbers().stream()
            .filter(candidate -> candidate.getCommand().getCommand().equals("prodlens.showStory"))
            .filter(candidate -> candidate.getCommand().getArguments().get(0) != null)
            .findFirst()
            .orElseThrow(() -> new AssertionError("no lens runs prodlens.showStory"));
    int already = session.client.shownDocuments().size();
    var command = new ExecuteCommandParams("prodlens.showFunction", lens.getCommand().getArguments());
    session.server.getWorkspaceService().executeCommand(command).get(60, TimeUnit.SECONDS);

    ShowDocumentParams shown =
        session.client.await(
            "window/showDocument",
            () -> session.client.shownDocuments().stream().skip(already).findFirst().orElse(null));
    assertEquals(session.uri, shown.getUri());
    assertNotNull(shown.getSelection(), "LSP4IJ opens nothing without a selection");
    assertEquals(lens.getRange().getStart().getLine(), shown.getSelection().getStart().getLine());
  }

  @Test
  @Order(2)
  void endsCleanly() throws Exception {
    assertEquals(0, session.shutdownAndExit(), "exit code; stderr: " + session.stderr());
    assertEquals("", session.stderr(), "LSP4IJ shows stderr as errors");
  }

  @Test
  @Order(3)
  void saidNothingThatTheEditorCannotHandleOrThatPopsUp() {
    Set<String> others = new TreeSet<>();
    for (var traffic : session.traffic) {
      if (!traffic.fromServer()) continue;
      if (traffic.message() instanceof RequestMessage request) others.add(request.getMethod());
      if (traffic.message() instanceof NotificationMessage notification) others.add(notification.getMethod());
    }
    assertTrue(others.contains("textDocument/publishDiagnostics"), "the traffic was recorded: " + others);
    others.removeAll(STANDARD_METHODS);
    assertEquals(Set.of(), others, "methods without a handler in LSP4IJ, or that open a window");
    assertEquals(List.of(), session.client.shownMessages(), "nothing pops up");
    for (MessageParams message : session.client.logMessages()) {
      assertTrue(Set.of(MessageType.Info, MessageType.Log).contains(message.getType()), "logged as: " + message);
    }
  }

  @Test
  @Order(3)
  void answersStringIdsWithStringIds() {
    Set<String> asked = new TreeSet<>();
    Set<String> answered = new TreeSet<>();
    for (var traffic : session.traffic) {
      if (!traffic.fromServer() && traffic.message() instanceof RequestMessage request) {
        assertTrue(request.getRawId().isLeft(), "LSP4J sends string ids: " + request);
        asked.add(request.getId());
      }
      if (traffic.fromServer() && traffic.message() instanceof ResponseMessage response) {
        assertTrue(response.getRawId().isLeft(), "the answer keeps the id a string: " + response);
        assertEquals(null, response.getError(), "no request failed");
        answered.add(response.getId());
      }
    }
    assertFalse(asked.isEmpty(), "requests were recorded");
    assertEquals(asked, answered, "each request has its answer");
  }

  private List<String> commands() {
    return session.initialized.getCapabilities().getExecuteCommandProvider().getCommands();
  }

  private Diagnostic slowerDiagnostic() {
    return session.client.diagnostics(session.uri).stream()
        .filter(diagnostic -> diagnostic.getMessage().isLeft())
        .filter(diagnostic -> diagnostic.getMessage().getLeft().contains("slower"))
        .findFirst()
        .orElse(null);
  }

  private List<CodeLens> lensesWithNumbers() throws Exception {
    return awaitLenses(
        "a lens whose title matches " + LENS_WITH_NUMBER,
        lenses -> lenses.stream().anyMatch(lens -> LENS_WITH_NUMBER.matcher(title(lens)).find()));
  }

  /** Asks as LSP4IJ does: at once, then again after each workspace/codeLens/refresh. */
  private List<CodeLens> awaitLenses(String what, Predicate<List<CodeLens>> wanted) throws Exception {
    var document = new CodeLensParams(new TextDocumentIdentifier(session.uri));
    while (true) {
      int refreshes = session.client.lensRefreshes();
      List<? extends CodeLens> answer =
          session.server.getTextDocumentService().codeLens(document).get(60, TimeUnit.SECONDS);
      List<CodeLens> lenses = answer == null ? List.of() : List.copyOf(answer);
      if (wanted.test(lenses)) return lenses;
      session.client.await(
          what + ", or a refresh; lenses are " + lenses.stream().map(LanguageServerTest::title).toList(),
          () -> session.client.lensRefreshes() > refreshes ? Boolean.TRUE : null);
    }
  }

  private static String title(CodeLens lens) {
    return lens.getCommand() == null ? "" : lens.getCommand().getTitle();
  }

  private static JsonObject withoutLenses(JsonObject settings) {
    JsonObject changed = settings.deepCopy();
    changed.getAsJsonObject("prodlens").getAsJsonObject("codeLens").addProperty("enabled", false);
    return changed;
  }
}
