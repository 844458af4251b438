package prodlens.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonParser;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsJsonTest {
  @Test
  void writesTheServersSection() {
    var settings =
        new SettingsJson(
            " http://c:1 ", "t", "staging", List.of("orders"), "24h", Map.of("/srv", "src"), false, "{p95}", true);
    String expected =
        """
        { "prodlens": { "url": "http://c:1", "token": "t", "environment": "staging", "window": "24h",
          "services": ["orders"], "pathMappings": { "/srv": "src" },
          "codeLens": { "enabled": false, "template": "{p95}" }, "diagnostics": { "enabled": true } } }
        """;
    assertEquals(JsonParser.parseString(expected), settings.toJson());
  }

  @Test
  void leavesToTheServerWhatIsNotSet() {
    var settings = new SettingsJson("", " ", "", List.of(), "", Map.of(), true, "", false);
    String expected = "{ \"prodlens\": { \"codeLens\": { \"enabled\": true }, \"diagnostics\": { \"enabled\": false } } }";
    assertEquals(JsonParser.parseString(expected), settings.toJson());
  }
}
