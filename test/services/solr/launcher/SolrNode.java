import java.io.IOException;
import java.util.EnumSet;
import java.util.Properties;
import javax.servlet.DispatcherType;
import javax.servlet.ServletContextEvent;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.apache.solr.core.CoreContainer;
import org.apache.solr.core.SolrCore;
import org.apache.solr.servlet.CoreContainerProvider;
import org.apache.solr.servlet.SolrDispatchFilter;
import org.apache.solr.update.UpdateLog;
import org.apache.solr.util.configuration.SSLConfigurationsFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.rewrite.handler.RewriteHandler;
import org.eclipse.jetty.rewrite.handler.RewritePatternRule;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.gzip.GzipHandler;
import org.eclipse.jetty.servlet.FilterHolder;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * SolrNode PORT: Solr below /solr on 127.0.0.1, as the distribution sets it up with its start.jar, which is in no package
 * registry. Its home is solr.solr.home; zkHost makes it a node of SolrCloud, solr.ssl.keystore one that speaks TLS.
 */
public class SolrNode {
  public static void main(String[] args) {
    try {
      int port = start(Integer.parseInt(args[0]));
      System.out.println(port);
    } catch (Throwable error) {
      error.printStackTrace();
      // threads that were started before would keep it
      Runtime.getRuntime().halt(1);
    }
  }

  /** The port that is listened on, once every core is loaded and as it was. */
  private static int start(int port) throws Exception {
    Server server = new Server(new QueuedThreadPool(500));
    ServerConnector connector = connector(server);
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    server.addConnector(connector);
    FilterHolder filter = new FilterHolder(SolrDispatchFilter.class);
    server.setHandler(handler(connector, filter));
    server.start();
    CoreContainer cores = ((SolrDispatchFilter) filter.getFilter()).getCores();
    cores.waitForLoadingCoresToFinish(120_000);
    for (String name : cores.getLoadedCoreNames()) awaitReplay(cores, name);
    return connector.getLocalPort();
  }

  /** While it does again what it had taken when it was killed, a core does not show that, and fails to read its log. */
  private static void awaitReplay(CoreContainer cores, String name) throws InterruptedException {
    try (SolrCore core = cores.getCore(name)) {
      UpdateLog log = core.getUpdateHandler().getUpdateLog();
      while (log != null && log.getState() == UpdateLog.State.REPLAYING) Thread.sleep(10);
    }
  }

  private static ServerConnector connector(Server server) {
    HttpConfiguration http = new HttpConfiguration();
    http.setOutputBufferSize(32_768);
    http.setSendServerVersion(false);
    HttpConnectionFactory http1 = new HttpConnectionFactory(http);
    String keystore = System.getProperty("solr.ssl.keystore");
    if (keystore == null) return new ServerConnector(server, http1, new HTTP2CServerConnectionFactory(http));
    SslContextFactory.Server tls = new SslContextFactory.Server();
    tls.setKeyStorePath(keystore);
    tls.setKeyStorePassword(System.getProperty("solr.ssl.keystore.password"));
    return new ServerConnector(server, tls, http1);
  }

  private static Handler handler(ServerConnector connector, FilterHolder filter) {
    String home = System.getProperty("solr.solr.home");
    ServletContextHandler solr = new ServletContextHandler(null, "/solr", ServletContextHandler.NO_SESSIONS);
    solr.setResourceBase(home);
    solr.addEventListener(new CoreContainerProvider() {
      @Override public void contextInitialized(ServletContextEvent event) {
        // the connector listens already, so that a port that was left to the system is known
        Properties values = new Properties();
        values.setProperty("hostPort", Integer.toString(connector.getLocalPort()));
        event.getServletContext().setAttribute(SolrDispatchFilter.PROPERTIES_ATTRIBUTE, values);
        event.getServletContext().setAttribute(SolrDispatchFilter.SOLRHOME_ATTRIBUTE, home);
        SSLConfigurationsFactory.current().init();
        super.contextInitialized(event);
      }
    });
    solr.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
    solr.addServlet(NotFound.class, "/");

    RewriteHandler v2 = new RewriteHandler();
    v2.setRewriteRequestURI(true);
    v2.setRewritePathInfo(false);
    v2.setOriginalPathAttribute("requestedPath");
    v2.addRule(new RewritePatternRule("/api/*", "/solr/____v2"));
    v2.setHandler(solr);
    GzipHandler gzip = new GzipHandler();
    gzip.setMinGzipSize(2048);
    gzip.setIncludedMethods("GET", "POST");
    // 0 = bodies stay as they come, as in the distribution
    gzip.setInflateBufferSize(Integer.getInteger("slip.inflate", 32_768));
    gzip.setHandler(v2);
    return gzip;
  }

  /** What the filter lets pass. */
  public static class NotFound extends HttpServlet {
    @Override public void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
      response.sendError(404);
    }
  }
}
