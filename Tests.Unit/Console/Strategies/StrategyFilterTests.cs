using Qmtl.Console.Components;
using Qmtl.Console.Components.Filter;
using Qmtl.Console.Pages.Strategies;
using Qmtl.Gateway;

namespace Qmtl.Tests.Unit.Console.Strategies;

public sealed class StrategyFilterTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly StrategyRecord[] All =
    [
        Make("a", "momentum", "v7", StrategyState.Queued, 40, TimeSpan.FromHours(1), ["w1"], ["btc", "price"]),
        Make("b", "momentum", "v6", StrategyState.Failed, 12, TimeSpan.FromDays(3), ["w1", "w2"], ["btc"]),
        Make("c", null, null, StrategyState.Completed, 400, TimeSpan.FromDays(1), [], ["eth"]),
        Make("d", "carry", "v1", StrategyState.Queued, 12, TimeSpan.FromDays(9), ["w2"], []),
    ];

    [Theory]
    [InlineData("", "abcd")]
    [InlineData("state:queued", "ad")]
    [InlineData("state:queued state:FAILED", "abd")]
    [InlineData("state:queued world:w2", "d")]
    [InlineData("world:none", "c")]
    [InlineData("tag:btc", "ab")]
    [InlineData("tag:none", "d")]
    [InlineData("family:momentum", "ab")]
    [InlineData("family:none", "c")]
    [InlineData("version:v1", "d")]
    [InlineData("nodes:>12", "ac")]
    [InlineData("nodes:>=12 nodes:<40", "bd")]
    [InlineData("nodes:12", "bd")]
    [InlineData("nodes:12..40", "abd")]
    [InlineData("nodes:<1", "")]
    [InlineData("age:<2d", "ac")]
    [InlineData("age:>=1d age:<1w", "bc")]
    [InlineData("age:30m..2h", "a")]
    [InlineData("MOMENTUM v6", "b")]
    [InlineData("price", "a")]
    [InlineData("w2", "bd")]
    public void Narrows(string filter, string expected)
    {
        var strategies = StrategyFilter.Of(FilterQuery.Parse(filter), Now);
        Assert.Empty(strategies.Problems);
        Assert.Equal(expected, string.Concat(All.Where(strategies.Fits).Select(strategy => strategy.StrategyId[..1])));
    }

    [Theory]
    [InlineData("nodes:many", "nodes:many is not understood")]
    [InlineData("nodes:>", "nodes:> is not understood")]
    [InlineData("nodes:-4", "nodes:-4 is not understood")]
    [InlineData("age:2", "age:2 is not understood")]
    [InlineData("age:1d..", "age:1d.. is not understood")]
    [InlineData("state:lost", "state:lost is no state")]
    [InlineData("colour:red", "colour: is not a key here")]
    public void Names_what_it_does_not_understand_and_leaves_it_out(string filter, string problem)
    {
        var strategies = StrategyFilter.Of(FilterQuery.Parse(filter), Now);
        Assert.StartsWith(problem, Assert.Single(strategies.Problems));
        Assert.All(All, strategy => Assert.True(strategies.Fits(strategy)));
    }

    [Fact]
    public void Latest_keeps_the_first_of_each_family_and_all_without_one() =>
        Assert.Equal("acd", string.Concat(StrategyFilter.Latest(All).Select(strategy => strategy.StrategyId[..1])));

    [Theory]
    [InlineData("")]
    [InlineData("?q=state%3Aqueued%20tag%3A%22spot%20btc%22%20word&latest=1&sort=-nodes&selected=abc%2Fd")]
    public void The_address_holds_the_state(string query)
    {
        var state = StrategiesState.FromQuery(QueryValues.Of("/strategies" + query));
        var address = UrlState.Href("/strategies", state);
        Assert.Equal("/strategies" + query, address);
        var again = StrategiesState.FromQuery(QueryValues.Of(address));
        Assert.Equal(state, again);
    }

    private static StrategyRecord Make(
        string id, string? family, string? version, StrategyState state, int nodes, TimeSpan age, IReadOnlyList<string> worlds, IReadOnlyList<string> tags) => new()
        {
            StrategyId = id + "-0000-0000-0000",
            Family = family,
            Version = version,
            State = state,
            NodeCount = nodes,
            SubmittedAt = Now - age,
            WorldIds = worlds,
            Tags = tags,
            SentinelId = id + "-sentinel",
            DagHash = "",
        };
}
