using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Qmtl.DagManager;
using Qmtl.DagManager.InMemory;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;
using Qmtl.WorldService;

namespace Qmtl.Tests.Unit.Services;

/// <summary>
/// Recorded answers of the released Gateway (newer generation) against ours. Each file is answered by a fresh Gateway over the graph that
/// the recording was preloaded with. Where we answer otherwise on purpose, the file stands in <see cref="Differences"/> with the reason.
/// </summary>
public sealed partial class GatewayRecordingsTests
{
    /// <summary>What a file's answer is here, and why that is not the recorded one.</summary>
    private static readonly Dictionary<string, string> Differences = new(StringComparer.Ordinal)
    {
        ["175-submit-undecodable-500"] = "E_SCHEMA_INVALID: what cannot be decoded is refused with a reason instead of 500",
        ["176-submit-dag-array-500"] = "E_SCHEMA_INVALID: a DAG that is an array is refused with a reason instead of 500",
        ["222-dm-down-dryrun-two-worlds-breaker-open"] = "fallback: there is no breaker that stays open, and an answer is never empty",
        ["221-dm-down-dryrun-linear-breaker-open"] = "fallback: there is no breaker that stays open, and an answer is never empty",
        ["228-dm-back-dryrun-still-empty"] = "fallback: there is no breaker that stays open, and an answer is never empty",
        ["294-sdk-40-dryrun"] = "diff: the checksum holds for any node order",
        ["296-sdk-400-dryrun"] = "diff: the checksum holds for any node order",
        ["302-sdk-400-kahn-order-dryrun-again"] = "diff: 403 nodes stay within the budget every time",
        ["217-dryrun-two-worlds"] = "world: the answer is for the first world named, where the recording lost it",
    };

    private static readonly JsonSerializerOptions Plain = new();

    public static TheoryData<string> DryRuns => Files(name => name.Contains("dryrun", StringComparison.Ordinal) && !name.Contains("level-", StringComparison.Ordinal));

    public static TheoryData<string> Submissions => Files(name =>
        name.Contains("-submit", StringComparison.Ordinal)
        && Recorded(name).Request.GetProperty("path").GetString() == "/strategies"
        && Recorded(name).Status is 202 or 400 or 409 or 500
        && !name.StartsWith("269-", StringComparison.Ordinal) // A degraded level set by hand: the Gateway here has no levels.
        && !name.StartsWith("283-", StringComparison.Ordinal));

    public static TheoryData<string> Lookups => Files(name => Recorded(name).Request.GetProperty("path").GetString() == "/queues/by_tag" && Recorded(name).Status == 200);

