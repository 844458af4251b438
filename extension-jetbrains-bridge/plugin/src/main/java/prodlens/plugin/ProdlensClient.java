package prodlens.plugin;

import com.google.gson.JsonObject;
import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.project.Project;
import com.redhat.devtools.lsp4ij.ServerStatus;
import com.redhat.devtools.lsp4ij.client.LanguageClientImpl;
import org.eclipse.lsp4j.jsonrpc.services.JsonNotification;
import prodlens.core.Alerts;
import prodlens.core.Names;
import prodlens.core.ProdlensServer;
import prodlens.core.ProjectState;

/** The client's end of the protocol: gives the settings, and passes on what the server says beyond the standard. */
public final class ProdlensClient extends LanguageClientImpl implements ProjectState.Client {
  private final ProjectState state;

  public ProdlensClient(Project project) {
    super(project);
    state = ProdlensProject.of(project);
  }

  @Override
  protected Object createSettings() {
    return ProdlensSettings.getInstance().toJson();
  }

  @Override
  public ProdlensServer server() {
    return (ProdlensServer) getLanguageServer();
  }

  @Override
  public void sendSettings() {
    triggerChangeConfiguration();
  }

  @Override
  public void handleServerStatusChanged(ServerStatus status) {
    if (status == ServerStatus.started) {
      state.connected(this);
      // Reads the password store, which may ask its owner.
      ApplicationManager.getApplication().executeOnPooledThread(this::sendSettings);
    } else if (status == ServerStatus.stopping) {
      state.disconnected(this);
    }
  }

  @JsonNotification(Names.ALERTS_CHANGED)
  public void alertsChanged(JsonObject changed) {
    state.alertsChanged(Alerts.read(changed, Alerts.Changed.class));
  }

  @JsonNotification(Names.STATUS_CHANGED)
  public void statusChanged(JsonObject status) {
    state.statusChanged(Alerts.read(status, Alerts.Status.class));
  }
}
