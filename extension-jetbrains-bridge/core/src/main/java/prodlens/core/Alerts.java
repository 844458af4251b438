package prodlens.core;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import java.util.List;

/** What the language server says of alerts; fields of the protocol that nothing here shows are left out. */
public final class Alerts {
  private Alerts() {}

  /** An answer to `prodlens/alerts`; `alerts` is null while the server knows nothing of any. */
  public record Answer(List<Alert> alerts) {}

  /** Content of the notification `prodlens/alertsChanged`: counts of open ones, and those that are new. */
  public record Changed(int open, int critical, List<Alert> opened) {
    public Changed {
      opened = opened == null ? List.of() : List.copyOf(opened);
    }
  }

  /** Content of the notification `prodlens/statusChanged`. */
  public record Status(String state, String message, String url, String environment, String window) {}

  public record Alert(
      String id,
      String kind,
      String severity,
      String state,
      String title,
      String service,
      String environment,
      Place place,
      Group group) {}

  /** file, name and line of a function; null, null and 0 of an endpoint, which has method and route. */
  public record Place(String type, String file, String name, int line, String method, String route) {}

  public record Group(String id, String title, int size, int rank) {}

  /** @throws JsonParseException where the server said something else */
  public static <T> T read(JsonElement json, Class<T> type) {
    T value = new Gson().fromJson(json, type);
    if (value == null) throw new JsonParseException("nothing where " + type.getSimpleName() + " was expected");
    return value;
  }
}
