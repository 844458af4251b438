package prodlens.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** plugin.xml names what the glue names, and the same files as the template. */
class NamesTest {
  private static Document descriptor;

  @BeforeAll
  static void read() throws Exception {
    Path file = Path.of("../plugin/src/main/resources/META-INF/plugin.xml");
    descriptor = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
  }

  @Test
  void theIdsAreThoseThatTheGlueAsksFor() {
    assertEquals(Names.PLUGIN, one("id").getTextContent());
    assertEquals(Names.TOOL_WINDOW, one("toolWindow").getAttribute("id"));
    assertEquals(Names.STATUS_WIDGET, one("statusBarWidgetFactory").getAttribute("id"));
    assertEquals(Names.NOTIFICATION_GROUP, one("notificationGroup").getAttribute("id"));
    assertEquals(Names.SETTINGS_PAGE, one("applicationConfigurable").getAttribute("id"));
    assertEquals("tools", one("applicationConfigurable").getAttribute("parentId"), "Settings > Tools, as texts say");
    assertEquals(Names.SERVER, one("server").getAttribute("id"));
    for (Element mapping : all("fileNamePatternMapping")) assertEquals(Names.SERVER, mapping.getAttribute("serverId"));
  }

  @Test
  void theFilesAreThoseOfTheTemplateInTheSameLanguages() throws Exception {
    Map<String, String> plugin = new TreeMap<>();
    for (Element mapping : all("fileNamePatternMapping")) {
      for (String pattern : mapping.getAttribute("patterns").split(";")) {
        plugin.put(pattern, mapping.getAttribute("languageId"));
      }
    }
    Map<String, String> template = new TreeMap<>();
    var json = JsonParser.parseString(Files.readString(Path.of("../lsp4ij-template/template.json"))).getAsJsonObject();
    for (JsonElement mapping : json.getAsJsonArray("fileTypeMappings")) {
      var fileType = mapping.getAsJsonObject().getAsJsonObject("fileType");
      for (JsonElement pattern : fileType.getAsJsonArray("patterns")) {
        template.put(pattern.getAsString(), mapping.getAsJsonObject().get("languageId").getAsString());
      }
    }
    assertFalse(plugin.isEmpty());
    assertEquals(template, plugin);
    assertEquals(Names.SERVER, json.get("id").getAsString());
  }

  private static Element one(String tag) {
    List<Element> found = all(tag);
    assertEquals(1, found.size(), tag);
    return found.get(0);
  }

  private static List<Element> all(String tag) {
    NodeList nodes = descriptor.getElementsByTagName(tag);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) elements.add((Element) nodes.item(i));
    return elements;
  }
}
