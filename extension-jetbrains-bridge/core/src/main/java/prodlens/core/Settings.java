package prodlens.core;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings of the IDE's user, as the IDE stores them: public fields with the defaults of the language server. The
 * token is not among them; it is in the IDE's password store.
 */
public final class Settings {
  public String url = "http://127.0.0.1:4790";
  public String environment = "";
  public List<String> services = new ArrayList<>();
  public String window = "1h";
  /** Folder as deployed to folder of the project. */
  public Map<String, String> pathMappings = new LinkedHashMap<>();
  public boolean lenses = true;
  public String lensTemplate = "";
  /** Calls in the window. */
  public int minimumCalls;
  public boolean diagnostics = true;
  public boolean inlayHints;
  /** Path of Node.js; blank to search. For the plugin alone. */
  public String node = "";

  /**
   * `{ "prodlens": { … } }`, what workspace/configuration and didChangeConfiguration carry. A blank or empty value is left
   * out: then the server's own default holds.
   */
  public JsonObject toJson(String token) {
    JsonObject section = new JsonObject();
    addText(section, "url", url);
    addText(section, "token", token);
    addText(section, "environment", environment);
    addText(section, "window", window);
    if (!services.isEmpty()) {
      JsonArray names = new JsonArray();
      services.forEach(names::add);
      section.add("services", names);
    }
    if (!pathMappings.isEmpty()) {
      JsonObject mappings = new JsonObject();
      pathMappings.forEach(mappings::addProperty);
      section.add("pathMappings", mappings);
    }
    JsonObject codeLens = enabled(lenses);
    addText(codeLens, "template", lensTemplate);
    codeLens.addProperty("minimumCalls", minimumCalls);
    section.add("codeLens", codeLens);
    section.add("diagnostics", enabled(diagnostics));
    section.add("inlayHints", enabled(inlayHints));
    JsonObject settings = new JsonObject();
    settings.add("prodlens", section);
    return settings;
  }

  /** Asks for what only this client shows. To be sent in `initialize`. */
  public static JsonObject initializationOptions() {
    JsonObject options = new JsonObject();
    options.addProperty("statusNotifications", true);
    options.addProperty("alertNotifications", true);
    return options;
  }

  private static JsonObject enabled(boolean value) {
    JsonObject kind = new JsonObject();
    kind.addProperty("enabled", value);
    return kind;
  }

  private static void addText(JsonObject object, String name, String value) {
    if (!value.isBlank()) object.addProperty(name, value.strip());
  }
}
