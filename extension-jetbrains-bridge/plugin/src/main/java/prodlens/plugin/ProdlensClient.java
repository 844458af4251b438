package prodlens.plugin;

import com.google.gson.JsonObject;
import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.project.Project;
import com.redhat.devtools.lsp4ij.ServerStatus;
import com.redhat.devtools.lsp4ij.client.LanguageClientImpl;
import org.eclipse.lsp4j.jsonrpc.services.JsonNotification;
import prodlens.core.Alerts;
import prodlens.core.ProdlensServer;

/** The client's end of the protocol: gives the settings, and passes on what the server says beyond the standard. */
public final class ProdlensClient extends LanguageClientImpl {
  private final ProdlensProject state;

  public ProdlensClient(Project project) {
    super(project);
    state = ProdlensProject.of(project);
  }

  @Override
  protected Object createSettings() {
    return ProdlensSettings.getInstance().toJson();
  }

  @Override
  public void handleServerStatusChanged(ServerStatus status) {
    if (status == ServerStatus.started) {
      state.connected(this, () -> (ProdlensServer) getLanguageServer());
      // Reads the password store, which may ask its owner.
      ApplicationManager.getApplication().executeOnPooledThread(this::triggerChangeConfiguration);
    } else if (status == ServerStatus.stopping) {
      state.disconnected(this);
    }
  }

  @JsonNotification("prodlens/alertsChanged")
  public void alertsChanged(JsonObject changed) {
    state.alertsChanged(Alerts.read(changed, Alerts.Changed.class));
  }

  @JsonNotification("prodlens/statusChanged")
  public void statusChanged(JsonObject status) {
    state.statusChanged(Alerts.read(status, Alerts.Status.class));
  }
}
