package prodlens.core;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What a search for programs needs to know of a machine, so that a test can be any machine. */
public record Machine(OperatingSystem system, Path home, Map<String, String> variables) {
  public enum OperatingSystem {
    LINUX,
    MAC,
    WINDOWS;

    /** As the list of locations writes it. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public static Machine current() {
    return new Machine(systemOf(System.getProperty("os.name")), Path.of(System.getProperty("user.home")), System.getenv());
  }

  /** Of a value of the property os.name. What is neither Windows nor macOS is taken for Linux. */
  static OperatingSystem systemOf(String osName) {
    String name = osName.toLowerCase(Locale.ROOT);
    if (name.startsWith("windows")) return OperatingSystem.WINDOWS;
    return name.startsWith("mac") ? OperatingSystem.MAC : OperatingSystem.LINUX;
  }

  /** null where it is not set or empty. Windows does not mind the case of a name. */
  String variable(String name) {
    Map<String, String> found = variables;
    if (system == OperatingSystem.WINDOWS) {
      found = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      found.putAll(variables);
    }
    String value = found.get(name);
    return value == null || value.isBlank() ? null : value;
  }

  String pathSeparator() {
    return system == OperatingSystem.WINDOWS ? ";" : ":";
  }

  String nodeProgram() {
    return system == OperatingSystem.WINDOWS ? "node.exe" : "node";
  }
}
