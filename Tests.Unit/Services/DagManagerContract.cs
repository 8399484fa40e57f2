using System.Text.Json;
using Microsoft.Extensions.Options;
using Qmtl.DagManager;
using Qmtl.DagManager.InMemory;
using Qmtl.Shared.Dags;
using Qmtl.Shared.NodeIds;

namespace Qmtl.Tests.Unit.Services;

/// <summary>What every DAG Manager does, wherever its graph lives.</summary>
public abstract class DagManagerContract : IDisposable
{
    internal RecordingEmitter Emitter { get; } = new();

    internal ManualTime Time { get; } = new();

    private protected abstract IDagManager Make(DagManagerOptions? options = null, IEnumerable<ComputeNode>? stored = null);

    public abstract void Dispose();

    private protected static DiffRequest Request(string strategyId, DagDocument document)
    {
        Assert.True(document.IsValid, string.Join('\n', document.Findings));
        return new DiffRequest { StrategyId = strategyId, Dag = document.Dag! };
    }

    private protected static DagDocument Branching => ServiceFixtures.Dag("head-3-branching.json");

    private protected static DagDocument Linear => ServiceFixtures.Dag("head-1-linear.json");

    [Fact]
    public async Task A_diff_changes_nothing_and_a_registration_gives_the_same_names()
    {
        var manager = Make();
        var before = await manager.DiffAsync(Request("s", Branching), default);
        Assert.Equal(new GraphCounts(0, 0, 0), await manager.CountsAsync(default));
        Assert.Empty(Emitter.Events);

        var registered = await manager.RegisterAsync(Request("s", Branching), default);
        Assert.Equal(before.Nodes, registered.Nodes);
        Assert.Equal("s-sentinel", registered.SentinelId);
        Assert.Equal("v1.2.3", registered.Version);
        Assert.Equal(new GraphCounts(12, 12, 1), await manager.CountsAsync(default));
        Assert.All(registered.Nodes, node => Assert.Equal(NodeDisposition.New, node.Disposition));
        Assert.Equal("crypto_mom_1h.live.btc_StreamInput_9d1a9e66_v1.2.3", registered.Nodes[0].Topic);
        Assert.Equal(
            "blake3:9d1a9e66ff1edca63eecdf90fcb5ec62b30b82baa0a1d7a53e64dc1b8a857214:60:0#ck=blake3:e249d39fbab41e41ebcaefd09ded3db4a9757279d451dad4a69c96de1044ebd7",
            registered.Nodes[0].PartitionKey);
    }

    [Fact]
    public async Task Names_do_not_grow_when_a_DAG_comes_again()
    {
        var manager = Make();
        var first = await manager.RegisterAsync(Request("s1", Linear), default);
        var again = await manager.RegisterAsync(Request("s1", Linear), default);
        var other = await manager.RegisterAsync(Request("s2", Linear), default);
        Assert.Equal(first.Nodes.Select(node => node.Topic), again.Nodes.Select(node => node.Topic));
        Assert.Equal(first.Nodes.Select(node => node.Topic), other.Nodes.Select(node => node.Topic));
        Assert.All(again.Nodes, node => Assert.Equal(NodeDisposition.Reused, node.Disposition));
        Assert.Equal(new GraphCounts(3, 3, 2), await manager.CountsAsync(default));
    }

    [Fact]
    public async Task Both_checksums_are_answered_for_any_order()
    {
        var manager = Make();
        var sdk = ServiceFixtures.Dag("head-sdk-40.json");
        var result = await manager.DiffAsync(Request("s", sdk), default);
        Assert.Equal(833773343u, result.SubmissionChecksum);
        Assert.Equal(3680395561u, result.DiffChecksum);
        Assert.Equal(result.DiffChecksum, NodeIdChecksum.Of(result.Nodes.Select(node => node.NodeId)));
        Assert.Equal(40, result.Nodes.Count);
    }

    [Fact]
    public async Task Topics_are_ASCII()
    {
        var manager = Make();
        var dag = WithTags(["Über Asset", "x"], "Процесс");
        var topic = Assert.Single((await manager.DiffAsync(dag, default)).Nodes).Topic!;
        Assert.Matches("^[A-Za-z0-9._-]+$", topic);
    }

    [Fact]
    public async Task A_name_that_another_node_has_is_made_longer()
    {
        var document = Linear;
        var id = document.Dag!.Nodes[0].NodeId;
        var manager = Make(stored: [Stored("blake3:other", "btc_StreamInput_497243e4_v1")]);
        var result = await manager.DiffAsync(Request("s", document), default);
        Assert.Equal("btc_StreamInput_497243e4ac_v1", result.Nodes.Single(node => node.NodeId == id).Topic);
    }

