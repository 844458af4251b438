package prodlens.core;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;

/**
 * The settings as the language server reads them, in its section "prodlens". A blank or empty value is left out: then
 * the server's own default holds.
 */
public record SettingsJson(
    String url,
    String token,
    String environment,
    List<String> services,
    String window,
    Map<String, String> pathMappings,
    boolean lenses,
    String lensTemplate,
    boolean diagnostics) {

  /** `{ "prodlens": { … } }`, what workspace/configuration and didChangeConfiguration carry. */
  public JsonObject toJson() {
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
    JsonObject codeLens = new JsonObject();
    codeLens.addProperty("enabled", lenses);
    addText(codeLens, "template", lensTemplate);
    section.add("codeLens", codeLens);
    JsonObject warnings = new JsonObject();
    warnings.addProperty("enabled", diagnostics);
    section.add("diagnostics", warnings);
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

  private static void addText(JsonObject object, String name, String value) {
    if (!value.isBlank()) object.addProperty(name, value.strip());
  }
}
