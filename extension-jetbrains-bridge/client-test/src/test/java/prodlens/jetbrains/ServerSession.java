package prodlens.jetbrains;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.eclipse.lsp4j.ClientCapabilities;
import org.eclipse.lsp4j.ClientInfo;
import org.eclipse.lsp4j.DidOpenTextDocumentParams;
import org.eclipse.lsp4j.InitializeParams;
import org.eclipse.lsp4j.InitializeResult;
import org.eclipse.lsp4j.InitializedParams;
import org.eclipse.lsp4j.TextDocumentItem;
import org.eclipse.lsp4j.WorkspaceFolder;
import org.eclipse.lsp4j.jsonrpc.Launcher;
import org.eclipse.lsp4j.jsonrpc.RemoteEndpoint;
import org.eclipse.lsp4j.jsonrpc.json.MessageJsonHandler;
import org.eclipse.lsp4j.jsonrpc.messages.Message;
import prodlens.core.ProdlensServer;

/**
 * One life of the real language server as LSP4IJ leads it: start the process, initialize with LSP4IJ's capabilities and
 * the user's options, initialized, push the user's settings, open the file; at the end shutdown and exit.
 */
final class ServerSession implements AutoCloseable {
  /** Which client an IDE brings: what it says of itself in `initialize`. */
  enum Profile {
    /** LSP4IJ 0.20.1; it adds an empty "experimental", as the template has none. */
    LSP4IJ("/lsp4ij-capabilities.json", "IntelliJ IDEA", "2026.1 (build IU-261)"),
    /** JetBrains' own client, com.intellij.platform.lsp of 2026: no refresh of lenses, no related places. */
    PLATFORM("/platform-capabilities.json", "IntelliJ IDEA 2026.1", "261");

    final String capabilities;
    final ClientInfo info;

    Profile(String capabilities, String name, String version) {
      this.capabilities = capabilities;
      info = new ClientInfo(name, version);
    }
  }

  /** What went either way, in order, as LSP4J's typed messages. */
  record Traffic(boolean fromServer, Message message) {}

  final EditorClient client;
  final ProdlensServer server;
  final InitializeResult initialized;
  final String uri;
  final List<Traffic> traffic = new CopyOnWriteArrayList<>();

  private final Process process;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final StringBuffer stderr = new StringBuffer();
  private final Thread stderrReader;

  /** As with the template that the installer has laid into place, started by its own command, and no plugin of ours. */
  static ServerSession ofTemplate(Inputs inputs) throws Exception {
    Template template = Template.read(inputs.installed());
    return new ServerSession(
        inputs, template.command(), template.initializationOptions(), template.settings().deepCopy(), Profile.LSP4IJ);
  }

  /** The same with a folder in front of what an IDE has on its PATH that was not started on a terminal. */
  static ServerSession withPath(Path folder, Inputs inputs, Template template) throws Exception {
    List<String> command = new ArrayList<>(List.of("env", "PATH=" + folder + ":/usr/bin:/bin"));
    command.addAll(template.command());
    return new ServerSession(
        inputs, command, template.initializationOptions(), template.settings().deepCopy(), Profile.LSP4IJ);
  }

