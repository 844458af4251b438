package prodlens.jetbrains;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.lsp4j.CodeActionContext;
import org.eclipse.lsp4j.CodeActionParams;
import org.eclipse.lsp4j.CodeLens;
import org.eclipse.lsp4j.CodeLensParams;
import org.eclipse.lsp4j.Diagnostic;
import org.eclipse.lsp4j.ExecuteCommandParams;
import org.eclipse.lsp4j.HoverParams;
import org.eclipse.lsp4j.ShowDocumentParams;
import org.eclipse.lsp4j.TextDocumentIdentifier;
import org.junit.jupiter.api.Test;
import prodlens.core.Settings;

/** The same server under JetBrains' own LSP client: what it says that it can do, it gets, and nothing beyond that. */
class PlatformClientTest {
  @Test
  void getsLensHoverWarningQuickFixAndJump() throws Exception {
    Inputs inputs = Inputs.fromSystemProperties();
    var settings = new Settings().toJson("");
    var command = List.of(inputs.node().toString(), inputs.server().toString(), "--stdio");
    try (var session = new ServerSession(inputs, command, new JsonObject(), settings, ServerSession.Profile.PLATFORM)) {
      var document = new TextDocumentIdentifier(session.uri);
      Diagnostic warning = session.client.await("a diagnostic about a slower function", () -> slower(session));
      assertNull(warning.getRelatedInformation(), "the client did not say that it shows related places");
      assertEquals(0, session.client.lensRefreshes(), "the client did not say that it refreshes lenses");

      List<? extends CodeLens> lenses =
          session.server.getTextDocumentService().codeLens(new CodeLensParams(document)).get(60, TimeUnit.SECONDS);
      assertTrue(lenses.stream().anyMatch(lens -> lens.getCommand().getTitle().contains("slower since")), lenses.toString());
      var at = new HoverParams(document, warning.getRange().getStart());
      var hover = session.server.getTextDocumentService().hover(at).get(60, TimeUnit.SECONDS);
      assertTrue(hover.getContents().getRight().getValue().contains("p95"), hover.toString());

      var context = new CodeActionContext(List.of(warning));
      var asked = new CodeActionParams(document, warning.getRange(), context);
      var fixes = session.server.getTextDocumentService().codeAction(asked).get(60, TimeUnit.SECONDS);
      var commands = session.initialized.getCapabilities().getExecuteCommandProvider().getCommands();
      assertTrue(fixes.size() >= 3, fixes.toString());
      for (var fix : fixes) {
        var action = fix.getRight();
        assertNotNull(action, "an action, not a bare command");
        assertEquals("quickfix", action.getKind());
        assertTrue(commands.contains(action.getCommand().getCommand()), action.toString());
      }

      CodeLens lens = lenses.stream().filter(one -> one.getCommand().getArguments().get(0) != null).findFirst().orElseThrow();
      var jump = new ExecuteCommandParams("prodlens.showFunction", lens.getCommand().getArguments());
      session.server.getWorkspaceService().executeCommand(jump).get(60, TimeUnit.SECONDS);
      ShowDocumentParams shown =
          session.client.await(
              "window/showDocument", () -> session.client.shownDocuments().stream().findFirst().orElse(null));
      assertEquals(lens.getRange().getStart().getLine(), shown.getSelection().getStart().getLine());
      assertEquals(List.of(), session.client.shownMessages(), "nothing pops up");
      assertEquals(0, session.shutdownAndExit());
    }
  }

  /** null while there is none. */
  private static Diagnostic slower(ServerSession session) {
    return session.client.diagnostics(session.uri).stream()
        .filter(diagnostic -> diagnostic.getMessage().isLeft() && diagnostic.getMessage().getLeft().contains("slower"))
        .findFirst()
        .orElse(null);
  }
}
