package prodlens.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.eclipse.lsp4j.ExecuteCommandParams;
import org.eclipse.lsp4j.services.WorkspaceService;
import org.junit.jupiter.api.Test;
import prodlens.core.Alerts.Alert;

/**
 * The order in which things come: scripted here, because LSP4IJ's own order cannot be brought about at will. The same
 * state with the real server is in client-test.
 */
class ProjectStateTest implements ProjectState.Ide {
  private static final Alerts.Status CONNECTED = new Alerts.Status("connected", "Connected.", "http://c", "", "1h");
  private static final Alerts.Status OFFLINE = new Alerts.Status("offline", "No collector answers.", "http://c", "", "1h");
  private static final Alert SLOWER =
      new Alert("a", "k", "warning", "open", "priceOf is slower", "orders", "production", null, null);

  private final ProjectState state = new ProjectState(this);
  private final List<AlertNews> news = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();
  private int changes;

  @Override
  public void later(Runnable task) {
    task.run();
  }

  @Override
  public void show(AlertNews shown) {
    news.add(shown);
  }

  @Override
  public void refuse(String reason) {
    refused.add(reason);
  }

  /** A server whose answers the test gives. */
  private static final class Scripted implements ProjectState.Client {
    CompletableFuture<Alerts.Answer> alerts = new CompletableFuture<>();
    final CompletableFuture<Object> done = new CompletableFuture<>();
    final List<ExecuteCommandParams> executed = new ArrayList<>();
    boolean started = true;
    int settingsSent;

    @Override
    public ProdlensServer server() {
      return started ? proxy(ProdlensServer.class) : null;
    }

    @Override
    public void sendSettings() {
      settingsSent++;
    }

    private <T> T proxy(Class<T> type) {
      return type.cast(
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "alerts" -> alerts;
                    case "getWorkspaceService" -> proxy(WorkspaceService.class);
                    case "executeCommand" -> {
                      executed.add((ExecuteCommandParams) arguments[0]);
                      yield done;
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                  }));
    }
  }

  @Test
  void showsTheAlertsOfAServerThatIsConnected() {
    Scripted client = new Scripted();
    state.onChange(() -> changes++);
    assertEquals(ProjectState.NOT_RUNNING, state.alerts().emptyText(""));
    state.connected(client);
    assertEquals(ProjectState.CONNECTING, state.alerts().emptyText(""));
    assertNull(state.status());
    state.statusChanged(CONNECTED);
    int before = changes;
    client.alerts.complete(new Alerts.Answer(List.of(SLOWER)));
    assertEquals(1, state.alerts().open());
    assertSame(CONNECTED, state.status());
    assertEquals(before + 2, changes, "told for each of the two questions that were under way");
  }

  @Test
  void aStatusThatComesBeforeTheStartIsOfTheServerThatStarts() {
    state.statusChanged(OFFLINE);
    state.connected(new Scripted());
    assertEquals("No collector answers.", state.alerts().emptyText(""));
    assertSame(OFFLINE, state.status());
  }

  @Test
  void theNextServerInheritsNothing() {
    Scripted first = new Scripted();
    state.connected(first);
    state.statusChanged(CONNECTED);
    state.disconnected(first);
    state.connected(new Scripted());
    assertNull(state.status());
  }

  @Test
  void aServerThatOnlyThoughtOfStoppingKeepsWhatItHasSaid() {
    Scripted client = new Scripted();
    client.alerts.complete(new Alerts.Answer(List.of(SLOWER)));
    state.connected(client);
    state.statusChanged(CONNECTED);
    state.disconnected(client);
    assertNull(state.status());
    assertEquals(ProjectState.NOT_RUNNING, state.alerts().emptyText(""));
    state.connected(client);
    assertSame(CONNECTED, state.status());
    assertEquals(1, state.alerts().open());
  }

  @Test
  void oneThatEndsAfterTheNextHasBegunSaysNothing() {
    Scripted old = new Scripted();
    Scripted next = new Scripted();
    state.connected(old);
    state.statusChanged(CONNECTED);
    state.connected(next);
    state.disconnected(old);
    old.alerts.complete(new Alerts.Answer(List.of()));
    assertEquals(ProjectState.CONNECTING, state.alerts().emptyText(""), "the old one's answer is not shown");
    next.alerts.complete(new Alerts.Answer(List.of(SLOWER)));
    assertEquals(1, state.alerts().open());
  }

  @Test
  void anAnswerThatComesAfterTheCollectorHasGoneIsNotShown() {
    Scripted client = new Scripted();
    state.connected(client);
    state.statusChanged(CONNECTED);
    state.statusChanged(OFFLINE);
    client.alerts.complete(new Alerts.Answer(List.of(SLOWER)));
    assertEquals("No collector answers.", state.alerts().emptyText(""));
  }

  @Test
  void newsAskForTheListAgainAndAreShown() {
    Scripted client = new Scripted();
    client.alerts.complete(new Alerts.Answer(List.of()));
    state.connected(client);
    state.statusChanged(CONNECTED);
    client.alerts = CompletableFuture.completedFuture(new Alerts.Answer(List.of(SLOWER)));
    state.alertsChanged(new Alerts.Changed(1, 0, List.of(SLOWER)));
    assertEquals(1, state.alerts().open());
    assertEquals("priceOf is slower", news.get(0).content());
    state.alertsChanged(new Alerts.Changed(1, 0, List.of()));
    assertEquals(1, news.size());
  }

  @Test
  void aCommandGoesToTheServerAndWhatFailsIsSaid() {
    Scripted client = new Scripted();
    state.execute(AlertCommand.MUTE, "a");
    assertEquals(List.of(ProjectState.NOT_RUNNING), refused);
    state.connected(client);
    state.execute(AlertCommand.MUTE, "a");
    assertEquals("prodlens.muteAlert", client.executed.get(0).getCommand());
    assertEquals(List.of("a"), client.executed.get(0).getArguments());
    assertEquals(1, refused.size(), "nothing is refused yet");
    client.done.completeExceptionally(new IllegalStateException("the server has ended"));
    assertEquals("Mute for 7 days: the server has ended", refused.get(1));
    client.started = false;
    state.execute(AlertCommand.OPEN, "a");
    assertEquals(ProjectState.NOT_RUNNING, refused.get(2));
  }

  @Test
  void settingsGoToTheServerThatRuns() {
    state.settingsChanged();
    Scripted client = new Scripted();
    state.connected(client);
    state.settingsChanged();
    assertEquals(1, client.settingsSent);
  }

  @Test
  void aListenerThatIsRemovedIsNotTold() {
    Runnable listener = () -> changes++;
    state.onChange(listener);
    state.removeListener(listener);
    state.statusChanged(OFFLINE);
    assertEquals(0, changes);
  }
}
