package prodlens.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import prodlens.core.Alerts.Alert;

/** The list of alerts as a window shows it: by group, the worst first, filtered by what a person types. Immutable. */
public final class AlertModel {
  private static final List<String> SEVERITIES = List.of("critical", "warning", "info");
  private static final Comparator<Alert> WORST_FIRST =
      Comparator.comparingInt((Alert alert) -> severityRank(alert.severity()))
          .thenComparing(alert -> !"open".equals(alert.state()))
          .thenComparingInt(alert -> alert.group() == null ? Integer.MAX_VALUE : alert.group().rank())
          .thenComparing(Alert::id);

  private final List<Alert> alerts;
  private final String unknown;

  /** Alerts of one service and deployment, under its title. */
  public record Group(String title, List<Alert> alerts) {}

  private AlertModel(List<Alert> alerts, String unknown) {
    this.alerts = alerts;
    this.unknown = unknown;
  }

  /** Nothing is known, for the reason given: not connected, signed out, an old collector. */
  public static AlertModel unknown(String reason) {
    return new AlertModel(List.of(), reason);
  }

  /** Closed ones are left out. */
  public static AlertModel of(List<Alert> alerts) {
    return new AlertModel(
        alerts.stream().filter(alert -> !"closed".equals(alert.state())).sorted(WORST_FIRST).toList(), null);
  }

  /** Those of which somebody should be told: open, neither muted nor expected. */
  public int open() {
    return (int) alerts.stream().filter(alert -> "open".equals(alert.state())).count();
  }

  /** What to say where there is no line to show; null where there is one. */
  public String emptyText(String filter) {
    if (unknown != null) return unknown;
    if (alerts.isEmpty()) return "No alerts. A function that becomes slower or fails appears here.";
    return groups(filter).isEmpty() ? "No alert matches \"" + filter.strip() + "\"." : null;
  }

  /**
   * Groups in the order of their worst alert.
   *
   * @param filter words, all of which a line has to have, in any case; blank for all
   */
  public List<Group> groups(String filter) {
    List<String> words =
        List.of(filter.strip().toLowerCase(Locale.ROOT).split("\\s+")).stream().filter(word -> !word.isEmpty()).toList();
    Map<String, List<Alert>> byTitle = new LinkedHashMap<>();
    for (Alert alert : alerts) {
      String text = (line(alert) + " " + groupTitle(alert)).toLowerCase(Locale.ROOT);
      if (words.stream().allMatch(text::contains)) {
        byTitle.computeIfAbsent(groupTitle(alert), title -> new ArrayList<>()).add(alert);
      }
    }
    return byTitle.entrySet().stream().map(entry -> new Group(entry.getKey(), List.copyOf(entry.getValue()))).toList();
  }

  /** One line about an alert: "PricingService.applyDiscounts is 38 % slower since 2.4.0 · src/pricing.ts:41 · muted". */
  public static String line(Alert alert) {
    StringBuilder text = new StringBuilder(alert.title());
    if (alert.place() != null && alert.place().file() != null) {
      text.append(" · ").append(alert.place().file()).append(':').append(alert.place().line());
    }
    if (!"open".equals(alert.state())) text.append(" · ").append(alert.state());
    return text.toString();
  }

  private static String groupTitle(Alert alert) {
    if (alert.group() != null && alert.group().title() != null) return alert.group().title();
    return alert.service() + " in " + alert.environment();
  }

  private static int severityRank(String severity) {
    int rank = SEVERITIES.indexOf(severity);
    return rank < 0 ? SEVERITIES.size() : rank;
  }
}
