package prodlens.plugin;

import com.intellij.openapi.project.Project;
import com.intellij.openapi.wm.StatusBarWidget;
import com.intellij.openapi.wm.StatusBarWidgetFactory;
import prodlens.core.Names;

/** The status bar's entry "Prodlens". */
public final class StatusWidgetFactory implements StatusBarWidgetFactory {
  @Override
  public String getId() {
    return Names.STATUS_WIDGET;
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
