package prodlens.jetbrains;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Passes connections on to a collector, and goes away and comes back at the same address, as a collector does that is
 * started anew: what is open breaks, what is new is refused.
 */
final class Relay implements AutoCloseable {
  private final URI collector;
  private final int port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile ServerSocket listener;

  Relay(String collectorUrl) throws IOException {
    collector = URI.create(collectorUrl);
    listener = listen(0);
    port = listener.getLocalPort();
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  void away() throws IOException {
    listener.close();
    for (Socket socket : open) socket.close();
    open.clear();
  }

  void back() throws IOException {
    listener = listen(port);
  }

  @Override
  public void close() throws IOException {
    away();
  }

  private ServerSocket listen(int at) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), at));
    inBackground(() -> accept(socket));
    return socket;
  }

  private void accept(ServerSocket from) throws IOException {
    while (!from.isClosed()) {
      Socket near = from.accept();
      Socket far = new Socket(collector.getHost(), collector.getPort());
      open.add(near);
      open.add(far);
      inBackground(() -> pass(near, far));
      inBackground(() -> pass(far, near));
    }
  }

  private static void pass(Socket from, Socket to) throws IOException {
    try (from; to) {
      from.getInputStream().transferTo(to.getOutputStream());
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  /** A connection that breaks ends its thread, and that is all. */
  private static void inBackground(Work work) {
    var thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException broken) {
                return;
              }
            },
            "relay");
    thread.setDaemon(true);
    thread.start();
  }
}
