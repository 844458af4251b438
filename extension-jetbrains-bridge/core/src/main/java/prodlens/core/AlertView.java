package prodlens.core;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import prodlens.core.Alerts.Alert;

/**
 * How a person looks at the list of alerts: what they typed into the search, the alert that they chose, the groups that
 * they closed. All of it outlives a refresh of the list. Of the thread of the user interface alone.
 */
public final class AlertView {
  private final Set<String> closedGroups = new HashSet<>();
  private AlertModel alerts;
  private String filter = "";
  private String selectedId;
  private int selectedPlace;

  /** A group as the tree shows it. */
  public record ShownGroup(String title, List<Alert> alerts, boolean open) {}

  public AlertView(AlertModel alerts) {
    this.alerts = alerts;
  }

  /** The chosen alert stays chosen; where it has gone, the one that has come into its place. */
  public void refresh(AlertModel changed) {
    alerts = changed;
    List<Alert> shown = matching(filter);
    boolean gone = selectedId != null && placeOf(selectedId, matching("")) < 0;
    if (gone && !shown.isEmpty()) select(shown.get(Math.min(selectedPlace, shown.size() - 1)).id());
    else keepPlace();
  }

  /** The chosen alert stays chosen also while the search hides it. */
  public void search(String words) {
    filter = words;
    keepPlace();
  }

  /** @param alertId null for none */
  public void select(String alertId) {
    selectedId = alertId;
    keepPlace();
  }

  public void setOpen(String groupTitle, boolean open) {
    if (open) closedGroups.remove(groupTitle);
    else closedGroups.add(groupTitle);
  }

  public List<ShownGroup> groups() {
    return alerts.groups(filter).stream()
        .map(group -> new ShownGroup(group.title(), group.alerts(), !closedGroups.contains(group.title())))
        .toList();
  }

  /** What to say where there is no line to show; null where there is one. */
  public String emptyText() {
    return alerts.emptyText(filter);
  }

  /** null where none is chosen, or the chosen one is not in the list. */
  public Alert selected() {
    return matching(filter).stream().filter(alert -> alert.id().equals(selectedId)).findFirst().orElse(null);
  }

  private void keepPlace() {
    int place = selectedId == null ? -1 : placeOf(selectedId, matching(filter));
    if (place >= 0) selectedPlace = place;
  }

  /** In the order of the list, whatever is closed. */
  private List<Alert> matching(String words) {
    List<Alert> matching = new ArrayList<>();
    for (AlertModel.Group group : alerts.groups(words)) matching.addAll(group.alerts());
    return matching;
  }

  private static int placeOf(String alertId, List<Alert> alerts) {
    for (int i = 0; i < alerts.size(); i++) if (alerts.get(i).id().equals(alertId)) return i;
    return -1;
  }
}