    [Theory]
    [InlineData(false, NodeDisposition.Reused, null)]
    [InlineData(true, NodeDisposition.Buffered, 30L)]
    public async Task A_stored_node_with_the_same_code_keeps_its_queue(bool otherSchema, NodeDisposition disposition, long? lag)
    {
        var node = Linear.Dag!.Nodes[0];
        var manager = Make(stored: [StoredLike(node, "old_topic") with { SchemaHash = otherSchema ? "other" : node.SchemaHash! }]);
        var answer = (await manager.RegisterAsync(Request("s", Linear), default)).Nodes[0];
        Assert.Equal(("old_topic", disposition, lag), (answer.Topic, answer.Disposition, answer.Lag));

        var stored = (await manager.NodesAsync([node.NodeId, "none"], default))[node.NodeId];
        Assert.Equal(otherSchema ? Time.GetUtcNow() : null, stored.BufferingSince);

        Time.Advance(TimeSpan.FromHours(1));
        var again = (await manager.RegisterAsync(Request("s", Linear), default)).Nodes[0];
        Assert.Equal(answer, again);
        Assert.Equal(stored.BufferingSince, (await manager.NodesAsync([node.NodeId], default))[node.NodeId].BufferingSince);
    }

    [Fact]
    public async Task A_stored_node_with_other_code_gets_a_new_queue_beside_its_old_one()
    {
        var node = Linear.Dag!.Nodes[0];
        var manager = Make(stored: [StoredLike(node, "btc_StreamInput_497243e4_v1") with { CodeHash = "other" }]);
        var answer = (await manager.RegisterAsync(Request("s", Linear), default)).Nodes[0];
        Assert.Equal((NodeDisposition.New, "btc_StreamInput_497243e4ac_v1"), (answer.Disposition, answer.Topic));
        var again = (await manager.RegisterAsync(Request("s", Linear), default)).Nodes[0];
        Assert.Equal((NodeDisposition.Reused, answer.Topic), (again.Disposition, again.Topic));
    }

