package prodlens.core;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the Node.js that runs the language server. An IDE that was started from a dock or a menu does not have the PATH
 * of a terminal, so the folders of the version managers are looked at too: node-locations.txt lists them.
 */
public final class NodeLocator {
  /** The oldest that the language server runs on. */
  public static final Version OLDEST = new Version(20, 19, 0);

  private static final int VERSION_TIMEOUT_SECONDS = 10;
  /** On a PATH, but gone with the shell, or another Node.js in another folder. */
  private static final Pattern OF_ONE_SHELL_OR_FOLDER =
      Pattern.compile("fnm_multishells|[\\\\/]shims[\\\\/]?$|node_modules[\\\\/]\\.bin");
  private static final Pattern VARIABLE = Pattern.compile("\\$(\\w+)");

  /** A program and what it says its version is. */
  public record Node(Path path, Version version) {}

  /** The message is for the person whose Node.js it is. */
  public static final class NotFound extends Exception {
    private static final long serialVersionUID = 1;

    NotFound(String message) {
      super(message);
    }
  }

  private final Machine machine;

  public NodeLocator(Machine machine) {
    this.machine = machine;
  }

  /**
   * @param setting path that the user has set; blank to search
   * @throws NotFound also where the path that was set is no Node.js or is too old: a setting is not passed over
   */
  public Node find(String setting) throws NotFound {
    if (!setting.isBlank()) return chosen(setting.strip());
    List<String> tooOld = new ArrayList<>();
    for (Path candidate : candidates()) {
      Optional<Node> node = ask(candidate);
      if (node.isEmpty()) continue;
      if (node.get().version().compareTo(OLDEST) >= 0) return node.get();
      tooOld.add(candidate + " is " + node.get().version());
    }
    String found =
        tooOld.isEmpty()
            ? "None was found, neither on the PATH nor where version managers keep it."
            : "Too old: " + String.join(", ", tooOld) + ".";
    throw new NotFound(
        "Prodlens needs Node.js " + OLDEST + " or newer. " + found
            + " Install it from https://nodejs.org, or set its path under Settings > Tools > Prodlens.");
  }

  private Node chosen(String setting) throws NotFound {
    String where = " It is set under Settings > Tools > Prodlens.";
    Optional<Node> node;
    try {
      node = ask(Path.of(setting));
    } catch (InvalidPathException e) {
      node = Optional.empty();
    }
    if (node.isEmpty()) throw new NotFound(setting + " is no Node.js that starts." + where);
    if (node.get().version().compareTo(OLDEST) < 0) {
      throw new NotFound(
          setting + " is Node.js " + node.get().version() + "; Prodlens needs " + OLDEST + " or newer." + where);
    }
    return node.get();
  }

  /** Programs that are there, each once, the first choice first. Nothing is started. */
  List<Path> candidates() {
    Set<Path> found = new LinkedHashSet<>();
    for (String line : lines()) {
      String[] parts = line.split("\\s+", 3);
      if (!parts[0].equals("all") && !List.of(parts[0].split(",")).contains(machine.system().word())) continue;
      if (parts[2].equals("PATH")) found.addAll(onPath());
      else expand(parts[2]).ifPresent(pattern -> found.addAll(matches(pattern)));
    }
    return List.copyOf(found);
  }

  private List<Path> onPath() {
    String path = machine.variable("PATH");
    if (path == null) return List.of();
    return Arrays.stream(path.split(Pattern.quote(machine.pathSeparator())))
        .map(folder -> folder.replace("\"", ""))
        .filter(folder -> !OF_ONE_SHELL_OR_FOLDER.matcher(folder).find())
        .flatMap(folder -> programIn(folder).stream())
        .toList();
  }

  /** Empty for what is no absolute path of a file that is there. */
  private Optional<Path> programIn(String folder) {
    try {
      Path path = files().getPath(folder, machine.nodeProgram());
      return path.isAbsolute() && Files.isRegularFile(path) ? Optional.of(path) : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Empty where a variable in it is not set. */
  private Optional<String> expand(String pattern) {
    String text = pattern.startsWith("~") ? machine.home() + pattern.substring(1) : pattern;
    StringBuilder expanded = new StringBuilder();
    Matcher matcher = VARIABLE.matcher(text);
    while (matcher.find()) {
      String value = machine.variable(matcher.group(1));
      if (value == null) return Optional.empty();
      matcher.appendReplacement(expanded, Matcher.quoteReplacement(value));
    }
    return Optional.of(matcher.appendTail(expanded).toString());
  }

  /** Files under a pattern with at most one folder that has a * in its name; the highest version first. */
  private List<Path> matches(String pattern) {
    // A backslash in the list is Windows's, where both separate; elsewhere such a line is not read.
    String[] names = pattern.replace('\\', '/').split("/");
    int star = 0;
    while (star < names.length && !names[star].contains("*")) star++;
    if (star == names.length) return Stream.of(files().getPath(String.join("/", names))).filter(Files::isRegularFile).toList();
    Path parent = files().getPath(String.join("/", Arrays.copyOf(names, star)) + "/");
    String[] rest = Arrays.copyOfRange(names, star + 1, names.length);
    Pattern name = Pattern.compile(Pattern.quote(names[star]).replace("*", "\\E.*\\Q"));
    try (Stream<Path> folders = Files.list(parent)) {
      return folders
          .filter(folder -> name.matcher(folder.getFileName().toString()).matches())
          .sorted(Comparator.comparing(NodeLocator::versionOf).reversed())
          .map(folder -> folder.resolve(String.join("/", rest)))
          .filter(Files::isRegularFile)
          .toList();
    } catch (IOException | UncheckedIOException | InvalidPathException e) {
      return List.of(); // the manager is not installed, or its folder is not ours to read
    }
  }

  /** The machine's own: a test's may be one in memory. */
  private FileSystem files() {
    return machine.home().getFileSystem();
  }

  private static Version versionOf(Path folder) {
    String name = folder.getFileName().toString();
    return Version.parse(name.substring(name.indexOf('@') + 1)).orElse(new Version(0, 0, 0));
  }

  /** Starts the program to ask its version; empty where it does not answer like Node.js. */
  static Optional<Node> ask(Path program) {
    try {
      Process process = new ProcessBuilder(program.toString(), "--version").redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      if (!process.waitFor(VERSION_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      String said = new String(process.getInputStream().readNBytes(100), StandardCharsets.UTF_8);
      if (process.exitValue() != 0 || !said.startsWith("v")) return Optional.empty();
      return Version.parse(said).map(version -> new Node(program, version));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static List<String> lines() {
    try (InputStream stream = NodeLocator.class.getResourceAsStream("node-locations.txt");
        var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      return reader.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
