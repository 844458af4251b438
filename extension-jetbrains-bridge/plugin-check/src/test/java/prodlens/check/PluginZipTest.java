package prodlens.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.jetbrains.plugin.structure.base.plugin.PluginCreationFail;
import com.jetbrains.plugin.structure.base.plugin.PluginCreationResult;
import com.jetbrains.plugin.structure.base.plugin.PluginCreationSuccess;
import com.jetbrains.plugin.structure.intellij.plugin.IdePlugin;
import com.jetbrains.plugin.structure.intellij.plugin.IdePluginManager;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The zip that people install, read by the library with which JetBrains Marketplace reads what is uploaded. */
class PluginZipTest {
  private static final Path ZIP = Path.of(System.getProperty("prodlens.zip"));

  @TempDir Path folder;

  @Test
  void marketplaceReadsItAndReportsNoProblem() {
    PluginCreationResult<IdePlugin> result = IdePluginManager.createManager(folder).createPlugin(ZIP);
    if (result instanceof PluginCreationFail<IdePlugin> fail) {
      throw new AssertionError(fail.getErrorsAndWarnings().toString());
    }
    PluginCreationSuccess<IdePlugin> success = assertInstanceOf(PluginCreationSuccess.class, result);
    assertEquals(List.of(), success.getWarnings());
    assertEquals(List.of(), success.getUnacceptableWarnings());
    IdePlugin plugin = success.getPlugin();
    assertEquals("dev.prodlens.jetbrains", plugin.getPluginId());
    assertTrue(plugin.getPluginVersion().matches("\\d+\\.\\d+\\.\\d+"), plugin.getPluginVersion());
    Set<String> needs = plugin.getDependencies().stream().map(d -> d.getId()).collect(Collectors.toSet());
    assertEquals(Set.of("com.intellij.modules.platform", "com.redhat.devtools.lsp4ij"), needs);
  }

  @Test
  void theMarketplacesReaderIsNotBlind() throws Exception {
    Path other = folder.resolve("broken.zip");
    try (var zip = new java.util.zip.ZipOutputStream(Files.newOutputStream(other))) {
      zip.putNextEntry(new ZipEntry("prodlens/lib/empty.txt"));
      zip.closeEntry();
    }
    assertInstanceOf(PluginCreationFail.class, IdePluginManager.createManager(folder).createPlugin(other));
  }

  @Test
  void holdsOwnClassesAndTheServerAndNothingOfTheIde() throws Exception {
    List<String> names = entries();
    assertTrue(names.contains("prodlens/server/server.cjs"), names.toString());
    assertTrue(names.contains("prodlens/LICENSE"), names.toString());
    for (Path jar : jars()) {
      try (ZipFile file = new ZipFile(jar.toFile())) {
        var classes = file.stream().map(ZipEntry::getName).filter(name -> name.endsWith(".class")).toList();
        assertTrue(classes.stream().allMatch(name -> name.startsWith("prodlens/")), jar + ": " + classes);
      }
    }
  }

  @Test
  void everyClassThatTheDescriptorNamesIsThere() throws Exception {
    Set<String> missing = new TreeSet<>();
    try (var loader = new URLClassLoader(urls(jars()), null);
        var reader = new BufferedReader(new InputStreamReader(loader.getResourceAsStream("META-INF/plugin.xml")))) {
      var named = java.util.regex.Pattern.compile("\"(prodlens\\.plugin\\.\\w+)\"").matcher(reader.lines().collect(Collectors.joining("\n")));
      int found = 0;
      for (; named.find(); found++) {
        if (loader.getResource(named.group(1).replace('.', '/') + ".class") == null) missing.add(named.group(1));
      }
      assertTrue(found >= 6, "the descriptor names classes: " + found);
    }
    assertEquals(Set.of(), missing);
  }

  private static List<String> entries() throws Exception {
    try (ZipFile zip = new ZipFile(ZIP.toFile())) {
      return zip.stream().map(ZipEntry::getName).toList();
    }
  }

  private List<Path> jars() throws Exception {
    List<Path> jars = new ArrayList<>();
    try (ZipFile zip = new ZipFile(ZIP.toFile())) {
      for (ZipEntry entry : zip.stream().filter(e -> e.getName().endsWith(".jar")).toList()) {
        Path jar = folder.resolve(Path.of(entry.getName()).getFileName().toString());
        Files.copy(zip.getInputStream(entry), jar, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        jars.add(jar);
      }
    }
    return jars;
  }

  private static URL[] urls(List<Path> jars) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (Path jar : jars) urls.add(jar.toUri().toURL());
    return urls.toArray(URL[]::new);
  }
}