  /** @param settings with the section "prodlens", into which the collector's address is put */
  ServerSession(Inputs inputs, List<String> command, JsonObject options, JsonObject settings, Profile profile)
      throws Exception {
    Path root = folderOfPackage(inputs.sourceFile());
    uri = inputs.sourceFile().toUri().toString();
    process = new ProcessBuilder(command).directory(root.toFile()).start();
    stderrReader = new Thread(this::readStderr, "server stderr");
    stderrReader.start();
    try {
      var folder = new WorkspaceFolder(root.toUri().toString(), root.getFileName().toString());
      settings.getAsJsonObject("prodlens").addProperty("url", inputs.collectorUrl());
      client = new EditorClient(List.of(folder), settings);
      Launcher<ProdlensServer> launcher = launch();
      server = launcher.getRemoteProxy();
      launcher.startListening();
      initialized = server.initialize(parameters(root, folder, options, profile)).get(60, TimeUnit.SECONDS);
      server.initialized(new InitializedParams());
      client.connect(server);
      pushConfiguration();
      String text = Files.readString(inputs.sourceFile());
      var document = new TextDocumentItem(uri, Template.read(inputs.template()).languageId(inputs.sourceFile()), 0, text);
      server.getTextDocumentService().didOpen(new DidOpenTextDocumentParams(document));
    } catch (Throwable failure) {
      close();
      failure.addSuppressed(new IllegalStateException("The server's stderr: " + stderr));
      throw failure;
    }
  }

  /** Tells the server the client's settings as they are now, whole. */
  void pushConfiguration() {
    client.sendSettings();
  }

  /** Ends the server by the protocol. Gives the exit code. */
  int shutdownAndExit() throws Exception {
    server.shutdown().get(60, TimeUnit.SECONDS);
    server.exit();
    if (!process.waitFor(60, TimeUnit.SECONDS)) throw new AssertionError("The server did not exit within 60 s");
    stderrReader.join();
    return process.exitValue();
  }

  /** What the server wrote to stderr: LSP4IJ shows it as errors. */
  String stderr() {
    return stderr.toString();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    threads.shutdownNow();
  }

  private Launcher<ProdlensServer> launch() {
    return new Launcher.Builder<ProdlensServer>()
        .setLocalService(client)
        .setRemoteInterface(ProdlensServer.class)
        .setInput(process.getInputStream())
        .setOutput(process.getOutputStream())
        .setExecutorService(threads)
        .wrapMessages(
            consumer -> {
              boolean fromServer = consumer instanceof RemoteEndpoint;
              return message -> {
                traffic.add(new Traffic(fromServer, message));
                consumer.consume(message);
              };
            })
        .create();
  }

  private InitializeParams parameters(Path root, WorkspaceFolder folder, JsonObject options, Profile profile)
      throws IOException {
    var parameters = new InitializeParams();
    if (profile == Profile.LSP4IJ) parameters.setProcessId((int) ProcessHandle.current().pid());
    deprecatedRoot(parameters, root);
    parameters.setWorkspaceFolders(List.of(folder));
    parameters.setClientInfo(profile.info);
    parameters.setTrace("off");
    parameters.setInitializationOptions(options);
    parameters.setCapabilities(capabilities(profile));
    return parameters;
  }

  /** Both clients still send both fields. */
  @SuppressWarnings("deprecation")
  private static void deprecatedRoot(InitializeParams parameters, Path root) {
    parameters.setRootUri(root.toUri().toString());
    parameters.setRootPath(root.toString());
  }

  private static ClientCapabilities capabilities(Profile profile) throws IOException {
    try (var stream = ServerSession.class.getResourceAsStream(profile.capabilities);
        Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
      var capabilities =
          new MessageJsonHandler(Map.of()).getGson().fromJson(reader, ClientCapabilities.class);
      if (profile == Profile.LSP4IJ) capabilities.setExperimental(new JsonObject());
      return capabilities;
    }
  }

  /** The nearest folder above the file with a package.json: the content root of a project opened in an IDE. */
  private static Path folderOfPackage(Path file) {
    Path folder = file.getParent();
    while (folder != null && !Files.exists(folder.resolve("package.json"))) folder = folder.getParent();
    if (folder == null) throw new IllegalArgumentException("No package.json above " + file);
    return folder;
  }

  private void readStderr() {
    try (Reader reader = new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8)) {
      char[] buffer = new char[4096];
      for (int n = reader.read(buffer); n >= 0; n = reader.read(buffer)) stderr.append(buffer, 0, n);
    } catch (IOException ended) {
      stderr.append(ended);
    }
  }
}
