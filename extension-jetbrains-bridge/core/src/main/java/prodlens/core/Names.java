package prodlens.core;

/** The names by which plugin.xml, the glue and the language server know the same thing. A test holds them equal. */
public final class Names {
  private Names() {}

  public static final String PLUGIN = "dev.prodlens.jetbrains";
  /** For LSP4IJ; its file patterns refer to it. */
  public static final String SERVER = "prodlens";
  public static final String TOOL_WINDOW = "Prodlens";
  public static final String NOTIFICATION_GROUP = "Prodlens";
  public static final String STATUS_WIDGET = "prodlens.status";
  public static final String SETTINGS_PAGE = "prodlens";

  public static final String ALERTS = "prodlens/alerts";
  public static final String ALERTS_CHANGED = "prodlens/alertsChanged";
  public static final String STATUS_CHANGED = "prodlens/statusChanged";
}