    [Theory]
    [MemberData(nameof(DryRuns))]
    public async Task A_recorded_dry_run_is_answered_the_same(string name)
    {
        var recorded = Recorded(name);
        using var bed = Bed(recorded);
        var answer = await bed.Gateway.DryRunAsync(recorded.Document, new SubmitOptions(), default);
        Assert.Null(answer.Refusal);
        var body = recorded.Response.GetProperty("body");
        var difference = Differences.GetValueOrDefault(name);

        Assert.Equal(body.GetProperty("node_ids_crc32").GetUInt32(), answer.SubmissionChecksum);
        Assert.Equal(body.GetProperty("downgraded").GetBoolean(), answer.Downgraded);
        Assert.Equal(body.GetProperty("downgrade_reason").GetString(), answer.DowngradeReason);
        Assert.Equal(body.GetProperty("safe_mode").GetBoolean(), answer.SafeMode);

        var sentinel = body.GetProperty("sentinel_id").GetString();
        if (difference is null)
        {
            Assert.Equal(sentinel, answer.SentinelId);
        }
        else if (difference.StartsWith("fallback", StringComparison.Ordinal))
        {
            Assert.Equal("", sentinel);
            Assert.True(FallbackSentinel.Matches(answer.SentinelId, answer.SubmissionChecksum));
        }
        else
        {
            Assert.Equal("dryrun-sentinel", answer.SentinelId);
        }

        // The map of an answer from tag queries holds tag-query nodes only, in the recording as here.
        var fallback = sentinel != "dryrun-sentinel";
        var ours = answer.Source == DryRunSource.Diff && !fallback
            ? answer.Nodes.ToDictionary(node => node.NodeId, node => (IReadOnlyList<string>)[node.Topic!])
            : answer.TagQueues.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)[.. pair.Value.Select(queue => queue.Queue)]);
        var world = difference?.StartsWith("world", StringComparison.Ordinal) == true;
        if (difference?.StartsWith("fallback", StringComparison.Ordinal) != true) CompareMaps(body.GetProperty("queue_map"), ours, world, Down(recorded));
        Assert.Equal(recorded.Document.Dag!.Nodes.Count, answer.Nodes.Count);
    }

    [Theory]
    [MemberData(nameof(Submissions))]
    public async Task A_recorded_submission_is_answered_the_same(string name)
    {
        var recorded = Recorded(name);
        using var bed = Bed(recorded);
        if (recorded.Status == 409) await bed.Gateway.SubmitAsync(recorded.Document, new SubmitOptions(), default);
        var result = await bed.Gateway.SubmitAsync(recorded.Document, new SubmitOptions(), default);
        var body = recorded.Response.GetProperty("body");
        if (recorded.Status == 202)
        {
            Assert.Null(result.Refusal);
            Assert.Equal($"{result.StrategyId}-sentinel", result.SentinelId);
            Assert.Equal(body.GetProperty("node_ids_crc32").GetUInt32(), result.SubmissionChecksum);
            Assert.Equal(body.GetProperty("downgraded").GetBoolean(), result.Downgraded);
            Assert.Equal(body.GetProperty("downgrade_reason").GetString(), result.DowngradeReason);
            Assert.Equal(Down(recorded), result.QueueProblem is not null);
            CompareMaps(
                body.GetProperty("queue_map"),
                result.TagQueues.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)[.. pair.Value.Select(queue => queue.Queue)]),
                otherWorld: false,
                Down(recorded));
            return;
        }

        var expected = Differences.TryGetValue(name, out var difference)
            ? difference[..difference.IndexOf(':', StringComparison.Ordinal)]
            : body.GetProperty("detail").GetProperty("code").GetString();
        Assert.Equal(expected, result.Refusal?.Code);
        Assert.NotEmpty(result.Refusal!.Message);
    }

    [Theory]
    [MemberData(nameof(Lookups))]
    public async Task A_recorded_queue_lookup_is_answered_the_same(string name)
    {
        var recorded = Recorded(name);
        if (Down(recorded)) return; // "Empty" of the recording means "unreachable"; here that is an exception and not an answer.
        using var bed = Bed(recorded);
        var query = recorded.Request.GetProperty("query");
        var found = await bed.Gateway.QueuesByTagAsync(
            new QueueLookup(
                query.GetProperty("tags").GetString()!.Split(','),
                long.Parse(query.GetProperty("interval").GetString()!, System.Globalization.CultureInfo.InvariantCulture),
                Text(query, "match_mode")?.Equals("all", StringComparison.OrdinalIgnoreCase) == true ? TagMatch.All : TagMatch.Any,
                Text(query, "world_id"),
                Text(query, "execution_domain")),
            default);
        Assert.Equal(
            recorded.Response.GetProperty("body").GetProperty("queues").EnumerateArray().Select(queue => new QueueDescriptor(queue.GetProperty("queue").GetString()!, queue.GetProperty("global").GetBoolean())),
            found);
    }

    [Fact]
    public void Each_named_difference_is_a_file_and_each_kind_of_file_is_there()
    {
        Assert.All(Differences.Keys, name => Assert.True(File.Exists(PathOf(name)), name));
        Assert.True(DryRuns.Count >= 10);
        Assert.True(Submissions.Count >= 15);
        Assert.True(Lookups.Count >= 8);
    }

    private static void CompareMaps(JsonElement theirs, Dictionary<string, IReadOnlyList<string>> ours, bool otherWorld, bool down)
    {
        if (down)
        {
            // The recording writes an empty list for a query that failed; here such a node has no entry but a reason.
            Assert.All(theirs.EnumerateObject(), entry => Assert.Equal(0, entry.Value.GetArrayLength()));
            Assert.Empty(ours);
            return;
        }

        Assert.Equal(theirs.EnumerateObject().Select(entry => entry.Name).Order(StringComparer.Ordinal), ours.Keys.Order(StringComparer.Ordinal));
        foreach (var entry in theirs.EnumerateObject())
        {
            var recorded = entry.Value.EnumerateArray().Select(queue => queue.GetProperty("queue").GetString()!).ToList();
            Assert.Equal(recorded.Count, ours[entry.Name].Count);
            foreach (var (theirName, ourName) in recorded.Zip(ours[entry.Name])) AssertSameName(otherWorld ? theirName.Replace("w2.", "w1.", StringComparison.Ordinal) : theirName, ourName);
        }
    }

    /// <summary>Names there grow with every submission of a node; ours has the first eight digits of what stands there.</summary>
    private static void AssertSameName(string theirs, string ours)
    {
        var grown = Hash().Match(theirs);
        Assert.True(grown.Success || theirs == ours, $"{theirs} and {ours}");
        if (!grown.Success) return;
        Assert.Equal($"{theirs[..grown.Groups[1].Index]}{grown.Groups[1].Value[..8]}{theirs[(grown.Groups[1].Index + grown.Groups[1].Length)..]}", ours);
    }

    [GeneratedRegex("_([0-9a-f]{8,64})_v[^_]*$")]
    private static partial Regex Hash();

    private static bool Down(Recording recorded) => recorded.Context.GetProperty("dag_manager").GetString()!.StartsWith("down", StringComparison.Ordinal);

    private static GatewayBed Bed(Recording recorded)
    {
        var bed = new GatewayBed(options => options.FallbackSentinelFormat = FallbackSentinelFormat.Hex);
        bed.Graph.Load(GraphFile.Read(ServiceFixtures.Bytes("contracts/dags/head-dagmanager-graph.json")));

        // In the recording both worlds' decisions gave compute-only with a point in time.
        bed.Worlds.Put(new World("w2", "second", WorldModes.ComputeOnly, "2026-01-01T00:00:00Z"));
        if (Down(recorded)) bed.Faults.Fault = new DagManagerFault(TimeSpan.Zero, "down", TagQueriesToo: true);
        return bed;
    }

    private static TheoryData<string> Files(Func<string, bool> wanted) =>
    [
        .. Directory.GetFiles(ServiceFixtures.PathOf("contracts/http"), "*.json")
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Order(StringComparer.Ordinal)
            .Where(wanted),
    ];

    private static string PathOf(string name) => ServiceFixtures.PathOf($"contracts/http/{name}.json");

    private static Recording Recorded(string name)
    {
        using var parsed = JsonDocument.Parse(File.ReadAllBytes(PathOf(name)));
        return new Recording(parsed.RootElement.Clone());
    }

    private static string? Text(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value.GetString() : null;

    private sealed record Recording(JsonElement Root)
    {
        public JsonElement Request => Root.GetProperty("request");

        public JsonElement Response => Root.GetProperty("response");

        public JsonElement Context => Root.GetProperty("context");

        public int Status => Response.GetProperty("status").GetInt32();

        /// <summary>The body that was sent, long DAGs put back in.</summary>
        public DagDocument Document
        {
            get
            {
                var body = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Request.GetProperty("body"))!;
                if (body["dag_json"].ValueKind == JsonValueKind.Object)
                {
                    var file = body["dag_json"].GetProperty("$base64_of_file").GetString()!;
                    body["dag_json"] = JsonSerializer.SerializeToElement(Convert.ToBase64String(ServiceFixtures.Bytes($"contracts/{file}")));
                }

                return DagReader.Read(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(body, Plain)));
            }
        }
    }
}
