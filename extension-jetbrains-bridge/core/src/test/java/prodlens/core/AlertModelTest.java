package prodlens.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.util.List;
import org.junit.jupiter.api.Test;
import prodlens.core.Alerts.Alert;
import prodlens.core.Alerts.Changed;

class AlertModelTest {
  private static final Alert SLOWER = alert("a", "warning", "open", "priceOf is 38 % slower since 2.4.0", "orders in production since 2.4.0", 2);
  private static final Alert FAILS = alert("b", "critical", "open", "charge fails", "payments in production since 1.9.0", 1);
  private static final Alert MUTED = alert("c", "critical", "muted", "ship is slower", "orders in production since 2.4.0", 1);
  private static final Alert CLOSED = alert("d", "critical", "closed", "pack was slower", "orders in production since 2.4.0", 3);

  @Test
  void groupsByDeploymentTheWorstFirstWithoutWhatIsClosed() {
    AlertModel model = AlertModel.of(List.of(SLOWER, CLOSED, MUTED, FAILS));
    assertEquals(
        List.of(
            new AlertModel.Group("payments in production since 1.9.0", List.of(FAILS)),
            new AlertModel.Group("orders in production since 2.4.0", List.of(MUTED, SLOWER))),
        model.groups(""));
    assertEquals(2, model.open());
    assertNull(model.emptyText(""));
  }

  @Test
  void findsByAllWordsInTitlePlaceAndGroup() {
    AlertModel model = AlertModel.of(List.of(SLOWER, FAILS));
    assertEquals(List.of(SLOWER), model.groups(" 2.4.0 PRICEOF ").get(0).alerts());
    assertEquals(2, model.groups("src/pricing.ts:41").size());
    assertEquals(List.of(), model.groups("priceOf payments"));
    assertEquals("No alert matches \"nothing\".", model.emptyText(" nothing "));
  }

  @Test
  void saysWhyThereIsNothing() {
    assertEquals("wrong token", AlertModel.unknown("wrong token").emptyText(""));
    assertTrue(AlertModel.of(List.of()).emptyText("").startsWith("No alerts."));
  }

  @Test
  void aLineHasThePlaceAndTheState() {
    assertEquals("ship is slower · src/pricing.ts:41 · muted", AlertModel.line(MUTED));
    assertEquals("charge fails · src/pricing.ts:41", AlertModel.line(FAILS));
  }

  @Test
  void oneNotificationForAllThatIsNew() {
    AlertNews news = AlertNews.of(new Changed(2, 1, List.of(SLOWER, FAILS))).orElseThrow();
    assertEquals(new AlertNews("Prodlens: 2 new alerts", "charge fails, and 1 more", true, "b"), news);
    assertEquals(
        new AlertNews("Prodlens: orders in production", "priceOf is 38 % slower since 2.4.0", false, "a"),
        AlertNews.of(new Changed(1, 0, List.of(SLOWER))).orElseThrow());
    Alert info = alert("e", "info", "open", "charge has stopped failing", "payments in production", 1);
    assertTrue(AlertNews.of(new Changed(1, 0, List.of(info))).isEmpty());
  }

  @Test
  void readsTheProtocolAndPassesOverWhatItDoesNotShow() {
    String json =
        """
        { "open": 1, "critical": 0, "later": true, "opened":
          [{ "id": "a", "title": "t", "severity": "warning", "service": "s", "environment": "e", "evidence": {} }] }
        """;
    Changed changed = Alerts.read(JsonParser.parseString(json), Changed.class);
    assertEquals(1, changed.open());
    assertEquals("t", changed.opened().get(0).title());
    assertEquals(List.of(), Alerts.read(JsonParser.parseString("{\"open\": 0}"), Changed.class).opened());
  }

  @Test
  void theStatusBarCountsOpenAlertsOnlyWhileConnected() {
    AlertModel model = AlertModel.of(List.of(SLOWER, MUTED));
    var connected = new Alerts.Status("connected", "Connected.", "http://c", "production", "1h");
    assertEquals("Prodlens: 1 alert", StatusText.line(connected, model));
    assertEquals("Connected. Environment: production. Numbers of the last 1h.", StatusText.tooltip(connected));
    var offline = new Alerts.Status("offline", "No collector.", "http://c", "", "1h");
    assertEquals("Prodlens: offline", StatusText.line(offline, model));
    assertEquals("Prodlens", StatusText.line(null, model));
  }

  private static Alert alert(String id, String severity, String state, String title, String group, int rank) {
    String service = group.split(" ")[0];
    var place = new Alerts.Place("function", "src/pricing.ts", "priceOf", 41, null, null);
    return new Alert(id, "slower-since-deployment", severity, state, title, service, "production", place,
        new Alerts.Group(group, group, 1, rank));
  }
}
