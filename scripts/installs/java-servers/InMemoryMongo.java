import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/** MongoDB's protocol on 127.0.0.1 and the port that is the argument, until the process is ended. */
class InMemoryMongo {
  /** The oldest that current drivers talk to. */
  private static final MongoVersion VERSION =
      new MongoVersion() {
        public List<Integer> getVersionArray() {
          return List.of(4, 4, 0);
        }

        public int getWireVersion() {
          return 9;
        }
      };

  public static void main(String[] arguments) {
    MemoryBackend backend = new MemoryBackend();
    backend.version(VERSION);
    new MongoServer(backend).bind("127.0.0.1", Integer.parseInt(arguments[0]));
  }
}
