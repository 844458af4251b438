package prodlens.core;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The command that starts the language server which the plugin carries along. */
public final class ServerCommand {
  /** One file for every platform, without node_modules beside it. */
  static final String SERVER_FILE = "server.cjs";

  private ServerCommand() {}

  /**
   * @param pluginFolder where the IDE has unpacked the plugin
   * @param nodeSetting path of Node.js as set; blank to search
   * @throws NodeLocator.NotFound where there is no Node.js, or the plugin has lost its server; the message says what to do
   */
  public static List<String> of(Path pluginFolder, String nodeSetting, Machine machine) throws NodeLocator.NotFound {
    Path server = pluginFolder.resolve("server").resolve(SERVER_FILE);
    if (!Files.isRegularFile(server)) {
      throw new NodeLocator.NotFound("The plugin is incomplete: there is no " + server + ". Install the plugin again.");
    }
    NodeLocator.Node node = new NodeLocator(machine).find(nodeSetting);
    return List.of(node.path().toString(), server.toString(), "--stdio");
  }
}
