package prodlens.plugin;

import com.intellij.openapi.Disposable;
import com.intellij.ui.treeStructure.Tree;
import java.awt.BorderLayout;
import java.awt.event.ActionEvent;
import java.awt.event.KeyEvent;
import java.awt.event.MouseAdapter;
import java.awt.event.MouseEvent;
import java.util.ArrayList;
import javax.swing.AbstractAction;
import javax.swing.JMenuItem;
import javax.swing.JPanel;
import javax.swing.JPopupMenu;
import javax.swing.JScrollPane;
import javax.swing.JTextField;
import javax.swing.JTree;
import javax.swing.KeyStroke;
import javax.swing.event.DocumentEvent;
import javax.swing.event.DocumentListener;
import javax.swing.event.TreeExpansionEvent;
import javax.swing.event.TreeExpansionListener;
import javax.swing.tree.DefaultMutableTreeNode;
import javax.swing.tree.DefaultTreeModel;
import javax.swing.tree.TreePath;
import prodlens.core.AlertCommand;
import prodlens.core.AlertModel;
import prodlens.core.AlertView;
import prodlens.core.Alerts.Alert;
import prodlens.core.ProjectState;

/** A search field above a tree of alerts. Double click or Enter opens one; its menu mutes it. */
final class AlertsPanel extends JPanel implements Disposable {
  private static final long serialVersionUID = 1;

  private final transient ProjectState state;
  private final transient AlertView view;
  private final transient Runnable listener = this::refresh;
  private final JTextField filter = new JTextField();
  private final JTree tree = new Tree();

  private boolean drawing;

  /** How a group stands in the tree. */
  private record Title(String group, int size) {
    @Override
    public String toString() {
      return group + " (" + size + ")";
    }
  }

  /** How an alert stands in the tree. */
  private record Line(Alert alert) {
    @Override
    public String toString() {
      return alert.severity() + ": " + AlertModel.line(alert);
    }
  }

  AlertsPanel(ProjectState state) {
    super(new BorderLayout());
    this.state = state;
    view = new AlertView(state.alerts());
    filter.getAccessibleContext().setAccessibleName("Search alerts");
    filter.setToolTipText("Search alerts");
    tree.getAccessibleContext().setAccessibleName("Alerts");
    tree.setRootVisible(false);
    add(filter, BorderLayout.NORTH);
    add(new JScrollPane(tree), BorderLayout.CENTER);
    tree.setComponentPopupMenu(menu());
    openOnEnterAndDoubleClick();
    rememberWhatIsChosenAndClosed();
    filter.getDocument().addDocumentListener(new Typed());
    state.onChange(listener);
    refresh();
  }

  @Override
  public void dispose() {
    state.removeListener(listener);
  }

  private void refresh() {
    view.refresh(state.alerts());
    draw();
  }

  /** Builds the tree anew: what is chosen and what is closed is in the view, which is not told of this. */
  private void draw() {
    drawing = true;
    var root = new DefaultMutableTreeNode();
    if (view.emptyText() != null) root.add(new DefaultMutableTreeNode(view.emptyText()));
    var closed = new ArrayList<TreePath>();
    TreePath selected = null;
    for (AlertView.ShownGroup group : view.groups()) {
      var node = new DefaultMutableTreeNode(new Title(group.title(), group.alerts().size()));
      root.add(node);
      for (Alert alert : group.alerts()) {
        var line = new DefaultMutableTreeNode(new Line(alert));
        node.add(line);
        if (alert.equals(view.selected()) && group.open()) selected = new TreePath(line.getPath());
      }
      if (!group.open()) closed.add(new TreePath(node.getPath()));
    }
    tree.setModel(new DefaultTreeModel(root));
    for (int row = 0; row < tree.getRowCount(); row++) {
      if (!closed.contains(tree.getPathForRow(row))) tree.expandRow(row);
    }
    tree.setSelectionPath(selected);
    drawing = false;
  }

  private void rememberWhatIsChosenAndClosed() {
    tree.addTreeSelectionListener(
        event -> {
          if (!drawing) view.select(valueOf(tree.getSelectionPath()) instanceof Line line ? line.alert().id() : null);
        });
    tree.addTreeExpansionListener(
        new TreeExpansionListener() {
          @Override
          public void treeExpanded(TreeExpansionEvent event) {
            changed(event, true);
          }

          @Override
          public void treeCollapsed(TreeExpansionEvent event) {
            changed(event, false);
          }

          private void changed(TreeExpansionEvent event, boolean open) {
            if (!drawing && valueOf(event.getPath()) instanceof Title title) view.setOpen(title.group(), open);
          }
        });
  }

  /** null for no path. */
  private static Object valueOf(TreePath path) {
    return path != null && path.getLastPathComponent() instanceof DefaultMutableTreeNode node ? node.getUserObject() : null;
  }

  private void openOnEnterAndDoubleClick() {
    tree.addMouseListener(
        new MouseAdapter() {
          @Override
          public void mouseClicked(MouseEvent event) {
            if (event.getClickCount() == 2) onSelected(AlertCommand.OPEN);
          }
        });
    tree.getInputMap().put(KeyStroke.getKeyStroke(KeyEvent.VK_ENTER, 0), AlertCommand.OPEN.id);
    tree.getActionMap().put(AlertCommand.OPEN.id, new Run(AlertCommand.OPEN));
  }

  private JPopupMenu menu() {
    var menu = new JPopupMenu();
    for (AlertCommand command : AlertCommand.values()) menu.add(new JMenuItem(new Run(command)));
    return menu;
  }

  private void onSelected(AlertCommand command) {
    if (view.selected() != null) state.execute(command, view.selected().id());
  }

  /** A command of the language server on the alert that is selected. */
  private final class Run extends AbstractAction {
    private static final long serialVersionUID = 1;
    private final AlertCommand command;

    Run(AlertCommand command) {
      super(command.title);
      this.command = command;
    }

    @Override
    public void actionPerformed(ActionEvent event) {
      onSelected(command);
    }
  }

  private final class Typed implements DocumentListener {
    @Override
    public void insertUpdate(DocumentEvent event) {
      search();
    }

    @Override
    public void removeUpdate(DocumentEvent event) {
      search();
    }

    @Override
    public void changedUpdate(DocumentEvent event) {
      search();
    }

    private void search() {
      view.search(filter.getText());
      draw();
    }
  }
}
