package prodlens.plugin;

import com.intellij.notification.NotificationAction;
import com.intellij.notification.NotificationGroupManager;
import com.intellij.notification.NotificationType;
import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.project.Project;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.eclipse.lsp4j.ExecuteCommandParams;
import prodlens.core.AlertModel;
import prodlens.core.AlertNews;
import prodlens.core.Alerts;
import prodlens.core.ProdlensServer;

/**
 * What is known of a project, for its tool window and its status widget: a project service. The server's threads write
 * it; listeners are told in the thread of the user interface.
 */
public final class ProdlensProject {
  private static final String NOT_RUNNING = "Prodlens is not running. Open a TypeScript or JavaScript file of your service.";
  private static final String CONNECTING = "Prodlens is connecting.";

  private final Project project;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile AlertModel alerts = AlertModel.unknown(NOT_RUNNING);
  private volatile Alerts.Status status;
  private volatile boolean running;
  private volatile ProdlensClient client;
  private volatile Supplier<ProdlensServer> server;

  public ProdlensProject(Project project) {
    this.project = project;
  }

  static ProdlensProject of(Project project) {
    return project.getService(ProdlensProject.class);
  }

  AlertModel alerts() {
    return alerts;
  }

  /** null before the server has said anything, and while it does not run. */
  Alerts.Status status() {
    return running ? status : null;
  }

  void onChange(Runnable listener) {
    listeners.add(listener);
  }

  void removeListener(Runnable listener) {
    listeners.remove(listener);
  }

  void connected(ProdlensClient started, Supplier<ProdlensServer> itsServer) {
    if (client != started) {
      client = started;
      // What came before LSP4IJ said that the server has started is of this one.
      if (!running) status = null;
    }
    server = itsServer;
    running = true;
    alerts = AlertModel.unknown(status == null || isConnected() ? CONNECTING : status.message());
    fetch();
    changed();
  }

  /**
   * LSP4IJ says so also when it only thinks of stopping, as after the last file was closed, and then says `started` of the
   * same client again: what the server has said stays. A client that ends after the next one has begun says nothing.
   */
  void disconnected(ProdlensClient stopped) {
    if (client != stopped) return;
    running = false;
    alerts = AlertModel.unknown(NOT_RUNNING);
    changed();
  }

  void statusChanged(Alerts.Status said) {
    status = said;
    running = true;
    if (isConnected()) fetch();
    else alerts = AlertModel.unknown(said.message());
    changed();
  }

  void alertsChanged(Alerts.Changed news) {
    fetch();
    AlertNews.of(news).ifPresent(this::show);
  }

  /** Sends the settings again, after somebody has changed them. */
  void settingsChanged() {
    ProdlensClient running = client;
    if (running != null) running.triggerChangeConfiguration();
  }

  /** The server opens the place, by window/showDocument. */
  void open(String alertId) {
    execute("prodlens.openAlert", alertId);
  }

  void execute(String command, String alertId) {
    Supplier<ProdlensServer> current = server;
    ProdlensServer now = current == null ? null : current.get();
    if (now != null) now.getWorkspaceService().executeCommand(new ExecuteCommandParams(command, List.of(alertId)));
  }

  private boolean isConnected() {
    return status != null && "connected".equals(status.state());
  }

  private void fetch() {
    Supplier<ProdlensServer> current = server;
    ProdlensServer now = current == null ? null : current.get();
    if (now == null) return;
    now.alerts()
        .thenAccept(
            answer -> {
              if (!running || !isConnected() || server != current) return;
              alerts = answer.alerts() == null ? AlertModel.unknown(CONNECTING) : AlertModel.of(answer.alerts());
              changed();
            });
  }

  private void show(AlertNews news) {
    NotificationGroupManager.getInstance()
        .getNotificationGroup("Prodlens")
        .createNotification(
            news.title(), news.content(), news.critical() ? NotificationType.ERROR : NotificationType.WARNING)
        .addAction(NotificationAction.createSimpleExpiring("Open", () -> open(news.alertId())))
        .notify(project);
  }

  private void changed() {
    ApplicationManager.getApplication().invokeLater(() -> listeners.forEach(Runnable::run));
  }
}
