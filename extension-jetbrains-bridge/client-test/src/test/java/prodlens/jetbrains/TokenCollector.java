package prodlens.jetbrains;

import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A collector of its own, on empty data, that asks for tokens, and a token with which one may read and no more. */
final class TokenCollector implements AutoCloseable {
  private final Path data;
  private final Process process;
  private final String url;
  private final String readToken;

  TokenCollector(Inputs inputs) throws IOException {
    data = Files.createTempDirectory("prodlens-collector-");
    var program = List.of(inputs.node().toString(), inputs.collector().toString());
    Process made = start(program, "token", "create", "--scope", "read", "--name", "reader", "--data", data.toString());
    readToken = firstLine(made);
    process = start(program, "up", "--json", "--port", "0", "--data", data.toString());
    url = JsonParser.parseString(firstLine(process)).getAsJsonObject().get("url").getAsString();
  }

  String url() {
    return url;
  }

  String readToken() {
    return readToken;
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    process.onExit().join();
    try (Stream<Path> paths = Files.walk(data)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }

  private static Process start(List<String> program, String... arguments) throws IOException {
    var command = new ArrayList<>(program);
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  private static String firstLine(Process from) throws IOException {
    var reader = new BufferedReader(from.inputReader(StandardCharsets.UTF_8));
    String line = reader.readLine();
    if (line == null) throw new IOException("The collector said nothing and ended with " + from.onExit().join().exitValue());
    return line;
  }
}
