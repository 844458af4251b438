package prodlens.jetbrains;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.eclipse.lsp4j.ConfigurationItem;
import org.eclipse.lsp4j.ConfigurationParams;
import org.eclipse.lsp4j.Diagnostic;
import org.eclipse.lsp4j.DidChangeConfigurationParams;
import org.eclipse.lsp4j.MessageActionItem;
import org.eclipse.lsp4j.MessageParams;
import org.eclipse.lsp4j.ProgressParams;
import org.eclipse.lsp4j.PublishDiagnosticsParams;
import org.eclipse.lsp4j.RegistrationParams;
import org.eclipse.lsp4j.ShowDocumentParams;
import org.eclipse.lsp4j.ShowDocumentResult;
import org.eclipse.lsp4j.ShowMessageRequestParams;
import org.eclipse.lsp4j.UnregistrationParams;
import org.eclipse.lsp4j.WorkDoneProgressCreateParams;
import org.eclipse.lsp4j.WorkspaceFolder;
import org.eclipse.lsp4j.jsonrpc.services.JsonNotification;
import org.eclipse.lsp4j.services.LanguageClient;
import prodlens.core.AlertNews;
import prodlens.core.Alerts;
import prodlens.core.Names;
import prodlens.core.ProdlensServer;
import prodlens.core.ProjectState;

/**
 * The editor's half of the protocol: answers as LSP4IJ answers, and keeps what the server said for the test to look at.
 * What the server says beyond LSP goes to the plugin's own state. It holds no expectation of its own. All state is guarded by the object's monitor; every change wakes the waiters.
 */
final class EditorClient implements LanguageClient, ProjectState.Ide, ProjectState.Client {
  /** Generous: a build machine may be slow, and a lens needs a connection to the collector first. */
  static final Duration DEADLINE = Duration.ofSeconds(60);

  private final List<WorkspaceFolder> folders;
  private JsonObject settings;
  private final List<String> configurationSections = new ArrayList<>();
  private final Map<String, List<Diagnostic>> diagnostics = new HashMap<>();
  private final List<ShowDocumentParams> shownDocuments = new ArrayList<>();
  private final List<MessageParams> logMessages = new ArrayList<>();
  private final List<MessageParams> shownMessages = new ArrayList<>();
  private int lensRefreshes;
  private final List<AlertNews> news = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();
  private final ProjectState state = new ProjectState(this);
  private volatile ProdlensServer server;

  EditorClient(List<WorkspaceFolder> folders, JsonObject settings) {
    this.folders = folders;
    this.settings = settings;
  }

  /** Waits until the question has an answer that is not null, asking again after each thing the server says. */
  synchronized <T> T await(String what, Supplier<T> question) throws InterruptedException {
    long end = System.nanoTime() + DEADLINE.toNanos();
    for (T answer = question.get(); ; answer = question.get()) {
      if (answer != null) return answer;
      long leftMs = (end - System.nanoTime()) / 1_000_000;
      if (leftMs <= 0) {
        throw new AssertionError("Not within " + DEADLINE.toSeconds() + " s: " + what + ". Server's log: " + logMessages);
      }
      wait(leftMs);
    }
  }

  synchronized JsonObject settings() {
    return settings;
  }

  synchronized void setSettings(JsonObject changed) {
    settings = changed;
  }

  synchronized List<String> configurationSections() {
    return List.copyOf(configurationSections);
  }

  synchronized List<Diagnostic> diagnostics(String uri) {
    return List.copyOf(diagnostics.getOrDefault(uri, List.of()));
  }

  synchronized List<ShowDocumentParams> shownDocuments() {
    return List.copyOf(shownDocuments);
  }

  synchronized List<MessageParams> logMessages() {
    return List.copyOf(logMessages);
  }

  synchronized List<MessageParams> shownMessages() {
    return List.copyOf(shownMessages);
  }

  synchronized int lensRefreshes() {
    return lensRefreshes;
  }

  /** The plugin's; a client without the plugin tells it nothing. */
  ProjectState state() {
    return state;
  }

  synchronized List<AlertNews> news() {
    return List.copyOf(news);
  }

  synchronized List<String> refusals() {
    return List.copyOf(refusals);
  }

  @JsonNotification(Names.STATUS_CHANGED)
  public void statusChanged(JsonObject said) {
    state.statusChanged(Alerts.read(said, Alerts.Status.class));
  }

  @JsonNotification(Names.ALERTS_CHANGED)
  public void alertsChanged(JsonObject said) {
    state.alertsChanged(Alerts.read(said, Alerts.Changed.class));
  }

  void connect(ProdlensServer started) {
    server = started;
    state.connected(this);
  }

  @Override
  public ProdlensServer server() {
    return server;
  }

  @Override
  public void sendSettings() {
    server.getWorkspaceService().didChangeConfiguration(new DidChangeConfigurationParams(settings()));
  }

  @Override
  public synchronized void later(Runnable task) {
    task.run();
    notifyAll();
  }

  @Override
  public synchronized void show(AlertNews shown) {
    news.add(shown);
    notifyAll();
  }

  @Override
  public synchronized void refuse(String reason) {
    refusals.add(reason);
    notifyAll();
  }

  @Override
  public CompletableFuture<List<Object>> configuration(ConfigurationParams params) {
    return CompletableFuture.supplyAsync(() -> configurationNow(params));
  }

  private synchronized List<Object> configurationNow(ConfigurationParams params) {
    List<Object> answers = new ArrayList<>();
    for (ConfigurationItem item : params.getItems()) {
      configurationSections.add(item.getSection());
      answers.add(find(settings, item.getSection()));
    }
    notifyAll();
    return answers;
  }

  /** Follows the dots of the section into the settings; all of them without a section, null where there is nothing. */
  private static JsonElement find(JsonObject settings, String section) {
    JsonElement found = settings;
    if (section == null || section.isEmpty()) return found;
    for (String key : section.split("[.]")) {
      found = found instanceof JsonObject object ? object.get(key) : null;
    }
    return found;
  }

  @Override
  public synchronized void publishDiagnostics(PublishDiagnosticsParams params) {
    diagnostics.put(params.getUri(), params.getDiagnostics());
    notifyAll();
  }

  @Override
  public synchronized CompletableFuture<ShowDocumentResult> showDocument(ShowDocumentParams params) {
    shownDocuments.add(params);
    notifyAll();
    return CompletableFuture.completedFuture(new ShowDocumentResult(true));
  }

  @Override
  public synchronized CompletableFuture<Void> refreshCodeLenses() {
    lensRefreshes++;
    notifyAll();
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized void logMessage(MessageParams message) {
    logMessages.add(message);
    notifyAll();
  }

  @Override
  public synchronized void showMessage(MessageParams message) {
    shownMessages.add(message);
    notifyAll();
  }

  @Override
  public synchronized CompletableFuture<MessageActionItem> showMessageRequest(ShowMessageRequestParams request) {
    shownMessages.add(request);
    notifyAll();
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<List<WorkspaceFolder>> workspaceFolders() {
    return CompletableFuture.completedFuture(folders);
  }

  @Override
  public CompletableFuture<Void> registerCapability(RegistrationParams params) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> unregisterCapability(UnregistrationParams params) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> refreshInlayHints() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> refreshDiagnostics() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> createProgress(WorkDoneProgressCreateParams params) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void notifyProgress(ProgressParams params) {}

  @Override
  public void telemetryEvent(Object event) {}
}
