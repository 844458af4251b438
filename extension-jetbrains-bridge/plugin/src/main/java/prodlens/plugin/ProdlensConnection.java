package prodlens.plugin;

import com.intellij.execution.configurations.GeneralCommandLine;
import com.intellij.ide.plugins.IdeaPluginDescriptor;
import com.intellij.ide.plugins.PluginManagerCore;
import com.intellij.openapi.extensions.PluginId;
import com.intellij.openapi.vfs.VirtualFile;
import com.redhat.devtools.lsp4ij.server.CannotStartProcessException;
import com.redhat.devtools.lsp4ij.server.OSProcessStreamConnectionProvider;
import java.nio.charset.StandardCharsets;
import prodlens.core.Machine;
import prodlens.core.Names;
import prodlens.core.NodeLocator;
import prodlens.core.ServerCommand;
import prodlens.core.Settings;

/** Starts the language server that lies in the plugin's folder. What keeps it from starting is shown in the LSP console. */
final class ProdlensConnection extends OSProcessStreamConnectionProvider {
  @Override
  public void start() throws CannotStartProcessException {
    IdeaPluginDescriptor plugin = PluginManagerCore.getPlugin(PluginId.getId(Names.PLUGIN));
    if (plugin == null) throw new CannotStartProcessException("The plugin " + Names.PLUGIN + " is not loaded.");
    try {
      String node = ProdlensSettings.getInstance().getState().node;
      var command = ServerCommand.of(plugin.getPluginPath(), node, Machine.current());
      setCommandLine(new GeneralCommandLine(command).withCharset(StandardCharsets.UTF_8));
    } catch (NodeLocator.NotFound e) {
      throw new CannotStartProcessException(e.getMessage());
    }
    super.start();
  }

  @Override
  public Object getInitializationOptions(VirtualFile root) {
    return Settings.initializationOptions();
  }
}
