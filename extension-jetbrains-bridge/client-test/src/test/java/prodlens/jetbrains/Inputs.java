package prodlens.jetbrains;

import java.nio.file.Path;

/** What the runner passes as system properties. Nothing has a default: a test against a guess proves nothing. */
record Inputs(Path node, Path server, String collectorUrl, Path sourceFile, Path template, Path installed, Path plugin, Path collector) {
  static Inputs fromSystemProperties() {
    return new Inputs(
        Path.of(required("prodlens.node")),
        Path.of(required("prodlens.server")),
        required("prodlens.url"),
        Path.of(required("prodlens.file")),
        Path.of(required("prodlens.template")),
        Path.of(required("prodlens.installed")),
        Path.of(required("prodlens.plugin")),
        Path.of(required("prodlens.collector")));
  }

  Inputs withCollector(String url) {
    return new Inputs(node, server, url, sourceFile, template, installed, plugin, collector);
  }

  private static String required(String name) {
    String value = System.getProperty(name);
    if (value == null || value.isBlank()) {
      throw new IllegalStateException("System property " + name + " is not set: start this by run-tests.mjs");
    }
    return value;
  }
}
