package prodlens.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import prodlens.core.Machine.OperatingSystem;

/** Machines laid out in a temporary folder, with programs that really start. */
class NodeLocatorTest {
  @TempDir Path home;

  private final Map<String, String> variables = new HashMap<>();

  @Test
  void takesTheFirstOnThePathThatIsNewEnough() throws Exception {
    Path old = program("old/node", "v18.20.4");
    Path wanted = program("new/node", "v22.1.0");
    program(".nvm/versions/node/v24.0.0/bin/node", "v24.0.0");
    variables.put("PATH", old.getParent() + ":" + wanted.getParent());
    assertEquals(wanted, locator(OperatingSystem.LINUX).find("").path());
  }

  @Test
  void looksWhereAnIdeWithoutTheTerminalsPathFindsNothing() throws Exception {
    for (String place :
        List.of(
            ".nvm/versions/node/v22.3.0/bin/node",
            ".volta/bin/node",
            ".local/share/fnm/node-versions/v22.3.0/installation/bin/node",
            ".asdf/installs/nodejs/22.3.0/bin/node",
            ".local/share/mise/installs/node/22.3.0/bin/node")) {
      Path node = program(place, "v22.3.0");
      assertTrue(locator(OperatingSystem.LINUX).candidates().contains(node), place);
      assertEquals(node, locator(OperatingSystem.LINUX).find("").path(), place);
      Files.delete(node);
    }
  }

  @Test
  void takesTheHighestVersionOfAManagerByNumberNotByLetter() throws Exception {
    program(".nvm/versions/node/v9.11.2/bin/node", "v9.11.2");
    Path newest = program(".nvm/versions/node/v22.10.0/bin/node", "v22.10.0");
    program(".nvm/versions/node/v22.9.0/bin/node", "v22.9.0");
    assertEquals(newest, locator(OperatingSystem.LINUX).find("").path());
  }

  @Test
  void aManagersVariableComesBeforeItsUsualFolder() throws Exception {
    program(".nvm/versions/node/v22.0.0/bin/node", "v22.0.0");
    Path moved = program("elsewhere/versions/node/v20.19.0/bin/node", "v20.19.0");
    variables.put("NVM_DIR", home.resolve("elsewhere").toString());
    assertEquals(moved, locator(OperatingSystem.LINUX).find("").path());
  }

  @Test
  void knowsWhereAMacKeepsIt() throws Exception {
    Path fnm = program("Library/Application Support/fnm/node-versions/v22.3.0/installation/bin/node", "v22.3.0");
    assertTrue(locator(OperatingSystem.MAC).candidates().contains(fnm));
  }

  @Test
  void knowsWhereWindowsKeepsItByItsOwnPaths() throws Exception {
    var drives = Configuration.windows().toBuilder().setRoots("C:\\", "D:\\").build();
    try (FileSystem windows = Jimfs.newFileSystem(drives)) {
      List<String> places =
          List.of(
              "D:\\tools\\node\\node.exe",
              "C:\\Program Files\\nodejs\\node.exe",
              "C:\\Users\\Ada Lovelace\\AppData\\Roaming\\nvm\\v22.10.0\\node.exe",
              "C:\\Users\\Ada Lovelace\\AppData\\Roaming\\nvm\\v9.0.0\\node.exe",
              "C:\\Users\\Ada Lovelace\\AppData\\Local\\Volta\\bin\\node.exe",
              "C:\\Users\\Ada Lovelace\\AppData\\Roaming\\fnm\\node-versions\\v22.3.0\\installation\\node.exe",
              "C:\\Users\\Ada Lovelace\\scoop\\apps\\nodejs\\current\\node.exe");
      for (String place : places) Files.createDirectories(windows.getPath(place).getParent());
      for (String place : places) Files.writeString(windows.getPath(place), "");
      variables.put("Path", "\"D:\\tools\\node\";relative;C:\\no\\such|folder");
      variables.put("ProgramFiles", "C:\\Program Files");
      variables.put("AppData", "C:\\Users\\Ada Lovelace\\AppData\\Roaming");
      variables.put("LOCALAPPDATA", "C:\\Users\\Ada Lovelace\\AppData\\Local");
      var machine = new Machine(OperatingSystem.WINDOWS, windows.getPath("C:\\Users\\Ada Lovelace"), variables);
      assertEquals(places, new NodeLocator(machine).candidates().stream().map(Path::toString).toList());
    }
  }

  @Test
  void whatIsSetIsTakenOrRefusedNeverPassedOver() throws Exception {
    Path set = program("set/node", "v20.19.0");
    program(".nvm/versions/node/v22.3.0/bin/node", "v22.3.0");
    assertEquals(set, locator(OperatingSystem.LINUX).find(" " + set + " ").path());

    Path old = program("old/node", "v18.0.0");
    assertTrue(messageOf(old.toString()).contains("is Node.js 18.0.0; Prodlens needs 20.19.0"), messageOf(old.toString()));
    assertTrue(messageOf("/nowhere/node").contains("is no Node.js that starts"));
    Path other = home.resolve("other");
    Files.writeString(other, "#!/bin/sh\necho hello\n");
    assertTrue(other.toFile().setExecutable(true));
    assertTrue(messageOf(other.toString()).contains("is no Node.js that starts"));
  }

  @Test
  void saysWhatItFoundWhereNothingIsNewEnough() throws Exception {
    Path old = program("old/node", "v16.0.0");
    variables.put("PATH", old.getParent().toString());
    // A machine of Windows, so that the test's own /usr/bin/node is not among the places.
    Path windowsOld = program("win/node.exe", "v16.0.0");
    variables.put("PATH", windowsOld.getParent().toString());
    var none = assertThrows(NodeLocator.NotFound.class, () -> locator(OperatingSystem.WINDOWS).find(""));
    assertTrue(none.getMessage().contains(windowsOld + " is 16.0.0"), none.getMessage());
    assertTrue(none.getMessage().contains("Settings > Tools > Prodlens"), none.getMessage());
  }

  private String messageOf(String setting) {
    return assertThrows(NodeLocator.NotFound.class, () -> locator(OperatingSystem.LINUX).find(setting)).getMessage();
  }

  private NodeLocator locator(OperatingSystem system) {
    return new NodeLocator(new Machine(system, home, variables));
  }

  private Path program(String place, String version) throws IOException {
    Path path = home.resolve(place);
    Files.createDirectories(path.getParent());
    Files.writeString(path, "#!/bin/sh\necho " + version + "\n");
    assertTrue(path.toFile().setExecutable(true));
    return path;
  }
}
