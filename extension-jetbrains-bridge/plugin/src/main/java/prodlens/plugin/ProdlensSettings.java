package prodlens.plugin;

import com.google.gson.JsonObject;
import com.intellij.credentialStore.CredentialAttributes;
import com.intellij.ide.passwordSafe.PasswordSafe;
import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.components.PersistentStateComponent;
import com.intellij.openapi.components.State;
import com.intellij.openapi.components.Storage;
import prodlens.core.Settings;

/** The settings of the IDE's user. All but the token are in prodlens.xml; the token is in the IDE's password store. */
@State(name = "Prodlens", storages = @Storage("prodlens.xml"))
public final class ProdlensSettings implements PersistentStateComponent<Settings> {
  private static final CredentialAttributes TOKEN = new CredentialAttributes("Prodlens collector token");

  private Settings settings = new Settings();

  static ProdlensSettings getInstance() {
    return ApplicationManager.getApplication().getService(ProdlensSettings.class);
  }

  @Override
  public Settings getState() {
    return settings;
  }

  @Override
  public void loadState(Settings loaded) {
    settings = loaded;
  }

  static void setToken(String token) {
    PasswordSafe.getInstance().setPassword(TOKEN, token.isBlank() ? null : token.strip());
  }

  /** Reads the password store: not in the thread of the user interface. */
  JsonObject toJson() {
    String token = PasswordSafe.getInstance().getPassword(TOKEN);
    return settings.toJson(token == null ? "" : token);
  }
}
