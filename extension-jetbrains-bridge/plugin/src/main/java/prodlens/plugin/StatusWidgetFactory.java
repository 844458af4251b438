package prodlens.plugin;

import com.intellij.openapi.project.Project;
import com.intellij.openapi.wm.StatusBarWidget;
import com.intellij.openapi.wm.StatusBarWidgetFactory;

/** The status bar's entry "Prodlens". */
public final class StatusWidgetFactory implements StatusBarWidgetFactory {
  /** As in plugin.xml. */
  static final String ID = "prodlens.status";

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public String getDisplayName() {
    return "Prodlens";
  }

  @Override
  public StatusBarWidget createWidget(Project project) {
    return new StatusWidget(ProdlensProject.of(project), project);
  }
}
