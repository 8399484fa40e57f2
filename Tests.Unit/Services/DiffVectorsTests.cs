using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Qmtl.DagManager;
using Qmtl.DagManager.InMemory;
using Qmtl.Shared.Dags;

namespace Qmtl.Tests.Unit.Services;

/// <summary>
/// Every recorded diff of the released DAG Manager against ours. The one difference: a topic whose asset has a letter outside ASCII, which
/// Kafka refuses. Which lines hold such topics is asserted, so that neither a new difference nor a vanished one goes unseen.
/// </summary>
public sealed class DiffVectorsTests
{
    /// <summary>Lines (from 0) in which the released one makes topics out of the tag "Über Asset".</summary>
    private static readonly int[] LinesWithNonAsciiTopics = [.. Lines.Select((line, index) => (line, index)).Where(each => each.line.Contains(@"\u00fcberasset_", StringComparison.Ordinal)).Select(each => each.index)];

    private static string[] Lines => File.ReadAllLines(ServiceFixtures.PathOf("vectors/diffs.jsonl"));

    public static TheoryData<int> LineNumbers => [.. Enumerable.Range(0, Lines.Length)];

    [Fact]
    public void Some_lines_differ_for_the_sake_of_Kafka_and_some_do_not()
    {
        Assert.NotEmpty(LinesWithNonAsciiTopics);
        Assert.True(LinesWithNonAsciiTopics.Length < Lines.Length);
    }

    [Theory]
    [MemberData(nameof(LineNumbers))]
    public async Task A_recorded_diff_is_answered_the_same(int index)
    {
        using var line = JsonDocument.Parse(Lines[index]);
        var vector = line.RootElement;
        var document = DagReader.Read(Encoding.UTF8.GetBytes(vector.GetProperty("dag").GetRawText()));
        Assert.True(document.IsValid, string.Join('\n', document.Findings));

        var options = Options.Create(new DagManagerOptions { EnableTopicNamespace = vector.GetProperty("topic_namespace").GetBoolean() });
        using var manager = new InMemoryDagManager(options, new RecordingEmitter(), new ManualTime());
        manager.Load(Stored(vector.GetProperty("stored_nodes")));
        var result = await manager.DiffAsync(
            new DiffRequest { StrategyId = vector.GetProperty("request").GetProperty("strategy_id").GetString()!, Dag = document.Dag! }, default);

        var expected = vector.GetProperty("result");
        Assert.Equal(expected.GetProperty("sentinel_id").GetString(), result.SentinelId);
        Assert.Equal(expected.GetProperty("version").GetString(), result.Version);
        Assert.Equal(expected.GetProperty("crc32").GetUInt32(), result.DiffChecksum);
        Assert.Equal(
            expected.GetProperty("new_nodes").EnumerateArray().Select(id => id.GetString()!).Order(StringComparer.Ordinal),
            result.Nodes.Where(node => node.Disposition == NodeDisposition.New).Select(node => node.NodeId).Order(StringComparer.Ordinal));
        Assert.Equal(
            expected.GetProperty("buffering").EnumerateArray().Select(pair => $"{pair[0].GetString()} {pair[1].GetInt64()}").Order(StringComparer.Ordinal),
            result.Nodes.Where(node => node.Disposition == NodeDisposition.Buffered).Select(node => $"{node.NodeId} {node.Lag}").Order(StringComparer.Ordinal));

        var differing = 0;
        var map = result.Nodes.ToDictionary(node => node.PartitionKey, node => node.Topic!);
        Assert.Equal(expected.GetProperty("queue_map").EnumerateObject().Select(entry => entry.Name).Order(StringComparer.Ordinal), map.Keys.Order(StringComparer.Ordinal));
        foreach (var entry in expected.GetProperty("queue_map").EnumerateObject())
        {
            var theirs = entry.Value.GetString()!;
            if (Ascii.IsValid(theirs))
            {
                Assert.Equal(theirs, map[entry.Name]);
                continue;
            }

            // Kafka takes no "ü": the letters outside ASCII are left out, the rest of the name is the same.
            differing++;
            Assert.Equal(theirs.Replace("ü", "", StringComparison.Ordinal), map[entry.Name]);
        }

        Assert.Equal(LinesWithNonAsciiTopics.Contains(index), differing > 0);
    }

    private static IEnumerable<ComputeNode> Stored(JsonElement nodes) => nodes.EnumerateArray().Select(node => new ComputeNode
    {
        NodeId = node.GetProperty("node_id").GetString()!,
        NodeType = node.GetProperty("node_type").GetString()!,
        CodeHash = node.GetProperty("code_hash").GetString()!,
        SchemaHash = node.GetProperty("schema_hash").GetString()!,
        SchemaCompatId = node.GetProperty("schema_compat_id").GetString()!,
        Interval = Number(node, "interval"),
        Period = Number(node, "period"),
        Bucket = Number(node, "bucket"),
        Tags = [.. node.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!)],
        Topic = node.GetProperty("topic").GetString()!,
        Global = node.GetProperty("is_global").GetBoolean(),
    });

    private static long? Number(JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;
}
