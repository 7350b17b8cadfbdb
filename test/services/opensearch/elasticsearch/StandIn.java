package slip.test;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.commongrams.CommonGramsFilter;
import org.apache.lucene.analysis.commongrams.CommonGramsQueryFilter;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.icu.ICUFoldingFilter;
import org.apache.lucene.analysis.icu.segmentation.DefaultICUTokenizerConfig;
import org.apache.lucene.analysis.icu.segmentation.ICUTokenizer;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;

/**
 * What SLIP asks of an Elasticsearch and the distribution of Maven Central lacks: the tokenizers and the filters of its
 * schema, with the names, settings and defaults of the modules analysis-common and analysis-icu, and GET /.
 */
abstract class StandIn extends Plugin implements AnalysisPlugin, ActionPlugin {
  @Override
  public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
    return Map.of(
        "icu_tokenizer", tokenizer(() -> new ICUTokenizer(new DefaultICUTokenizerConfig(true, true))),
        "keyword", tokenizer(KeywordTokenizer::new));
  }

  @Override
  public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
    return Map.of(
        "icu_folding", filter(settings -> ICUFoldingFilter::new),
        "common_grams", AnalysisPlugin.requiresAnalysisSettings(filter(StandIn::commonGrams)),
        "cjk_bigram", filter(StandIn::cjkBigram),
        "snowball", filter(settings -> stream -> new SnowballFilter(stream, settings.get("language", "English"))),
        "pattern_replace", AnalysisPlugin.requiresAnalysisSettings(filter(StandIn::patternReplace)),
        "length", filter(StandIn::length));
  }

  private static AnalysisProvider<TokenizerFactory> tokenizer(Supplier<Tokenizer> made) {
    return (index, environment, name, settings) -> TokenizerFactory.newFactory(name, made);
  }

  private static AnalysisProvider<TokenFilterFactory> filter(Function<Settings, UnaryOperator<TokenStream>> made) {
    return (index, environment, name, settings) -> {
      UnaryOperator<TokenStream> around = made.apply(settings);
      return new TokenFilterFactory() {
        @Override
        public String name() {
          return name;
        }

        @Override
        public TokenStream create(TokenStream stream) {
          return around.apply(stream);
        }
      };
    };
  }

  private static UnaryOperator<TokenStream> commonGrams(Settings settings) {
    CharArraySet words = new CharArraySet(settings.getAsList("common_words"), settings.getAsBoolean("ignore_case", false));
    boolean isQuery = settings.getAsBoolean("query_mode", false);
    return stream -> {
      CommonGramsFilter grams = new CommonGramsFilter(stream, words);
      return isQuery ? new CommonGramsQueryFilter(grams) : grams;
    };
  }

  private static UnaryOperator<TokenStream> cjkBigram(Settings settings) {
    Map<String, Integer> scripts =
        Map.of(
            "han", CJKBigramFilter.HAN,
            "hiragana", CJKBigramFilter.HIRAGANA,
            "katakana", CJKBigramFilter.KATAKANA,
            "hangul", CJKBigramFilter.HANGUL);
    List<String> ignored = settings.getAsList("ignored_scripts");
    int flags = scripts.keySet().stream().filter(name -> !ignored.contains(name)).mapToInt(scripts::get).sum();
    boolean unigrams = settings.getAsBoolean("output_unigrams", false);
    return stream -> new CJKBigramFilter(stream, flags, unigrams);
  }

  private static UnaryOperator<TokenStream> patternReplace(Settings settings) {
    Pattern pattern = Pattern.compile(settings.get("pattern"));
    String replacement = settings.get("replacement", "");
    boolean all = settings.getAsBoolean("all", true);
    return stream -> new PatternReplaceFilter(stream, pattern, replacement, all);
  }

  private static UnaryOperator<TokenStream> length(Settings settings) {
    int min = settings.getAsInt("min", 0);
    int max = settings.getAsInt("max", Integer.MAX_VALUE);
    return stream -> new LengthFilter(stream, min, max);
  }

  static List<RestHandler> handlers() {
    return List.of(new Introduction());
  }

  private static final class Introduction extends BaseRestHandler {
    @Override
    public String getName() {
      return "slip_introduction";
    }

    @Override
    public List<Route> routes() {
      return List.of(new Route(RestRequest.Method.GET, "/"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
      return channel -> {
        var body = channel.newBuilder().startObject().startObject("version");
        body.field("number", Build.current().version()).field("build_flavor", Build.current().flavor());
        body.endObject().field("tagline", "You Know, for Search").endObject();
        channel.sendResponse(new RestResponse(RestStatus.OK, body));
      };
    }
  }
}
