package prodlens.core;

import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * One line of the page Settings > Tools > Prodlens. The page is made of {@link #ALL} and nothing else but the token, so
 * that a setting is on it, is stored and is sent, or is none. Values go by text; of a flag "true" or "false".
 *
 * @param key the setting's name for the language server; "node" is the plugin's own
 * @param hint what stands below; "" for nothing
 * @param problem what is wrong with a text, as a sentence; null where nothing is
 */
public record SettingsField(
    String key,
    String label,
    String hint,
    boolean flag,
    Function<Settings, String> read,
    BiConsumer<Settings, String> write,
    UnaryOperator<String> problem) {

  public static final List<SettingsField> ALL =
      List.of(
          text("url", "Collector:", "", s -> s.url, (s, text) -> s.url = text, SettingsField::urlProblem),
          text("environment", "Environment:", "Empty to choose one for each service.", s -> s.environment, (s, text) -> s.environment = text, any -> null),
          text("services", "Services:", "Separated by commas; empty for all.", s -> String.join(", ", s.services), (s, text) -> s.services = names(text), any -> null),
          text("window", "Window:", "Of the numbers, up to now, such as 15m, 1h or 24h.", s -> s.window, (s, text) -> s.window = text, SettingsField::windowProblem),
          text("pathMappings", "Path mappings:", "For files that are not found by themselves: folder as deployed = folder of the project, separated by semicolons, such as /srv/app/src = services/orders/src", s -> pairs(s.pathMappings), (s, text) -> s.pathMappings = mappings(text), SettingsField::mappingsProblem),
          flag("codeLens.enabled", "Show a lens over each function", s -> s.lenses, (s, on) -> s.lenses = on),
          text("codeLens.template", "Lens:", "Empty for {p95} \u00b7 {rate} \u00b7 {errors}.", s -> s.lensTemplate, (s, text) -> s.lensTemplate = text, any -> null),
          text("codeLens.minimumCalls", "Calls for a lens:", "No lens over a function with fewer calls in the window.", s -> String.valueOf(s.minimumCalls), (s, text) -> s.minimumCalls = Integer.parseInt(text), SettingsField::countProblem),
          flag("diagnostics.enabled", "Warn of functions that became slower or fail", s -> s.diagnostics, (s, on) -> s.diagnostics = on),
          flag("inlayHints.enabled", "Show behind a call what it takes, where that is felt", s -> s.inlayHints, (s, on) -> s.inlayHints = on),
          text("node", "Node.js:", "Path of the program; empty to search for it. Takes effect when the server starts again.", s -> s.node, (s, text) -> s.node = text, any -> null));

  /** Writes them all, or gives what is wrong with the first that is wrong and writes none; null where none is. */
  public static String apply(Settings settings, Map<SettingsField, String> texts) {
    for (var entry : texts.entrySet()) {
      String wrong = entry.getKey().problem.apply(entry.getValue().strip());
      if (wrong != null) return wrong;
    }
    texts.forEach((field, text) -> field.write.accept(settings, text.strip()));
    return null;
  }

  private static SettingsField text(
      String key, String label, String hint, Function<Settings, String> read, BiConsumer<Settings, String> write, UnaryOperator<String> problem) {
    return new SettingsField(key, label, hint, false, read, write, problem);
  }

  private static SettingsField flag(String key, String label, Function<Settings, Boolean> read, BiConsumer<Settings, Boolean> write) {
    return new SettingsField(
        key, label, "", true, s -> read.apply(s).toString(), (s, text) -> write.accept(s, Boolean.valueOf(text)), any -> null);
  }

  private static String urlProblem(String text) {
    try {
      if (text.isEmpty() || (text.matches("https?://.*") && URI.create(text).getHost() != null)) return null;
    } catch (IllegalArgumentException e) {
      return notAnAddress(text);
    }
    return notAnAddress(text);
  }

  private static String notAnAddress(String text) {
    return "\"" + text + "\" is no address of a collector, such as http://127.0.0.1:4790.";
  }

  private static String windowProblem(String text) {
    return text.isEmpty() || text.matches("\\d{1,9}[smhd]") ? null : "\"" + text + "\" is no window, such as 15m, 1h or 24h.";
  }

  private static String countProblem(String text) {
    return text.matches("\\d{1,9}") ? null : "\"" + text + "\" is no number of calls.";
  }

  private static String mappingsProblem(String text) {
    return parts(text, ";").stream()
        .filter(pair -> !pair.matches("[^=]*[^=\\s][^=]*=[^=]*[^=\\s][^=]*"))
        .findFirst()
        .map(pair -> "\"" + pair + "\" is no path mapping, such as /srv/app/src = services/orders/src.")
        .orElse(null);
  }

  private static List<String> names(String text) {
    return parts(text, ",");
  }

  private static Map<String, String> mappings(String text) {
    Map<String, String> mappings = new LinkedHashMap<>();
    for (String pair : parts(text, ";")) {
      String[] sides = pair.split("=", 2);
      mappings.put(sides[0].strip(), sides[1].strip());
    }
    return mappings;
  }

  private static String pairs(Map<String, String> mappings) {
    return mappings.entrySet().stream().map(entry -> entry.getKey() + " = " + entry.getValue()).collect(Collectors.joining("; "));
  }

  private static List<String> parts(String text, String separator) {
    return Arrays.stream(text.split(separator)).map(String::strip).filter(part -> !part.isEmpty()).toList();
  }
}
