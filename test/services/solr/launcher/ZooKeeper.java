import java.io.File;
import java.net.InetSocketAddress;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/**
 * ZooKeeper PORT FOLDER TICK: the ZooKeeper that Solr embeds, in a process of its own, so that every node of a cloud can
 * be killed. A session lasts 2 to 20 ticks (milliseconds).
 */
public class ZooKeeper {
  public static void main(String[] args) throws Exception {
    File folder = new File(args[1]);
    ZooKeeperServer server = new ZooKeeperServer(folder, folder, Integer.parseInt(args[2]));
    NIOServerCnxnFactory connections = new NIOServerCnxnFactory();
    connections.configure(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 0);
    connections.startup(server);
    System.out.println(connections.getLocalPort());
  }
}
