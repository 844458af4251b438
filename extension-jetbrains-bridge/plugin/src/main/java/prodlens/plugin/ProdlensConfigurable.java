package prodlens.plugin;

import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.options.Configurable;
import com.intellij.openapi.project.Project;
import com.intellij.openapi.project.ProjectManager;
import com.intellij.util.ui.FormBuilder;
import java.util.Arrays;
import java.util.List;
import javax.swing.JCheckBox;
import javax.swing.JComponent;
import javax.swing.JPasswordField;
import javax.swing.JTextField;

/** The page Settings > Tools > Prodlens. */
public final class ProdlensConfigurable implements Configurable {
  private final JTextField url = new JTextField();
  /** A token that is stored is never read back into the field. */
  private final JPasswordField token = new JPasswordField();
  private final JCheckBox forgetToken = new JCheckBox("Forget the token that is stored");
  private final JTextField environment = new JTextField();
  private final JTextField services = new JTextField();
  private final JTextField window = new JTextField();
  private final JCheckBox lenses = new JCheckBox("Show a lens over each function");
  private final JTextField lensTemplate = new JTextField();
  private final JCheckBox diagnostics = new JCheckBox("Warn of functions that became slower or fail");
  private final JTextField node = new JTextField();

  @Override
  public String getDisplayName() {
    return "Prodlens";
  }

  @Override
  public JComponent createComponent() {
    return FormBuilder.createFormBuilder()
        .addLabeledComponent("Collector:", url)
        .addLabeledComponent("Token:", token)
        .addTooltip("With the scope read; admin to mute alerts. Kept in the IDE's password store; empty keeps the one that is there.")
        .addComponent(forgetToken)
        .addLabeledComponent("Environment:", environment)
        .addTooltip("Empty to choose one for each service.")
        .addLabeledComponent("Services:", services)
        .addTooltip("Separated by commas; empty for all.")
        .addLabeledComponent("Window:", window)
        .addTooltip("Of the numbers, up to now, such as 15m, 1h or 24h.")
        .addComponent(lenses)
        .addLabeledComponent("Lens:", lensTemplate)
        .addTooltip("Empty for {p95} \u00b7 {rate} \u00b7 {errors}.")
        .addComponent(diagnostics)
        .addLabeledComponent("Node.js:", node)
        .addTooltip("Path of the program; empty to search for it. Takes effect when the server starts again.")
        .addComponentFillVertically(new javax.swing.JPanel(), 0)
        .getPanel();
  }

  @Override
  public boolean isModified() {
    ProdlensSettings.Values values = ProdlensSettings.getInstance().getState();
    return !url.getText().equals(values.url)
        || tokenChanged()
        || !environment.getText().equals(values.environment)
        || !serviceNames().equals(values.services)
        || !window.getText().equals(values.window)
        || lenses.isSelected() != values.lenses
        || !lensTemplate.getText().equals(values.lensTemplate)
        || diagnostics.isSelected() != values.diagnostics
        || !node.getText().equals(values.node);
  }

  @Override
  public void apply() {
    ProdlensSettings.Values values = ProdlensSettings.getInstance().getState();
    values.url = url.getText().strip();
    values.environment = environment.getText().strip();
    values.services = serviceNames();
    values.window = window.getText().strip();
    values.lenses = lenses.isSelected();
    values.lensTemplate = lensTemplate.getText();
    values.diagnostics = diagnostics.isSelected();
    values.node = node.getText().strip();
    String entered = tokenChanged() ? new String(token.getPassword()) : null;
    ApplicationManager.getApplication()
        .executeOnPooledThread(
            () -> {
              if (entered != null) ProdlensSettings.setToken(entered);
              for (Project open : ProjectManager.getInstance().getOpenProjects()) {
                ProdlensProject.of(open).settingsChanged();
              }
            });
    reset();
  }

  @Override
  public void reset() {
    ProdlensSettings.Values values = ProdlensSettings.getInstance().getState();
    url.setText(values.url);
    token.setText("");
    forgetToken.setSelected(false);
    environment.setText(values.environment);
    services.setText(String.join(", ", values.services));
    window.setText(values.window);
    lenses.setSelected(values.lenses);
    lensTemplate.setText(values.lensTemplate);
    diagnostics.setSelected(values.diagnostics);
    node.setText(values.node);
  }

  private boolean tokenChanged() {
    return token.getPassword().length > 0 || forgetToken.isSelected();
  }

  private List<String> serviceNames() {
    return Arrays.stream(services.getText().split(",")).map(String::strip).filter(name -> !name.isEmpty()).toList();
  }
}
