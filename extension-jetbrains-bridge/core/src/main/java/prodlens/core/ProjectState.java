package prodlens.core;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.lsp4j.ExecuteCommandParams;

/**
 * What is known of a project, for its tool window and its status widget: which server runs, what it has said, the alerts.
 * The server's threads write it. What the IDE does with it is behind {@link Ide}, so that it runs without one.
 */
public final class ProjectState {
  static final String NOT_RUNNING = "Prodlens is not running. Open a TypeScript or JavaScript file of your service.";
  static final String CONNECTING = "Prodlens is connecting.";

  /** What the state asks of the IDE. */
  public interface Ide {
    /** Runs it in the thread of the user interface. */
    void later(Runnable task);

    void show(AlertNews news);

    /** Tells a person that what they asked for was not done. */
    void refuse(String reason);
  }

  /** One life of the server; what it is told, the latest of them is told. */
  public interface Client {
    /** null while it is not started. */
    ProdlensServer server();

    /** Sends the settings as they are now. */
    void sendSettings();
  }

  private final Ide ide;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile AlertModel alerts = AlertModel.unknown(NOT_RUNNING);
  private volatile Alerts.Status status;
  private volatile boolean running;
  private volatile Client client;

  public ProjectState(Ide ide) {
    this.ide = ide;
  }

  public AlertModel alerts() {
    return alerts;
  }

  /** null before the server has said anything, and while it does not run. */
  public Alerts.Status status() {
    return running ? status : null;
  }

  /** Told in the thread of the user interface. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  public void removeListener(Runnable listener) {
    listeners.remove(listener);
  }

  public void connected(Client started) {
    if (client != started) {
      client = started;
      // What came before LSP4IJ said that the server has started is of this one.
      if (!running) status = null;
    }
    running = true;
    alerts = AlertModel.unknown(status == null || isConnected() ? CONNECTING : status.message());
    fetch();
    changed();
  }

  /**
   * LSP4IJ says so also when it only thinks of stopping, as after the last file was closed, and then says `started` of the
   * same client again: what the server has said stays. A client that ends after the next one has begun says nothing.
   */
  public void disconnected(Client stopped) {
    if (client != stopped) return;
    running = false;
    alerts = AlertModel.unknown(NOT_RUNNING);
    changed();
  }

  public void statusChanged(Alerts.Status said) {
    status = said;
    running = true;
    if (isConnected()) fetch();
    else alerts = AlertModel.unknown(said.message());
    changed();
  }

  public void alertsChanged(Alerts.Changed news) {
    fetch();
    AlertNews.of(news).ifPresent(ide::show);
  }

  /** Sends the settings again, after somebody has changed them. */
  public void settingsChanged() {
    Client now = client;
    if (now != null) now.sendSettings();
  }

  /**
   * The server does it: opens the place by window/showDocument, asks the collector to mute. What the collector refuses the
   * server says by window/showMessage; what does not get as far as that is refused here.
   */
  public void execute(AlertCommand command, String alertId) {
    ProdlensServer server = server();
    if (server == null) {
      ide.refuse(NOT_RUNNING);
      return;
    }
    server
        .getWorkspaceService()
        .executeCommand(new ExecuteCommandParams(command.id, List.of(alertId)))
        .whenComplete(
            (done, failure) -> {
              if (failure != null) ide.refuse(command.title + ": " + reasonOf(failure));
            });
  }

  private boolean isConnected() {
    return status != null && "connected".equals(status.state());
  }

  private ProdlensServer server() {
    Client now = client;
    return now == null || !running ? null : now.server();
  }

  private void fetch() {
    Client asked = client;
    ProdlensServer server = server();
    if (server == null) return;
    CompletableFuture<Alerts.Answer> answers = server.alerts();
    answers.thenAccept(
        answer -> {
          if (!running || !isConnected() || client != asked) return;
          alerts = answer.alerts() == null ? AlertModel.unknown(CONNECTING) : AlertModel.of(answer.alerts());
          changed();
        });
  }

  private void changed() {
    ide.later(() -> listeners.forEach(Runnable::run));
  }

  private static String reasonOf(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
