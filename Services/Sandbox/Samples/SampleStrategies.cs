using System.Globalization;
using Qmtl.Shared.Dags;

namespace Qmtl.Sandbox.Samples;

/// <summary>The strategies the sandbox starts with, oldest first, and the versions that come later.</summary>
internal static class SampleStrategies
{
    public const string Momentum = "crypto_mom_1h";
    public const string Carry = "crypto_carry";
    public const string RiskParity = "multi_asset_rp";
    public const string Research = "research_lab";
    public const string Onboarding = "onboarding";

    private static readonly string[] Universe =
    [
        "btc", "eth", "sol", "xrp", "ada", "doge", "avax", "dot", "link", "ltc", "bch", "atom", "near", "apt", "arb", "op", "sui", "inj", "fil", "etc",
        "uni", "aave", "mkr", "ldo", "snx", "crv", "comp", "rune", "algo", "xlm", "vet", "hbar", "icp", "egld", "ftm", "sand", "mana", "axs", "grt", "imx",
        "stx", "tia", "sei", "jup",
    ];

    /// <summary>All samples, in the order of their submission.</summary>
    public static IReadOnlyList<SampleStrategy> All { get; } =
    [
        new(null, null, [Momentum], Days(13, 20), SampleFate.Completed, EmaCross) { Generation = DagGeneration.Older },
        new("macd_classic", "v1", [Momentum], Days(13, 2), SampleFate.Completed, MacdClassic) { Generation = DagGeneration.Older },
        new("funding_watch", "v2", [Carry], Days(12, 7), SampleFate.StaysQueued, FundingWatch) { Generation = DagGeneration.Older },
        new("liquidity_screen", "v1", [Onboarding], Days(11, 15), SampleFate.StaysQueued, LiquidityScreen),
        new("momentum", "v5", [Momentum], Days(11, 3), SampleFate.Completed, dag => MomentumOf(dag, ["btc", "eth"], 1)) { Sorted = false },
        new("mean_reversion", "v2", [Momentum], Days(10, 9), SampleFate.Completed, dag => MeanReversion(dag, 48)),
        new("basis_arbitrage", "v1", [Carry], Days(9, 21), SampleFate.Completed, dag => BasisArbitrage(dag, ["btc"])),
        new("pairs_eth_btc", "v1.2.0", [Momentum, Research], Days(9, 1), SampleFate.Completed, Pairs),
        new("regime_filter", "v1", [Research], Days(8, 6), SampleFate.Completed, RegimeFilter),
        new("vol_breakout", "v4", [Momentum], Days(7, 22), SampleFate.Failed, dag => VolBreakout(dag, ["btc", "eth"], 60)),
        new("order_flow_imbalance", "v1", [Onboarding], Days(7, 4), SampleFate.StaysQueued, OrderFlow),
        new("risk_parity_blend", "v2", [RiskParity], Days(6, 12), SampleFate.Completed, RiskParityBlend) { Sorted = false },
        new("momentum", "v6", [Momentum], Days(5, 18), SampleFate.Completed, dag => MomentumOf(dag, ["btc", "eth", "sol"], 1)) { Weight = 0.9 },
        new("funding_carry", "v1", [Carry], Days(5, 2), SampleFate.Completed, FundingCarry),
        new("basis_arbitrage", "v2", [Carry], Days(4, 11), SampleFate.Processing, dag => BasisArbitrage(dag, ["btc", "eth"])),
        new("stat_arb_basket", "v1", [RiskParity, Research], Days(3, 19), SampleFate.Completed, StatArbBasket),
        new("universe_factor_model", "v2", [Research], Days(3, 5), SampleFate.Processing, FactorModel),
        new("mean_reversion", "v3", [Momentum], Days(2, 14), SampleFate.Completed, dag => MeanReversion(dag, 96)),
        new("trend_following", "v3", [RiskParity], Days(2, 1), SampleFate.Completed, TrendFollowing),
        new("live_guard", "v1", [Momentum], Days(1, 9), SampleFate.Completed, LiveGuard) { NamesItsWorld = true },
        new("vol_breakout", "v5", [Momentum], Days(0, 20), SampleFate.Waits, dag => VolBreakout(dag, ["btc", "eth", "sol"], 90)),
        new("momentum_meta", "v1", [Research], Days(0, 9), SampleFate.Waits, MomentumMeta),
        new("momentum", "v7", [Momentum], Days(0, 3), SampleFate.Waits, dag => MomentumOf(dag, ["btc", "eth", "sol"], 2)) { Weight = 0.1 },
    ];

