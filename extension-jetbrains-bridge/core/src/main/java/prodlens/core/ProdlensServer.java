package prodlens.core;

import java.util.concurrent.CompletableFuture;
import org.eclipse.lsp4j.jsonrpc.services.JsonRequest;
import org.eclipse.lsp4j.services.LanguageServer;

/** The language server with the one request of its own that this client sends. */
public interface ProdlensServer extends LanguageServer {
  @JsonRequest(Names.ALERTS)
  CompletableFuture<Alerts.Answer> alerts();
}
