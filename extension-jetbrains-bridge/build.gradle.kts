// Builds and verifies the plugin against the real IntelliJ Platform and LSP4IJ, for people who reach JetBrains'
// repository. The sources are those that package-plugin.mjs compiles; the signatures are not among them. Not run by this
// project's tests. Gradle 9 or newer, Java 17 or newer:  npm run build (at the root), then  gradle buildPlugin verifyPlugin

plugins {
    java
    id("org.jetbrains.intellij.platform") version "2.18.1"
}

group = "dev.prodlens"
version = "0.1.0"

repositories {
    mavenCentral()
    intellijPlatform { defaultRepositories() }
}

dependencies {
    intellijPlatform {
        intellijIdeaCommunity("2024.2.6")
        plugin("com.redhat.devtools.lsp4ij", "0.20.1")
        pluginVerifier()
    }
}

java { toolchain { languageVersion = JavaLanguageVersion.of(17) } }

tasks.withType<JavaCompile> { options.release = 17 }

sourceSets {
    main {
        java.srcDirs("core/src/main/java", "plugin/src/main/java")
        resources.srcDirs("core/src/main/resources", "plugin/src/main/resources")
    }
}

intellijPlatform { pluginConfiguration { version = project.version.toString() } }

tasks.prepareSandbox {
    from("../language-server/bundle") { into("${rootProject.name}/server") }
    from("../LICENSE") { into(rootProject.name) }
}