    /// <summary>The next version of the momentum family, from v8 on: other code, hence other nodes behind the shared sources.</summary>
    public static SampleStrategy NextMomentum(int version) => new(
        "momentum", string.Create(CultureInfo.InvariantCulture, $"v{version}"), [Momentum], TimeSpan.Zero, SampleFate.Waits,
        dag => MomentumOf(dag, ["btc", "eth", "sol"], version - 5)) { Weight = 0.05 };

    private static TimeSpan Days(int days, int hours) => new(days, hours, 17, 0);

    private static void EmaCross(DagBuilder dag)
    {
        var q = new Quant(dag);
        var price = q.Price("btc");
        var signal = q.Signal("ema_cross", "btc", 0.0, q.Ema(price, "btc", 20), q.Ema(price, "btc", 50));
        q.Orders(signal, "btc");
    }

    private static void MacdClassic(DagBuilder dag)
    {
        var q = new Quant(dag);
        foreach (var asset in (string[])["btc", "eth"])
        {
            var price = q.Price(asset, Quant.FiveMinutes);
            var macd = q.Feature($"{asset}_macd", "macd_" + asset, 9, [asset, "indicator", "momentum"], [("signal", 9)], Window(q, price, asset, 12), Window(q, price, asset, 26));
            q.Signal($"{asset}_macd_signal", asset, 0.2, macd);
        }

        // Older ids leave the inputs out: without a parameter of its own each asset's node would have the id of the other's.
        static NodeRef Window(Quant q, NodeRef price, string asset, int window) =>
            q.Feature(string.Create(CultureInfo.InvariantCulture, $"{asset}_ema_{window}"), "ema", window, [asset, "indicator"], [("leg", asset), ("window", window)], price);
    }

    private static void FundingWatch(DagBuilder dag)
    {
        var q = new Quant(dag);
        var funding = q.Funding("btc");
        var pool = dag.Add(new NodeSpec("TagQueryNode", "funding_pool", Quant.EightHours, 6, ["funding"]) { Schema = "stream-set-v1" });
        q.Feature("funding_skew", "funding_skew", 21, ["btc", "funding"], [("window", 21)], funding, pool);
    }

    private static void LiquidityScreen(DagBuilder dag)
    {
        var q = new Quant(dag);
        q.Feature("btc_spread_bps", "spread_bps", 30, ["btc", "liquidity"], [("depth", 5)], q.OrderBook("btc"));
        q.Feature("btc_spread_bps_10", "spread_bps", 30, ["btc", "liquidity"], [("depth", 10)], q.OrderBook("btc"));
    }

    private static void MomentumOf(DagBuilder dag, string[] assets, int revision)
    {
        var sources = new Quant(dag);
        var q = new Quant(dag, revision);
        var scores = new List<NodeRef>();
        foreach (var asset in assets)
        {
            var price = sources.Price(asset);
            var returns = sources.Returns(price, asset);
            var macd = q.Macd(q.Ema(price, asset, 12), q.Ema(price, asset, 26), asset);
            scores.Add(q.Feature($"{asset}_momentum", "momentum_score", 60, [asset, "momentum"], [("halflife", 30)], macd, q.Rsi(price, asset, 14), sources.Volatility(returns, asset, 60)));
        }

        var blend = q.Blend("momentum_blend", ["momentum"], [.. scores]);
        q.Orders(q.Signal("momentum_signal", "btc", 0.4, blend, sources.Funding("btc")), "btc");
    }

    private static void MeanReversion(DagBuilder dag, int window)
    {
        var q = new Quant(dag);
        var signals = new List<NodeRef>();
        foreach (var asset in (string[])["btc", "eth"])
        {
            var price = q.Price(asset, Quant.FiveMinutes);
            var spread = q.Feature($"{asset}_dislocation", "dislocation", window, [asset, "indicator"], [("window", window)], price, q.Sma(price, asset, window));
            signals.Add(q.ZScore(spread, asset, window));
        }

        var q2 = q.Signal("reversion_signal", "btc", 2.0, [.. signals]);
        q.Orders(q2, "btc", "reversion_orders");
    }

