package prodlens.core;

import java.util.Optional;
import prodlens.core.Alerts.Changed;

/** What one notification says of alerts that are new: one for all of them, however many there are. */
public record AlertNews(String title, String content, boolean critical, String alertId) {

  /** Empty where nothing is new that is worth interrupting somebody for. */
  public static Optional<AlertNews> of(Changed changed) {
    var worth = changed.opened().stream().filter(alert -> !"info".equals(alert.severity())).toList();
    if (worth.isEmpty()) return Optional.empty();
    var first = worth.stream().filter(alert -> "critical".equals(alert.severity())).findFirst().orElse(worth.get(0));
    String where = first.service() + " in " + first.environment();
    String title = worth.size() == 1 ? "Prodlens: " + where : "Prodlens: " + worth.size() + " new alerts";
    String others = worth.size() == 1 ? "" : ", and " + (worth.size() - 1) + " more";
    return Optional.of(new AlertNews(title, first.title() + others, "critical".equals(first.severity()), first.id()));
  }
}
