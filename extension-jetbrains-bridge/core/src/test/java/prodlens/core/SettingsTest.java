package prodlens.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The page, what is sent, and the template have the same settings. The template's are held to the language server's own
 * list by bridge/src/template.test.ts.
 */
class SettingsTest {
  /** For each setting on the page a text that is not its default. */
  private static final Map<String, String> OTHER =
      Map.ofEntries(
          Map.entry("url", "http://c:1"),
          Map.entry("environment", "staging"),
          Map.entry("services", "orders, payments"),
          Map.entry("window", "24h"),
          Map.entry("pathMappings", "/srv/app = services/orders; C:\\app = src"),
          Map.entry("codeLens.enabled", "false"),
          Map.entry("codeLens.template", "{p95}"),
          Map.entry("codeLens.minimumCalls", "5"),
          Map.entry("diagnostics.enabled", "false"),
          Map.entry("inlayHints.enabled", "true"),
          Map.entry("node", "/opt/node"));

  @Test
  void everySettingOfTheTemplateIsOnThePageAndIsSent() throws Exception {
    Set<String> wanted = new HashSet<>(templateSettings().keySet());
    Set<String> onPage = new HashSet<>();
    for (SettingsField field : SettingsField.ALL) onPage.add(field.key());
    onPage.add("token");
    onPage.remove("node");
    assertEquals(wanted, onPage);

    Settings settings = new Settings();
    assertNull(SettingsField.apply(settings, texts(OTHER)));
    assertEquals(wanted, leaves(settings.toJson("t")).keySet());
  }

  @Test
  void thePagesDefaultsAreTheTemplates() throws Exception {
    Map<String, JsonElement> template = templateSettings();
    leaves(new Settings().toJson("")).forEach((name, value) -> assertEquals(template.get(name), value, name));
  }

  @Test
  void whatThePageWritesIsWhatItReadsAndWhatIsSent() {
    Settings settings = new Settings();
    for (SettingsField field : SettingsField.ALL) {
      assertNotEquals(OTHER.get(field.key()), field.read().apply(settings), field.key());
    }
    assertNull(SettingsField.apply(settings, texts(OTHER)));
    for (SettingsField field : SettingsField.ALL) assertEquals(OTHER.get(field.key()), field.read().apply(settings));
    String expected =
        """
        { "prodlens": { "url": "http://c:1", "token": "t", "environment": "staging", "window": "24h",
          "services": ["orders", "payments"],
          "pathMappings": { "/srv/app": "services/orders", "C:\\\\app": "src" },
          "codeLens": { "enabled": false, "template": "{p95}", "minimumCalls": 5 },
          "diagnostics": { "enabled": false }, "inlayHints": { "enabled": true } } }
        """;
    assertEquals(JsonParser.parseString(expected), settings.toJson(" t "));
  }

  @Test
  void aWrongTextIsRefusedWithTheReasonAndNothingIsWritten() {
    Map<String, String> wrong =
        Map.of(
            "url", "localhost:4790",
            "window", "soon",
            "codeLens.minimumCalls", "-1",
            "pathMappings", "/srv/app");
    wrong.forEach(
        (key, text) -> {
          Settings settings = new Settings();
          Map<String, String> texts = new LinkedHashMap<>(OTHER);
          texts.put(key, text);
          String reason = SettingsField.apply(settings, texts(texts));
          assertEquals("\"" + text + "\" is no ", reason.substring(0, text.length() + 9));
          assertEquals(new Gson().toJson(new Settings()), new Gson().toJson(settings));
        });
  }

  private static Map<SettingsField, String> texts(Map<String, String> byKey) {
    Map<SettingsField, String> texts = new LinkedHashMap<>();
    for (SettingsField field : SettingsField.ALL) texts.put(field, byKey.get(field.key()));
    return texts;
  }

  private static Map<String, JsonElement> templateSettings() throws Exception {
    return leaves(JsonParser.parseString(Files.readString(Path.of("../lsp4ij-template/settings.json"))).getAsJsonObject());
  }

  /** Value of each setting by its dotted name, within "prodlens". */
  private static Map<String, JsonElement> leaves(JsonObject settings) {
    Map<String, JsonElement> found = new TreeMap<>();
    settings.getAsJsonObject("prodlens").asMap().forEach((name, value) -> {
      boolean isGroup = value.isJsonObject() && !name.equals("pathMappings");
      if (isGroup) value.getAsJsonObject().asMap().forEach((inner, leaf) -> found.put(name + "." + inner, leaf));
      else found.put(name, value);
    });
    return found;
  }
}
