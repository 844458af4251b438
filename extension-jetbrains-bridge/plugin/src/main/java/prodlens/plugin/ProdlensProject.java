package prodlens.plugin;

import com.intellij.notification.NotificationAction;
import com.intellij.notification.NotificationGroupManager;
import com.intellij.notification.NotificationType;
import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.project.Project;
import prodlens.core.AlertCommand;
import prodlens.core.AlertNews;
import prodlens.core.Names;
import prodlens.core.ProjectState;

/** The project service: holds what is known of a project, and shows what that says in the IDE. */
public final class ProdlensProject implements ProjectState.Ide {
  private final Project project;
  private final ProjectState state = new ProjectState(this);

  public ProdlensProject(Project project) {
    this.project = project;
  }

  static ProjectState of(Project project) {
    return project.getService(ProdlensProject.class).state;
  }

  @Override
  public void later(Runnable task) {
    ApplicationManager.getApplication().invokeLater(task);
  }

  @Override
  public void show(AlertNews news) {
    NotificationGroupManager.getInstance()
        .getNotificationGroup(Names.NOTIFICATION_GROUP)
        .createNotification(
            news.title(), news.content(), news.critical() ? NotificationType.ERROR : NotificationType.WARNING)
        .addAction(
            NotificationAction.createSimpleExpiring(
                AlertCommand.OPEN.title, () -> state.execute(AlertCommand.OPEN, news.alertId())))
        .notify(project);
  }

  @Override
  public void refuse(String reason) {
    NotificationGroupManager.getInstance()
        .getNotificationGroup(Names.NOTIFICATION_GROUP)
        .createNotification("Prodlens", reason, NotificationType.WARNING)
        .notify(project);
  }
}