    private static void BasisArbitrage(DagBuilder dag, string[] assets)
    {
        var q = new Quant(dag);
        foreach (var asset in assets)
        {
            var basis = q.Feature($"{asset}_basis", "annualised_basis", 24, [asset, "basis"], [("days", 90)], q.Price(asset, Quant.Hour), q.Price(asset, Quant.Hour, "USDT-QUARTER"));
            var carry = q.Feature($"{asset}_net_carry", "net_carry", 24, [asset, "carry"], [("fees_bps", 4)], basis, q.Funding(asset));
            q.Orders(q.Signal($"{asset}_basis_signal", asset, 0.08, carry), asset, $"{asset}_basis_orders");
        }
    }

    private static void Pairs(DagBuilder dag)
    {
        var q = new Quant(dag);
        var btc = q.Returns(q.Price("btc"), "btc");
        var eth = q.Returns(q.Price("eth"), "eth");
        var beta = q.Beta(eth, btc, "eth_btc_beta", 60);
        var residual = q.Feature("eth_btc_residual", "residual", 60, ["eth", "btc", "spread"], [("intercept", 0.0)], eth, btc, beta);
        var q3 = q.Signal("pairs_signal", "eth", 1.8, q.ZScore(residual, "eth", 240), q.Volatility(btc, "btc", 60));
        q.Orders(q3, "eth", "pairs_orders");
    }

    private static void RegimeFilter(DagBuilder dag)
    {
        var q = new Quant(dag);
        var pool = q.TagQuery("volatility_pool", Quant.Minute, ["volatility"]);
        var regime = q.Feature("regime", "hidden_markov_regime", 240, ["regime"], [("states", 3)], pool, q.Returns(q.Price("btc"), "btc"));
        q.Signal("risk_off", "btc", 0.7, regime);
    }

    private static void VolBreakout(DagBuilder dag, string[] assets, int window)
    {
        var q = new Quant(dag);
        foreach (var asset in assets)
        {
            var price = q.Price(asset);
            var volatility = q.Volatility(q.Returns(price, asset), asset, window);
            var band = q.Feature($"{asset}_band_{window}", "keltner_band", window, [asset, "indicator"], [("width", 2.5)], price, volatility);
            q.Orders(q.Signal($"{asset}_breakout", asset, 1.0, band), asset, $"{asset}_breakout_orders");
        }
    }

    private static void OrderFlow(DagBuilder dag)
    {
        var q = new Quant(dag);
        var book = q.OrderBook("eth");
        var imbalance = q.Feature("eth_imbalance", "book_imbalance", 30, ["eth", "microstructure"], [("levels", 10)], book);
        var pressure = q.Feature("eth_pressure", "trade_pressure", 30, ["eth", "microstructure"], [("halflife", 5)], book, q.Price("eth"));
        q.Signal("flow_signal", "eth", 0.6, imbalance, pressure, q.Ema(imbalance, "eth_imbalance", 8));
    }

    private static void RiskParityBlend(DagBuilder dag)
    {
        var q = new Quant(dag);
        var returns = new List<NodeRef>();
        var risks = new List<NodeRef>();
        foreach (var asset in (string[])["spy", "qqq", "iwm", "efa", "eem", "tlt", "ief", "hyg", "gld", "dbc", "vnq"])
        {
            var price = q.Price(asset, Quant.Day, "USD");
            var daily = q.Returns(price, asset);
            returns.Add(daily);
            var volatility = q.Volatility(daily, asset, 60);
            risks.Add(q.Feature($"{asset}_risk_budget", "risk_budget", 60, [asset, "risk"], [("target", 0.1)], volatility, q.Sma(price, asset, 200)));
        }

        var covariance = q.Feature("covariance_120", "ledoit_wolf", 120, ["risk"], [("window", 120)], [.. returns]);
        var weights = q.Feature("risk_weights", "equal_risk_contribution", 1, ["risk"], [("tolerance", 1e-6)], [covariance, .. risks]);
        var blend = q.Blend("risk_parity_blend", ["portfolio"], weights, covariance);
        q.Orders(q.Signal("rebalance_signal", "portfolio", 0.02, blend), "portfolio", "rebalance_orders");
    }

    private static void FundingCarry(DagBuilder dag)
    {
        var q = new Quant(dag);
        var legs = new List<NodeRef>();
        foreach (var asset in (string[])["btc", "eth", "sol"])
        {
            legs.Add(q.Feature($"{asset}_carry", "funding_carry", 21, [asset, "carry"], [("window", 21)], q.Funding(asset)));
        }

        q.Orders(q.Signal("carry_signal", "btc", 0.01, q.Blend("carry_blend", ["carry"], [.. legs])), "btc", "carry_orders");
    }

