package prodlens.plugin;

import com.intellij.openapi.Disposable;
import com.intellij.ui.treeStructure.Tree;
import java.awt.BorderLayout;
import java.awt.event.ActionEvent;
import java.awt.event.KeyEvent;
import java.awt.event.MouseAdapter;
import java.awt.event.MouseEvent;
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
import javax.swing.tree.DefaultMutableTreeNode;
import javax.swing.tree.DefaultTreeModel;
import prodlens.core.AlertModel;
import prodlens.core.Alerts.Alert;

/** A search field above a tree of alerts. Double click or Enter opens one; its menu mutes it. */
final class AlertsPanel extends JPanel implements Disposable {
  private static final long serialVersionUID = 1;

  private final transient ProdlensProject state;
  private final transient Runnable listener = this::refresh;
  private final JTextField filter = new JTextField();
  private final JTree tree = new Tree();

  /** How an alert stands in the tree. */
  private record Line(Alert alert) {
    @Override
    public String toString() {
      return alert.severity() + ": " + AlertModel.line(alert);
    }
  }

  AlertsPanel(ProdlensProject state) {
    super(new BorderLayout());
    this.state = state;
    filter.getAccessibleContext().setAccessibleName("Search alerts");
    filter.setToolTipText("Search alerts");
    tree.getAccessibleContext().setAccessibleName("Alerts");
    tree.setRootVisible(false);
    add(filter, BorderLayout.NORTH);
    add(new JScrollPane(tree), BorderLayout.CENTER);
    tree.setComponentPopupMenu(menu());
    openOnEnterAndDoubleClick();
    filter.getDocument().addDocumentListener(new Typed());
    state.onChange(listener);
    refresh();
  }

  @Override
  public void dispose() {
    state.removeListener(listener);
  }

  private void refresh() {
    AlertModel alerts = state.alerts();
    var root = new DefaultMutableTreeNode();
    String empty = alerts.emptyText(filter.getText());
    if (empty != null) root.add(new DefaultMutableTreeNode(empty));
    for (AlertModel.Group group : alerts.groups(filter.getText())) {
      var node = new DefaultMutableTreeNode(group.title() + " (" + group.alerts().size() + ")");
      group.alerts().forEach(alert -> node.add(new DefaultMutableTreeNode(new Line(alert))));
      root.add(node);
    }
    tree.setModel(new DefaultTreeModel(root));
    for (int row = 0; row < tree.getRowCount(); row++) tree.expandRow(row);
  }

  private void openOnEnterAndDoubleClick() {
    tree.addMouseListener(
        new MouseAdapter() {
          @Override
          public void mouseClicked(MouseEvent event) {
            if (event.getClickCount() == 2) onSelected("prodlens.openAlert");
          }
        });
    tree.getInputMap().put(KeyStroke.getKeyStroke(KeyEvent.VK_ENTER, 0), "prodlens.open");
    tree.getActionMap().put("prodlens.open", new Run("Open", "prodlens.openAlert"));
  }

  private JPopupMenu menu() {
    var menu = new JPopupMenu();
    menu.add(new JMenuItem(new Run("Open", "prodlens.openAlert")));
    menu.add(new JMenuItem(new Run("Open in the web app", "prodlens.openInWebApp")));
    menu.add(new JMenuItem(new Run("Mute", "prodlens.muteAlert")));
    menu.add(new JMenuItem(new Run("Mark as expected", "prodlens.markExpected")));
    return menu;
  }

  private void onSelected(String command) {
    var path = tree.getSelectionPath();
    if (path == null || !(path.getLastPathComponent() instanceof DefaultMutableTreeNode node)) return;
    if (node.getUserObject() instanceof Line line) state.execute(command, line.alert().id());
  }

  /** A command of the language server on the alert that is selected. */
  private final class Run extends AbstractAction {
    private static final long serialVersionUID = 1;
    private final String command;

    Run(String title, String command) {
      super(title);
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
      refresh();
    }

    @Override
    public void removeUpdate(DocumentEvent event) {
      refresh();
    }

    @Override
    public void changedUpdate(DocumentEvent event) {
      refresh();
    }
  }
}
