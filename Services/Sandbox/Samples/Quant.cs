using System.Globalization;

namespace Qmtl.Sandbox.Samples;

/// <summary>The nodes that sample strategies are made of: market data, indicators, signals, orders.</summary>
/// <param name="dag">Where nodes are added.</param>
/// <param name="revision">Revision of the indicators' code; another revision gives other node ids.</param>
internal sealed class Quant(DagBuilder dag, int revision = 1)
{
    public const long Minute = 60;
    public const long FiveMinutes = 300;
    public const long Hour = 3_600;
    public const long EightHours = 28_800;
    public const long Day = 86_400;

    /// <summary>How an interval is written in names: <c>1m</c>, <c>8h</c>.</summary>
    public static string Label(long interval) => interval switch
    {
        >= Day => string.Create(CultureInfo.InvariantCulture, $"{interval / Day}d"),
        >= Hour => string.Create(CultureInfo.InvariantCulture, $"{interval / Hour}h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{interval / Minute}m"),
    };

    public NodeRef Price(string asset, long interval = Minute, string quote = "USDT", string? venue = null) => dag.Add(
        new NodeSpec("StreamInput", $"{asset}_price_{Label(interval)}", interval, 120, [asset, "price"])
        {
            Schema = "ohlcv-v1",
            // With the venue in it the id is the sandbox's own: a user's DAG with plain prices is not taken for nodes of another compute context.
            Params = [("symbol", $"{asset.ToUpperInvariant()}/{quote}"), ("venue", venue ?? (quote == "USDT" ? "binance" : "nyse"))],
        });

    public NodeRef Funding(string asset) => dag.Add(
        new NodeSpec("StreamInput", $"{asset}_funding_8h", EightHours, 21, [asset, "funding"])
        {
            Params = [("field", "funding"), ("symbol", $"{asset.ToUpperInvariant()}-PERP"), ("venue", "binance")],
        });

    public NodeRef OrderBook(string asset) => dag.Add(
        new NodeSpec("StreamInput", $"{asset}_book_1m", Minute, 30, [asset, "book"])
        {
            Schema = "book-v2",
            Params = [("depth", 20), ("symbol", $"{asset.ToUpperInvariant()}/USDT")],
        });

    public NodeRef TagQuery(string name, long interval, string[] tags, string match = "any") => dag.Add(
        new NodeSpec("TagQueryNode", name, interval, 6, tags)
        {
            Schema = "stream-set-v1",
            MatchMode = match,
            Params = [("interval", (int)interval), ("match_mode", match), ("query_tags", tags)],
        });

    public NodeRef Returns(NodeRef of, string asset) => Feature($"{asset}_ret_{Label(of.Interval)}", "log_returns", 2, [asset, "returns"], [("lag", 1)], of);

    public NodeRef Ema(NodeRef of, string asset, int window) => Feature(Named(asset, "ema", window), "ema", window, [asset, "indicator"], [("window", window)], of);

    public NodeRef Sma(NodeRef of, string asset, int window) => Feature(Named(asset, "sma", window), "sma", window, [asset, "indicator"], [("window", window)], of);

    public NodeRef Rsi(NodeRef of, string asset, int window) => Feature(Named(asset, "rsi", window), "rsi", window, [asset, "indicator", "momentum"], [("window", window)], of);

    public NodeRef Macd(NodeRef fast, NodeRef slow, string asset) => Feature($"{asset}_macd", "macd", 9, [asset, "indicator", "momentum"], [("signal", 9)], fast, slow);

    public NodeRef Volatility(NodeRef of, string asset, int window) => Feature(Named(asset, "vol", window), "realised_volatility", window, [asset, "volatility"], [("window", window)], of);

    public NodeRef ZScore(NodeRef of, string asset, int window) => Feature(Named(asset, "zscore", window), "zscore", window, [asset, "indicator"], [("window", window)], of);

    public NodeRef Rank(NodeRef of, string asset) => Feature($"{asset}_rank", "cross_section_rank", 1, [asset, "factor"], [("method", "average")], of);

    public NodeRef Beta(NodeRef a, NodeRef b, string name, int window) => Feature(name, "rolling_beta", window, ["beta"], [("window", window)], a, b);

    /// <summary>A node of its own kind.</summary>
    public NodeRef Feature(string name, string function, long period, string[] tags, (string Name, object Value)[] parameters, params NodeRef[] inputs) => dag.Add(
        new NodeSpec("ProcessingNode", name, inputs.Max(input => input.Interval) is var interval && inputs.All(input => input.Interval == interval) ? interval : inputs.Min(input => input.Interval), period, tags)
        {
            Code = Source(function),
            Params = parameters,
        },
        inputs);

    public NodeRef Blend(string name, string[] tags, params NodeRef[] inputs) => dag.Add(
        new NodeSpec("ProcessingNode", name, inputs.Min(input => input.Interval), 60, tags)
        {
            Code = Source("blend_" + name),
            Schema = "vector-v1",
            Params = [("method", "inverse_volatility")],
        },
        inputs);

    public NodeRef Signal(string name, string asset, double threshold, params NodeRef[] inputs) => dag.Add(
        new NodeSpec("TradeSignalGeneratorNode", name, inputs.Min(input => input.Interval), 1, [asset, "signal"])
        {
            Code = Source("signal_" + name),
            Schema = "signal-v1",
            Params = [("long", threshold), ("short", -threshold)],
        },
        inputs);

    public NodeRef Orders(NodeRef signal, string asset, string topic = "orders") => dag.Add(
        new NodeSpec("TradeOrderPublisherNode", topic, signal.Interval, 1, [asset, "trade"])
        {
            Code = "def publish(signal): return to_order(signal)",
            Schema = "order-v1",
            Params = [("topic", topic)],
        },
        signal);

    private string Source(string function) => string.Create(CultureInfo.InvariantCulture, $"def {function}(view, **params):  # revision {revision}");

    private static string Named(string asset, string what, int window) => string.Create(CultureInfo.InvariantCulture, $"{asset}_{what}_{window}");
}
