using Qmtl.Console.Components.Filter;
using Qmtl.Console.DryRuns;
using Qmtl.Console.Pages.DryRun;
using Qmtl.DagManager;

namespace Qmtl.Tests.Unit.Console.DryRunPage;

public sealed class QueueMapFilterTests
{
    private static readonly DryRunNode[] Nodes =
    [
        new() { NodeId = "blake3:aa", Name = "price", Type = "StreamInput", Queue = "btc_price_aa", Disposition = NodeDisposition.Reused },
        new() { NodeId = "blake3:bb", Name = "ema", Type = "ProcessingNode", Queue = "btc_ema_bb", Disposition = NodeDisposition.New },
        new() { NodeId = "blake3:cc", Type = "TagQueryNode", Disposition = NodeDisposition.Unknown, Reads = [new("btc_far", true)] },
    ];

    [Theory]
    [InlineData("", "aa bb cc")]
    [InlineData("is:new", "bb")]
    [InlineData("IS:Unknown", "cc")]
    [InlineData("is:nonsense", "")]
    [InlineData("type:streaminput", "aa")]
    [InlineData("btc", "aa bb cc")]
    [InlineData("btc is:reused", "aa")]
    [InlineData("far", "cc")]
    [InlineData("EMA", "bb")]
    public void Narrows(string filter, string expected) =>
        Assert.Equal(expected, string.Join(' ', QueueMapFilter.Apply(Nodes, FilterQuery.Parse(filter)).Select(node => node.NodeId[7..])));
}
