package com.redhat.devtools.lsp4ij.client;

import com.intellij.openapi.Disposable;
import com.intellij.openapi.project.Project;
import com.redhat.devtools.lsp4ij.ServerStatus;
import java.util.concurrent.CompletableFuture;
import org.eclipse.lsp4j.MessageActionItem;
import org.eclipse.lsp4j.MessageParams;
import org.eclipse.lsp4j.PublishDiagnosticsParams;
import org.eclipse.lsp4j.ShowMessageRequestParams;
import org.eclipse.lsp4j.services.LanguageClient;
import org.eclipse.lsp4j.services.LanguageServer;

/** Of LanguageClient only the methods without a default; the real class answers all of them. */
public class LanguageClientImpl implements LanguageClient, Disposable {
  public LanguageClientImpl(Project project) {}

  protected final LanguageServer getLanguageServer() {
    throw new UnsupportedOperationException();
  }

  protected Object createSettings() {
    throw new UnsupportedOperationException();
  }

  public void triggerChangeConfiguration() {
    throw new UnsupportedOperationException();
  }

  public void handleServerStatusChanged(ServerStatus serverStatus) {}

  @Override
  public void telemetryEvent(Object object) {}

  @Override
  public void publishDiagnostics(PublishDiagnosticsParams diagnostics) {}

  @Override
  public void showMessage(MessageParams messageParams) {}

  @Override
  public CompletableFuture<MessageActionItem> showMessageRequest(ShowMessageRequestParams requestParams) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void logMessage(MessageParams message) {}

  @Override
  public void dispose() {}
}
