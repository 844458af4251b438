package prodlens.plugin;

import com.intellij.openapi.project.Project;
import com.intellij.openapi.wm.StatusBar;
import com.intellij.openapi.wm.StatusBarWidget;
import com.intellij.openapi.wm.ToolWindow;
import com.intellij.openapi.wm.ToolWindowManager;
import com.intellij.util.Consumer;
import java.awt.Component;
import java.awt.event.MouseEvent;
import prodlens.core.Names;
import prodlens.core.ProjectState;
import prodlens.core.StatusText;

/** One line on the connection and the number of open alerts; a click opens the list. */
final class StatusWidget implements StatusBarWidget, StatusBarWidget.TextPresentation {
  private final ProjectState state;
  private final Project project;
  private final Runnable listener = this::update;
  private StatusBar bar;

  StatusWidget(ProjectState state, Project project) {
    this.state = state;
    this.project = project;
  }

  @Override
  public String ID() {
    return Names.STATUS_WIDGET;
  }

  @Override
  public void install(StatusBar statusBar) {
    bar = statusBar;
    state.onChange(listener);
  }

  @Override
  public void dispose() {
    state.removeListener(listener);
    bar = null;
  }

  @Override
  public WidgetPresentation getPresentation() {
    return this;
  }

  @Override
  public String getText() {
    return StatusText.line(state.status(), state.alerts());
  }

  @Override
  public String getTooltipText() {
    return StatusText.tooltip(state.status());
  }

  @Override
  public float getAlignment() {
    return Component.CENTER_ALIGNMENT;
  }

  @Override
  public Consumer<MouseEvent> getClickConsumer() {
    return event -> {
      ToolWindow window = ToolWindowManager.getInstance(project).getToolWindow(Names.TOOL_WINDOW);
      if (window != null) window.activate(null);
    };
  }

  private void update() {
    if (bar != null) bar.updateWidget(ID());
  }
}
