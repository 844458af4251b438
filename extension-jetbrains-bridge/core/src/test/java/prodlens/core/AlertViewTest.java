package prodlens.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import prodlens.core.Alerts.Alert;

class AlertViewTest {
  private static final Alert A = alert("a", "orders", "open");
  private static final Alert B = alert("b", "orders", "open");
  private static final Alert C = alert("c", "payments", "open");

  private final AlertView view = new AlertView(AlertModel.of(List.of(A, B, C)));

  @Test
  void theChosenAlertStaysChosenWhenTheListChanges() {
    view.select("b");
    Alert muted = alert("b", "orders", "muted");
    view.refresh(AlertModel.of(List.of(alert("new", "orders", "open"), C, muted, A)));
    assertEquals(muted, view.selected());
  }

  @Test
  void whereTheChosenOneHasGoneTheOneInItsPlaceIsChosen() {
    view.select("b");
    view.refresh(AlertModel.of(List.of(A, C)));
    assertEquals(C, view.selected());
    view.refresh(AlertModel.of(List.of(A)));
    assertEquals(A, view.selected());
    view.refresh(AlertModel.of(List.of()));
    assertNull(view.selected());
  }

  @Test
  void nothingIsChosenWhereNothingWas() {
    view.refresh(AlertModel.of(List.of(A)));
    assertNull(view.selected());
    view.select("a");
    view.select(null);
    view.refresh(AlertModel.of(List.of(C)));
    assertNull(view.selected());
  }

  @Test
  void itIsChosenStillAfterASearchAndAfterTheCollectorWasAway() {
    view.select("a");
    view.search("payments");
    assertNull(view.selected(), "what is not in the list is not acted on");
    view.refresh(AlertModel.of(List.of(B, A, C)));
    view.search("");
    assertEquals(A, view.selected());
    view.refresh(AlertModel.unknown("No collector answers."));
    assertEquals("No collector answers.", view.emptyText());
    assertNull(view.selected());
    view.refresh(AlertModel.of(List.of(B, A, C)));
    assertEquals(A, view.selected());
  }

  @Test
  void aGroupThatWasClosedStaysClosed() {
    view.setOpen("orders", false);
    view.refresh(AlertModel.of(List.of(C, B)));
    assertEquals(
        List.of(new AlertView.ShownGroup("orders", List.of(B), false), new AlertView.ShownGroup("payments", List.of(C), true)),
        view.groups());
    view.setOpen("orders", true);
    assertEquals(true, view.groups().get(0).open());
  }

  private static Alert alert(String id, String service, String state) {
    return new Alert(id, "k", "warning", state, id, service, "production", null, new Alerts.Group(service, service, 1, 1));
  }
}
