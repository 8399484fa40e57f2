using Qmtl.Console.Components;
using Qmtl.Console.Pages.Strategies;

namespace Qmtl.Tests.Unit.Console.Graphs;

public sealed class StrategyPageStateTests
{
    public static TheoryData<StrategyPageState> States => new()
    {
        new StrategyPageState(),
        new StrategyPageState { Node = "blake3:0a?&=#%", Tab = StrategyTab.Table, Sort = "-consumers" },
        new StrategyPageState { Compare = "5a7f", Tab = StrategyTab.Changes, View = new(2, "up", "tb", "shared") },
        new StrategyPageState { Tab = StrategyTab.Json, View = new(3, "down") },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void What_was_written_reads_back_equal(StrategyPageState state) =>
        Assert.Equal(state, StrategyPageState.FromQuery(QueryValues.Of(UrlState.Href("/strategies/x", state))));

    [Fact]
    public void Defaults_are_not_written() => Assert.Equal("/strategies/x", UrlState.Href("/strategies/x", new StrategyPageState()));

    [Theory]
    [InlineData("?tab=nonsense")]
    [InlineData("?tab=7")]
    [InlineData("?depth=-1&lineage=sideways&direction=up&overlay=all")]
    [InlineData("?depth=many")]
    [InlineData("?node=&compare=")]
    public void What_cannot_be_read_becomes_the_default(string query) =>
        Assert.Equal(new StrategyPageState(), StrategyPageState.FromQuery(QueryValues.Of("/strategies/x" + query)));
}
