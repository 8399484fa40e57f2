using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NSubstitute;
using NSubstitute.ExceptionExtensions;
using Qmtl.Console.Api;
using Qmtl.Console.Graphs;
using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Graphs;

namespace Qmtl.Tests.Unit.Console.Graphs;

public sealed class StrategyGraphsTests
{
    private readonly IStrategyCatalogue _catalogue = Substitute.For<IStrategyCatalogue>();
    private readonly IDagManager _dagManager = Substitute.For<IDagManager>();
    private readonly Dictionary<string, ComputeNode> _stored = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _sharers = [];

    public StrategyGraphsTests()
    {
        _dagManager.NodesAsync(default!, default).ReturnsForAnyArgs(_ => new Dictionary<string, ComputeNode>(_stored));
        _catalogue.SharersAsync(default!, default).ReturnsForAnyArgs(_ => new Dictionary<string, IReadOnlyList<string>>(_sharers));
        Submit("s1", SmallDag.Document());
    }

    [Fact]
    public async Task Unknown_id_gives_nothing()
    {
        Assert.Null(await Graphs().DetailAsync("nobody", default));
        Assert.Null(await Graphs().MessageAsync("nobody", default));
    }

    [Fact]
    public async Task Nodes_carry_queue_sharers_and_badges()
    {
        _stored["a"] = Stored("a", "btc_a_v1");
        _stored["b"] = Stored("b", "btc_b_v1") with { BufferingSince = SmallDag.Noon, Global = true };
        _sharers["a"] = ["s1", "s2"];
        _sharers["c"] = ["s1"];

        var detail = (await Graphs().DetailAsync("s1", default))!;

        Assert.Equal(new GraphNodeFacts("btc_a_v1", GraphFlags.Shared), detail.Nodes[0].Facts);
        Assert.Equal(new GraphNodeFacts("btc_b_v1", GraphFlags.Buffered | GraphFlags.Global), detail.Nodes[1].Facts);
        Assert.Equal(new GraphNodeFacts("60 s · btc", GraphFlags.None), detail.Nodes[2].Facts);
        Assert.Equal(["s2"], detail.Nodes[0].Sharers);
        Assert.Null(detail.QueuesUnknown);
        Assert.Equal(1, detail.IndexOf("b"));
        Assert.Equal(-1, detail.IndexOf("z"));
    }

    [Fact]
    public async Task A_silent_dag_manager_leaves_the_graph_and_says_why()
    {
        _dagManager.NodesAsync(default!, default).ThrowsAsyncForAnyArgs(new IOException("connection refused"));
        var detail = (await Graphs().DetailAsync("s1", default))!;
        Assert.Equal("The DAG Manager did not answer: connection refused", detail.QueuesUnknown);
        Assert.All(detail.Nodes, node => Assert.Null(node.Stored));
        Assert.Equal(3, detail.Graph.NodeCount);
    }

    [Fact]
    public async Task A_dag_manager_that_is_not_there_is_named()
    {
        var graphs = new StrategyGraphs(SmallDag.Available(_catalogue), SmallDag.Available<IDagManager>(null), TimeProvider.System, new GraphCaches(Limits()), NullLogger<StrategyGraphs>.Instance);
        Assert.Contains("Neo4j:Url", (await graphs.DetailAsync("s1", default))!.QueuesUnknown);
    }

    [Fact]
    public void Without_a_catalogue_it_says_so()
    {
        var graphs = new StrategyGraphs(SmallDag.Available<IStrategyCatalogue>(null), SmallDag.Available(_dagManager), TimeProvider.System, new GraphCaches(Limits()), NullLogger<StrategyGraphs>.Instance);
        Assert.Equal("Strategy catalogue", graphs.Missing!.Name);
        Assert.Null(Graphs().Missing);
    }

    [Fact]
    public async Task The_message_stays_until_something_it_shows_changes()
    {
        var graphs = Graphs();
        var first = (await graphs.MessageAsync("s1", default))!;
        Assert.Same(first, await graphs.MessageAsync("s1", default));

        _stored["a"] = Stored("a", "btc_a_v1");
        var second = (await graphs.MessageAsync("s1", default))!;
        Assert.NotEqual(first.ETag, second.ETag);
        Assert.Equal("btc_a_v1", Parse(second).GetProperty("sub")[0].GetString());
    }

    [Fact]
    public async Task The_layout_is_computed_once_for_a_dag()
    {
        Submit("s2", SmallDag.Document(), hash: "h");
        var graphs = Graphs();
        var one = await graphs.DetailAsync("s1", default);
        var two = await graphs.DetailAsync("s2", default);
        Assert.Same(one!.Drawing, two!.Drawing);
        await _catalogue.ReceivedWithAnyArgs(1).ReadDagAsync(default!, default);
    }

    [Theory]
    [InlineData("s1", "s2")]
    [InlineData("s2", "s1")]
    public async Task A_comparison_goes_from_the_earlier_submission(string one, string other)
    {
        Submit("s2", SmallDag.Document(SmallDag.Node("a", []), SmallDag.Node("b", ["a"], code: "c2"), SmallDag.Node("d", ["b"], code: "other")), hash: "h2", hour: 1);
        var graphs = Graphs();
        var comparison = (await graphs.CompareAsync(one, other, default))!;
        Assert.Equal("s1", comparison.Older.Strategy.StrategyId);

        var message = Parse(graphs.MessageOf(comparison));
        var flags = message.GetProperty("id").EnumerateArray().Zip(message.GetProperty("flags").EnumerateArray(), (id, flag) => (id.GetString()!, (GraphFlags)flag.GetInt32())).ToDictionary();
        Assert.Equal(GraphFlags.None, flags["a"]);
        Assert.Equal(GraphFlags.ChangedCode, flags["b"]);
        Assert.Equal(GraphFlags.Removed, flags["c"]);
        Assert.Equal(GraphFlags.Added, flags["d"]);
        Assert.Equal(3, message.GetProperty("eflags").GetArrayLength());
    }

    [Fact]
    public async Task Comparing_with_an_unknown_id_gives_nothing() => Assert.Null(await Graphs().CompareAsync("s1", "nobody", default));

    private StrategyGraphs Graphs() => new(SmallDag.Available(_catalogue), SmallDag.Available(_dagManager), TimeProvider.System, new GraphCaches(Limits()), NullLogger<StrategyGraphs>.Instance);

    private static IOptions<LimitsOptions> Limits() => Options.Create(new LimitsOptions());

    private void Submit(string id, DagDocument document, string hash = "h", int hour = 0)
    {
        _catalogue.FindAsync(id, Arg.Any<CancellationToken>()).Returns(SmallDag.Record(id, hash, hour));
        _catalogue.ReadDagAsync(id, Arg.Any<CancellationToken>()).Returns(document);
    }

    private static ComputeNode Stored(string id, string topic) => new() { NodeId = id, NodeType = "ProcessingNode", CodeHash = "c", SchemaHash = "s", Topic = topic };

    private static JsonElement Parse(GraphBytes message) => JsonDocument.Parse(message.Json).RootElement;
}
