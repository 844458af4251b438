package prodlens.jetbrains;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.eclipse.lsp4j.ClientCapabilities;
import org.eclipse.lsp4j.ClientInfo;
import org.eclipse.lsp4j.DidChangeConfigurationParams;
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
import org.eclipse.lsp4j.services.LanguageServer;

/**
 * One life of the real language server as LSP4IJ leads it: start the process, initialize with LSP4IJ's capabilities and
 * the template's options, initialized, push the template's settings, open the file; at the end shutdown and exit.
 */
final class ServerSession implements AutoCloseable {
  /** What went either way, in order, as LSP4J's typed messages. */
  record Traffic(boolean fromServer, Message message) {}

  final EditorClient client;
  final LanguageServer server;
  final InitializeResult initialized;
  final String uri;
  final List<Traffic> traffic = new CopyOnWriteArrayList<>();

  private final Process process;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final StringBuffer stderr = new StringBuffer();
  private final Thread stderrReader;

  static ServerSession start(Inputs inputs) throws Exception {
    return new ServerSession(inputs, Template.read(inputs.template()));
  }

  private ServerSession(Inputs inputs, Template template) throws Exception {
    Path root = folderOfPackage(inputs.sourceFile());
    uri = inputs.sourceFile().toUri().toString();
    process =
        new ProcessBuilder(inputs.node().toString(), inputs.server().toString(), "--stdio")
            .directory(root.toFile())
            .start();
    stderrReader = new Thread(this::readStderr, "server stderr");
    stderrReader.start();
    try {
      var folder = new WorkspaceFolder(root.toUri().toString(), root.getFileName().toString());
      JsonObject settings = template.settings().deepCopy();
      settings.getAsJsonObject("prodlens").addProperty("url", inputs.collectorUrl());
      client = new EditorClient(List.of(folder), settings);
      Launcher<LanguageServer> launcher = launch();
      server = launcher.getRemoteProxy();
      launcher.startListening();
      initialized = server.initialize(parameters(root, folder, template)).get(60, TimeUnit.SECONDS);
      server.initialized(new InitializedParams());
      pushConfiguration();
      String text = Files.readString(inputs.sourceFile());
      var document = new TextDocumentItem(uri, template.languageId(inputs.sourceFile()), 0, text);
      server.getTextDocumentService().didOpen(new DidOpenTextDocumentParams(document));
    } catch (Throwable failure) {
      close();
      failure.addSuppressed(new IllegalStateException("The server's stderr: " + stderr));
      throw failure;
    }
  }

  /** Tells the server the client's settings as they are now, whole. */
  void pushConfiguration() {
    server.getWorkspaceService().didChangeConfiguration(new DidChangeConfigurationParams(client.settings()));
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

  private Launcher<LanguageServer> launch() {
    return new Launcher.Builder<LanguageServer>()
        .setLocalService(client)
        .setRemoteInterface(LanguageServer.class)
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

  private InitializeParams parameters(Path root, WorkspaceFolder folder, Template template) throws IOException {
    var parameters = new InitializeParams();
    parameters.setProcessId((int) ProcessHandle.current().pid());
    deprecatedRoot(parameters, root);
    parameters.setWorkspaceFolders(List.of(folder));
    parameters.setClientInfo(new ClientInfo("IntelliJ IDEA", "2026.1 (build IU-261)"));
    parameters.setTrace("off");
    parameters.setInitializationOptions(template.initializationOptions());
    parameters.setCapabilities(capabilities());
    return parameters;
  }

  /** LSP4IJ still sends both fields. */
  @SuppressWarnings("deprecation")
  private static void deprecatedRoot(InitializeParams parameters, Path root) {
    parameters.setRootUri(root.toUri().toString());
    parameters.setRootPath(root.toString());
  }

  /** What LSP4IJ 0.20.1 says that it can do; it adds an empty "experimental", as the template has none. */
  private static ClientCapabilities capabilities() throws IOException {
    try (var stream = ServerSession.class.getResourceAsStream("/lsp4ij-capabilities.json");
        Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
      var capabilities =
          new MessageJsonHandler(Map.of()).getGson().fromJson(reader, ClientCapabilities.class);
      capabilities.setExperimental(new JsonObject());
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