    [Fact]
    public async Task Reuse_across_compute_contexts_is_refused_and_registers_nothing()
    {
        var node = Branching.Dag!.Nodes[0];
        var manager = Make(stored: [StoredLike(node, "old_topic") with { ComputeKeys = ["blake3:another"] }]);
        var refused = await Assert.ThrowsAsync<CrossContextTopicReuseException>(() => manager.RegisterAsync(Request("s", Branching), default));
        Assert.Contains(node.NodeId, refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<CrossContextTopicReuseException>(() => manager.DiffAsync(Request("s", Branching), default));
        Assert.Equal(new GraphCounts(1, 1, 0), await manager.CountsAsync(default));
        Assert.Empty(Emitter.Events);
    }

    [Fact]
    public async Task A_registration_that_would_pass_a_bound_registers_nothing()
    {
        var manager = Make(new DagManagerOptions { MaxNodes = 14 });
        await manager.RegisterAsync(Request("s1", Branching), default);
        await Assert.ThrowsAsync<GraphFullException>(() => manager.RegisterAsync(Request("s2", Linear), default));
        Assert.Equal(new GraphCounts(12, 12, 1), await manager.CountsAsync(default));
        await manager.RegisterAsync(Request("s3", Branching), default);
    }

    [Theory]
    [InlineData("btc", 60, TagMatch.Any, "btc_StreamInput_feed0001_v1,btc_ProcessingNode_feed0002_v1")]
    [InlineData("btc,price", 60, TagMatch.All, "btc_StreamInput_feed0001_v1")]
    [InlineData(" btc , ,price", 60, TagMatch.All, "btc_StreamInput_feed0001_v1")]
    [InlineData("price,btc", 60, TagMatch.Any, "btc_StreamInput_feed0001_v1,btc_ProcessingNode_feed0002_v1,eth_StreamInput_feed0004_v1")]
    [InlineData("", 60, TagMatch.Any, "btc_StreamInput_feed0001_v1,btc_ProcessingNode_feed0002_v1,eth_StreamInput_feed0004_v1")]
    [InlineData("btc", 300, TagMatch.Any, "btc_StreamInput_feed0005_v1")]
    [InlineData("BTC", 60, TagMatch.Any, "")]
    [InlineData("nothing", 60, TagMatch.All, "")]
    public async Task Queues_are_found_by_tag_and_interval(string tags, long interval, TagMatch match, string expected)
    {
        var manager = Make(stored: GraphFile.Read(ServiceFixtures.Bytes("contracts/dags/head-dagmanager-graph.json")));
        var found = await manager.QueuesByTagAsync(tags.Split(','), interval, match, default);
        Assert.Equal(expected, string.Join(',', found.Select(queue => queue.Queue)));
        Assert.All(found, queue => Assert.Equal(queue.Queue.StartsWith("eth_", StringComparison.Ordinal), queue.Global));
    }

    [Fact]
    public async Task A_registration_is_found_by_tag_and_told_on_the_bus_with_its_queues()
    {
        var manager = Make();
        await manager.RegisterAsync(Request("s", Linear), default);
        var found = await manager.QueuesByTagAsync(["btc", "price"], 60, TagMatch.All, default);
        Assert.Equal("btc_StreamInput_497243e4_v1", Assert.Single(found).Queue);

        var told = Emitter.Events.Where(each => each.Type == "queue_updated").ToList();
        Assert.Equal(3, told.Count);
        using var data = JsonDocument.Parse(told[0].DataJson);
        Assert.Equal("QueueUpdated", data.RootElement.GetProperty("type").GetString());
        Assert.Equal("q:btc.price:60:1", data.RootElement.GetProperty("etag").GetString());
        Assert.Equal(3, data.RootElement.GetProperty("queues").GetArrayLength());
    }

    [Fact]
    public async Task A_sentinel_weight_is_told_once_for_each_change()
    {
        var manager = Make();
        await manager.RegisterAsync(Weighted(0.25), default);
        await manager.RegisterAsync(Weighted(0.25), default);
        Assert.Single(Emitter.Events, each => each.Type == "sentinel_weight_updated");
        await manager.RegisterAsync(Weighted(7.5), default);
        var last = Emitter.Events.Last(each => each.Type == "sentinel_weight_updated");
        using var data = JsonDocument.Parse(last.DataJson);
        Assert.Equal(1.0, data.RootElement.GetProperty("weight").GetDouble());
        Assert.Equal("sw:s-sentinel:v2.1:1.000000:1", last.Etag);
    }

    [Fact]
    public async Task Registrations_at_once_leave_one_queue_a_node()
    {
        var manager = Make();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() => manager.RegisterAsync(Request($"s{i}", i % 2 == 0 ? Branching : Linear), default))));
        Assert.Equal(new GraphCounts(15, 15, 64), await manager.CountsAsync(default));
    }

    private protected static ComputeNode Stored(string id, string topic) =>
        new() { NodeId = id, NodeType = "StreamInput", CodeHash = "c", SchemaHash = "s", Interval = 60, Topic = topic };

    private protected static ComputeNode StoredLike(DagNode node, string topic) => new()
    {
        NodeId = node.NodeId,
        NodeType = node.NodeType,
        CodeHash = node.CodeHash!,
        SchemaHash = node.SchemaHash!,
        Interval = node.Interval,
        Period = node.Period,
        Tags = node.Tags,
        Topic = topic,
    };

    private static DiffRequest WithTags(string[] tags, string type)
    {
        var node = new Dictionary<string, object?>
        {
            ["node_type"] = type, ["interval"] = 60, ["period"] = 1, ["dependencies"] = Array.Empty<string>(), ["inputs"] = Array.Empty<string>(), ["params"] = new { },
            ["name"] = "n", ["tags"] = tags, ["code_hash"] = "aa", ["config_hash"] = "bb", ["schema_hash"] = "cc", ["schema_compat_id"] = "s1",
        };
        using var parsed = JsonDocument.Parse(JsonSerializer.Serialize(node));
        node["node_id"] = NodeIdentity.Newer(parsed.RootElement);
        return Request("s", GatewayBed.Read(JsonSerializer.Serialize(new { schema_version = "v1", nodes = new[] { node } })));
    }

    private static DiffRequest Weighted(double weight)
    {
        var linear = System.Text.Encoding.UTF8.GetString(ServiceFixtures.Bytes("contracts/dags/head-1-linear.json"));
        var at = linear.LastIndexOf(']');
        var sentinel = FormattableString.Invariant($$""","node_type":"VersionSentinel","version":"v2.1","weight":{{weight}}""");
        return Request("s", GatewayBed.Read(linear[..at] + ",{\"node_id\":\"x-sentinel\"" + sentinel + "}" + linear[at..]));
    }
}

public sealed class InMemoryDagManagerTests : DagManagerContract
{
    private InMemoryDagManager? _manager;

    private protected override IDagManager Make(DagManagerOptions? options = null, IEnumerable<ComputeNode>? stored = null)
    {
        _manager = new InMemoryDagManager(Options.Create(options ?? new DagManagerOptions()), Emitter, Time);
        _manager.Load(stored ?? []);
        return _manager;
    }

    public override void Dispose() => _manager?.Dispose();

    [Fact]
    public async Task A_dry_diff_leaves_the_whole_graph_as_it_is()
    {
        var manager = (InMemoryDagManager)Make(stored: GraphFile.Read(ServiceFixtures.Bytes("contracts/dags/head-dagmanager-graph.json")));
        var before = JsonSerializer.Serialize(manager.Snapshot());
        await manager.DiffAsync(Request("dryrun", Branching), default);
        Assert.Equal(before, JsonSerializer.Serialize(manager.Snapshot()));
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("[]", "an array \"nodes\"")]
    [InlineData("""{"nodes":[1]}""", "$.nodes[0] is not an object")]
    [InlineData("""{"nodes":[{"id":"a","type":"compute"}]}""", "$.nodes[0].topic")]
    [InlineData("""{"nodes":[{"type":"compute","topic":"t"}]}""", "$.nodes[0].id")]
    public void A_broken_graph_file_says_where(string text, string words)
    {
        var problem = Assert.Throws<FormatException>(() => GraphFile.Read(System.Text.Encoding.UTF8.GetBytes(text)));
        Assert.Contains(words, problem.Message, StringComparison.Ordinal);
    }
}
