package prodlens.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jetbrains.kotlin.cli.common.messages.MessageCollector;
import org.jetbrains.kotlin.cli.jvm.compiler.EnvironmentConfigFiles;
import org.jetbrains.kotlin.cli.jvm.compiler.KotlinCoreEnvironment;
import org.jetbrains.kotlin.com.intellij.openapi.Disposable;
import org.jetbrains.kotlin.com.intellij.openapi.util.Disposer;
import org.jetbrains.kotlin.com.intellij.psi.PsiErrorElement;
import org.jetbrains.kotlin.com.intellij.psi.util.PsiTreeUtil;
import org.jetbrains.kotlin.config.CommonConfigurationKeys;
import org.jetbrains.kotlin.config.CompilerConfiguration;
import org.jetbrains.kotlin.psi.KtPsiFactory;
import org.junit.jupiter.api.Test;

/**
 * The Gradle scripts are Kotlin without an error of syntax. No more than that: the names in them are Gradle's and those of
 * JetBrains' plugin for it, which are not in Maven Central.
 */
class GradleScriptTest {
  @Test
  void theScriptsAreKotlin() throws Exception {
    for (String name : List.of("build.gradle.kts", "settings.gradle.kts")) {
      assertEquals(List.of(), errors(Files.readString(Path.of("..", name))), name);
    }
  }

  @Test
  void theReaderIsNotBlind() {
    assertFalse(errors("plugins { java").isEmpty());
  }

  private static List<String> errors(String script) {
    Disposable life = Disposer.newDisposable("script");
    try {
      var configuration = new CompilerConfiguration();
      configuration.put(CommonConfigurationKeys.MESSAGE_COLLECTOR_KEY, MessageCollector.Companion.getNONE());
      var kotlin = KotlinCoreEnvironment.createForProduction(life, configuration, EnvironmentConfigFiles.JVM_CONFIG_FILES);
      var file = new KtPsiFactory(kotlin.getProject(), false).createFile("build.gradle.kts", script);
      return PsiTreeUtil.collectElementsOfType(file, PsiErrorElement.class).stream().map(PsiErrorElement::getErrorDescription).toList();
    } finally {
      Disposer.dispose(life);
    }
  }
}
