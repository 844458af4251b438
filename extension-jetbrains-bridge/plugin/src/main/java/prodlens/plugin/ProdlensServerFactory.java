package prodlens.plugin;

import com.intellij.openapi.project.Project;
import com.redhat.devtools.lsp4ij.LanguageServerFactory;
import com.redhat.devtools.lsp4ij.client.LanguageClientImpl;
import com.redhat.devtools.lsp4ij.server.StreamConnectionProvider;
import org.eclipse.lsp4j.services.LanguageServer;
import prodlens.core.ProdlensServer;

/** What LSP4IJ needs to run the language server: named in plugin.xml. */
public final class ProdlensServerFactory implements LanguageServerFactory {
  @Override
  public StreamConnectionProvider createConnectionProvider(Project project) {
    return new ProdlensConnection();
  }

  @Override
  public LanguageClientImpl createLanguageClient(Project project) {
    return new ProdlensClient(project);
  }

  @Override
  public Class<? extends LanguageServer> getServerInterface() {
    return ProdlensServer.class;
  }
}
