package prodlens.jetbrains;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.lsp4j.Diagnostic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the templates say is started, word for word: the one of the repository, whose program npm has put on the PATH, and
 * the one that the installer has laid into place, in a folder with a space in its name.
 */
class TemplateCommandTest {
  @TempDir Path bin;

  @Test
  void theRepositorysTemplateStartsTheProgramOnThePath() throws Exception {
    Inputs inputs = Inputs.fromSystemProperties();
    // As npm links a package's program.
    Files.createSymbolicLink(bin.resolve("prodlens-language-server"), inputs.server());
    Files.createSymbolicLink(bin.resolve("node"), inputs.node());
    assertTrue(inputs.server().toFile().setExecutable(true));
    Template template = Template.read(inputs.template());
    try (var session = ServerSession.withPath(bin, inputs, template)) {
      warned(session);
      assertEquals(0, session.shutdownAndExit(), session.stderr());
      assertEquals("", session.stderr(), "LSP4IJ shows stderr as errors");
    }
  }

  @Test
  void theInstalledTemplateNeedsNoPath() throws Exception {
    Inputs inputs = Inputs.fromSystemProperties();
    Template template = Template.read(inputs.installed());
    assertTrue(template.command().get(1).contains(" "), template.command().toString());
    assertEquals(3, template.command().size(), template.command().toString());
    try (var session = ServerSession.withPath(bin, inputs, template)) {
      warned(session);
      assertEquals(0, session.shutdownAndExit(), session.stderr());
    }
  }

  /** The template's own settings have brought it to the collector. */
  private static void warned(ServerSession session) throws Exception {
    session.client.await(
        "a warning",
        () -> {
          for (Diagnostic one : session.client.diagnostics(session.uri)) {
            if (one.getMessage().isLeft() && one.getMessage().getLeft().contains("slower")) return one;
          }
          return null;
        });
  }
}