    private static void StatArbBasket(DagBuilder dag)
    {
        var q = new Quant(dag);
        var market = q.Returns(q.Price("spy", Quant.Hour, "USD"), "spy");
        var residuals = new List<NodeRef>();
        foreach (var asset in (string[])["aapl", "msft", "nvda", "amzn", "goog", "meta", "avgo"])
        {
            var returns = q.Returns(q.Price(asset, Quant.Hour, "USD"), asset);
            var beta = q.Beta(returns, market, $"{asset}_beta", 120);
            var residual = q.Feature($"{asset}_residual", "residual", 120, [asset, "spread"], [("intercept", 0.0)], returns, beta);
            residuals.Add(q.ZScore(residual, asset, 60));
        }

        var blend = q.Blend("basket_blend", ["portfolio"], [.. residuals]);
        q.Orders(q.Signal("basket_signal", "portfolio", 1.5, blend), "portfolio", "basket_orders");
    }

    private static void FactorModel(DagBuilder dag)
    {
        var q = new Quant(dag);
        var ranks = new List<NodeRef>();
        foreach (var asset in Universe)
        {
            var price = q.Price(asset, Quant.Hour);
            var returns = q.Returns(price, asset);
            var volatility = q.Volatility(returns, asset, 168);
            var momentum = q.Feature($"{asset}_mom_168", "momentum_score", 168, [asset, "momentum"], [("halflife", 84)], price, volatility);
            var reversal = q.ZScore(returns, asset, 24);
            var trend = q.Ema(price, asset, 72);
            var value = q.Feature($"{asset}_value", "distance_to_trend", 72, [asset, "factor"], [("clip", 3.0)], price, trend);
            var score = q.Feature($"{asset}_score", "factor_score", 24, [asset, "factor"], [("winsor", 0.05)], momentum, reversal, value);
            ranks.Add(q.Rank(score, asset));
        }

        var blend = q.Blend("universe_blend", ["portfolio", "factor"], [.. ranks]);
        var sized = q.Feature("position_size", "volatility_target", 24, ["portfolio"], [("target", 0.15)], blend);
        q.Orders(q.Signal("universe_signal", "portfolio", 0.1, sized), "portfolio", "universe_orders");
    }

    private static void TrendFollowing(DagBuilder dag)
    {
        var q = new Quant(dag);
        var trends = new List<NodeRef>();
        foreach (var asset in (string[])["spy", "tlt", "gld", "dbc", "btc"])
        {
            var price = asset == "btc" ? q.Price(asset, Quant.Day) : q.Price(asset, Quant.Day, "USD");
            var trend = q.Macd(q.Ema(price, asset, 16), q.Ema(price, asset, 64), asset);
            trends.Add(q.Feature($"{asset}_trend", "scaled_trend", 64, [asset, "momentum"], [("scale", 10)], trend));
        }

        q.Orders(q.Signal("trend_signal", "portfolio", 0.5, q.Blend("trend_blend", ["portfolio"], [.. trends])), "portfolio", "trend_orders");
    }

    private static void LiveGuard(DagBuilder dag)
    {
        var q = new Quant(dag);
        var price = q.Price("btc", venue: "kraken");
        var drawdown = q.Feature("btc_drawdown", "drawdown", 1440, ["btc", "risk"], [("window", 1440)], price);
        q.Signal("halt_trading", "btc", 0.1, drawdown, q.Volatility(q.Returns(price, "btc"), "btc", 30));
    }

    private static void MomentumMeta(DagBuilder dag)
    {
        var q = new Quant(dag);
        var momentum = q.TagQuery("momentum_pool", Quant.Minute, ["momentum"]);
        var indicators = q.TagQuery("indicator_pool", Quant.Minute, ["btc", "indicator"], "all");
        var dispersion = q.Feature("dispersion", "dispersion", 60, ["factor"], [("window", 60)], momentum, indicators);
        var meta = q.Feature("meta_score", "meta_label", 120, ["factor"], [("threshold", 0.55)], dispersion, q.Volatility(q.Returns(q.Price("btc"), "btc"), "btc", 60));
        q.Signal("meta_signal", "btc", 0.55, meta);
    }
}
