package prodlens.plugin;

import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.options.Configurable;
import com.intellij.openapi.options.ConfigurationException;
import com.intellij.openapi.project.Project;
import com.intellij.openapi.project.ProjectManager;
import com.intellij.util.ui.FormBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.swing.JCheckBox;
import javax.swing.JComponent;
import javax.swing.JPanel;
import javax.swing.JPasswordField;
import javax.swing.JTextField;
import prodlens.core.Settings;
import prodlens.core.SettingsField;

/** The page Settings > Tools > Prodlens: a component for each of SettingsField.ALL, and the token. */
public final class ProdlensConfigurable implements Configurable {
  private final Map<SettingsField, JComponent> components = new LinkedHashMap<>();
  /** A token that is stored is never read back into the field. */
  private final JPasswordField token = new JPasswordField();
  private final JCheckBox forgetToken = new JCheckBox("Forget the token that is stored");

  @Override
  public String getDisplayName() {
    return "Prodlens";
  }

  @Override
  public JComponent createComponent() {
    FormBuilder form = FormBuilder.createFormBuilder();
    for (SettingsField field : SettingsField.ALL) {
      JComponent component = field.flag() ? new JCheckBox(field.label()) : new JTextField();
      components.put(field, component);
      if (field.flag()) form.addComponent(component);
      else form.addLabeledComponent(field.label(), component);
      if (!field.hint().isEmpty()) form.addTooltip(field.hint());
      if (field.key().equals("url")) addToken(form);
    }
    return form.addComponentFillVertically(new JPanel(), 0).getPanel();
  }

  private void addToken(FormBuilder form) {
    form.addLabeledComponent("Token:", token)
        .addTooltip("With the scope read; alerts to mute alerts. Kept in the IDE's password store; empty keeps the one that is there.")
        .addComponent(forgetToken);
  }

  @Override
  public boolean isModified() {
    Settings settings = ProdlensSettings.getInstance().getState();
    return tokenChanged()
        || components.entrySet().stream()
            .anyMatch(entry -> !entry.getKey().read().apply(settings).equals(textOf(entry.getValue())));
  }

  @Override
  public void apply() throws ConfigurationException {
    Map<SettingsField, String> texts = new LinkedHashMap<>();
    components.forEach((field, component) -> texts.put(field, textOf(component)));
    String wrong = SettingsField.apply(ProdlensSettings.getInstance().getState(), texts);
    if (wrong != null) throw new ConfigurationException(wrong);
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
    Settings settings = ProdlensSettings.getInstance().getState();
    components.forEach((field, component) -> setText(component, field.read().apply(settings)));
    token.setText("");
    forgetToken.setSelected(false);
  }

  private boolean tokenChanged() {
    return token.getPassword().length > 0 || forgetToken.isSelected();
  }

  private static String textOf(JComponent component) {
    return component instanceof JCheckBox box ? String.valueOf(box.isSelected()) : ((JTextField) component).getText();
  }

  private static void setText(JComponent component, String text) {
    if (component instanceof JCheckBox box) box.setSelected(Boolean.parseBoolean(text));
    else ((JTextField) component).setText(text);
  }
}
