package prodlens.plugin;

import com.google.gson.JsonObject;
import com.intellij.credentialStore.CredentialAttributes;
import com.intellij.ide.passwordSafe.PasswordSafe;
import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.components.PersistentStateComponent;
import com.intellij.openapi.components.State;
import com.intellij.openapi.components.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import prodlens.core.SettingsJson;

/** The settings of the IDE's user. All but the token are in prodlens.xml; the token is in the IDE's password store. */
@State(name = "Prodlens", storages = @Storage("prodlens.xml"))
public final class ProdlensSettings implements PersistentStateComponent<ProdlensSettings.Values> {
  private static final CredentialAttributes TOKEN = new CredentialAttributes("Prodlens collector token");

  /** As the IDE stores it: public fields with defaults. */
  public static final class Values {
    public String url = "http://127.0.0.1:4790";
    public String environment = "";
    public List<String> services = new ArrayList<>();
    public String window = "1h";
    public boolean lenses = true;
    public String lensTemplate = "";
    public boolean diagnostics = true;
    /** Path of Node.js; blank to search. */
    public String node = "";
  }

  private Values values = new Values();

  static ProdlensSettings getInstance() {
    return ApplicationManager.getApplication().getService(ProdlensSettings.class);
  }

  @Override
  public Values getState() {
    return values;
  }

  @Override
  public void loadState(Values loaded) {
    values = loaded;
  }

  /** Reads the password store: not in the thread of the user interface. */
  static String token() {
    String token = PasswordSafe.getInstance().getPassword(TOKEN);
    return token == null ? "" : token;
  }

  static void setToken(String token) {
    PasswordSafe.getInstance().setPassword(TOKEN, token.isBlank() ? null : token.strip());
  }

  JsonObject toJson() {
    return new SettingsJson(
            values.url,
            token(),
            values.environment,
            values.services,
            values.window,
            Map.of(),
            values.lenses,
            values.lensTemplate,
            values.diagnostics)
        .toJson();
  }
}
