package prodlens.jetbrains;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The LSP4IJ template of this repository, read as LSP4IJ reads it, so that the client under test sends what an IDE
 * sends that has imported it.
 */
record Template(JsonObject template, JsonObject settings, JsonObject initializationOptions) {
  static Template read(Path folder) throws IOException {
    return new Template(
        object(folder.resolve("template.json")),
        object(folder.resolve("settings.json")),
        object(folder.resolve("initializationOptions.json")));
  }

  /** The languageId of the first mapping that has a pattern for the file. */
  String languageId(Path file) {
    for (JsonElement mapping : template.getAsJsonArray("fileTypeMappings")) {
      JsonObject fileType = mapping.getAsJsonObject().getAsJsonObject("fileType");
      for (JsonElement pattern : fileType.getAsJsonArray("patterns")) {
        var matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern.getAsString());
        if (matcher.matches(file.getFileName())) {
          return mapping.getAsJsonObject().get("languageId").getAsString();
        }
      }
    }
    throw new IllegalArgumentException("template.json maps no language to " + file.getFileName());
  }

  /**
   * The command for this machine, cut up as LSP4IJ does: at spaces, double quotes hold together, nothing escapes. There
   * are none of the IDE's $MACROS$ in it.
   */
  List<String> command() {
    JsonObject perSystem = template.getAsJsonObject("programArgs");
    String key = System.getProperty("os.name").startsWith("Mac") ? "mac" : "unix";
    String line = perSystem.get(perSystem.has(key) ? key : "default").getAsString();
    if (line.contains("$")) throw new IllegalArgumentException("LSP4IJ would look for a macro in " + line);
    return Pattern.compile("(?:[^ \"]|\"[^\"]*\")+").matcher(line).results().map(part -> part.group().replace("\"", "")).toList();
  }

  private static JsonObject object(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }
}
