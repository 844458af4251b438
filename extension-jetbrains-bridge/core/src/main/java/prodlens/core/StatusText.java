package prodlens.core;

import prodlens.core.Alerts.Status;

/** What the status bar says. */
public final class StatusText {
  private StatusText() {}

  /** @param status null before the server has said anything */
  public static String line(Status status, AlertModel alerts) {
    if (status == null) return "Prodlens";
    if (!"connected".equals(status.state())) return "Prodlens: " + status.state();
    int open = alerts.open();
    return open == 0 ? "Prodlens" : "Prodlens: " + open + (open == 1 ? " alert" : " alerts");
  }

  /** @param status null before the server has said anything */
  public static String tooltip(Status status) {
    if (status == null) return "Prodlens starts with the first TypeScript or JavaScript file that is opened.";
    StringBuilder text = new StringBuilder(status.message());
    if (status.environment() != null && !status.environment().isBlank()) {
      text.append(" Environment: ").append(status.environment()).append('.');
    }
    if (status.window() != null) text.append(" Numbers of the last ").append(status.window()).append('.');
    return text.toString();
  }
}
