using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Qmtl.DagManager;
using Qmtl.DagManager.InMemory;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;

namespace Qmtl.Tests.Unit.Services;

public sealed class GatewayTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly SubmitOptions InW1 = GatewayBed.In("w1");

    private static DagDocument Linear => ServiceFixtures.Dag("head-1-linear.json");

    private static DagDocument TagQuery => ServiceFixtures.Dag("head-2-tagquery.json");

    private static IEnumerable<ComputeNode> Preload => GraphFile.Read(ServiceFixtures.Bytes("contracts/dags/head-dagmanager-graph.json"));

    [Fact]
    public async Task A_dry_run_changes_nothing_and_tells_nobody()
    {
        using var bed = new GatewayBed();
        bed.Graph.Load(Preload);
        await bed.Gateway.SubmitAsync(ServiceFixtures.Dag("head-3-branching.json"), InW1, default);
        var before = await bed.StateAsync();
        DagManagerFault?[] faults = [null, new(TimeSpan.Zero, "broken", false), new(TimeSpan.Zero, "broken", true)];
        foreach (var fault in faults)
        {
            bed.Faults.Fault = fault;
            foreach (var name in (string[])["head-1-linear.json", "head-2-tagquery.json", "head-3-branching.json", "head-sdk-400.json", "seed-1-linear.json"])
            {
                var answer = await bed.Gateway.DryRunAsync(ServiceFixtures.Dag(name), InW1, default);
                Assert.Null(answer.Refusal);
                Assert.NotEmpty(answer.Nodes);
            }
        }

        Assert.Equal(before, await bed.StateAsync());
    }

    [Fact]
    public async Task A_dry_run_tells_what_the_submission_then_does()
    {
        using var bed = new GatewayBed();
        var told = await bed.Gateway.DryRunAsync(TagQuery, InW1, default);
        Assert.Equal(("dryrun-sentinel", DryRunSource.Diff, null), (told.SentinelId, told.Source, told.FallbackReason));
        var done = await bed.Gateway.SubmitAsync(TagQuery, InW1, default);
        Assert.Equal(told.Nodes, done.Nodes);
        Assert.Equal("w1.backtest.eth_StreamInput_09356b70_v1", done.Nodes[0].Topic);

        var again = await bed.Gateway.DryRunAsync(TagQuery, InW1, default);
        Assert.All(again.Nodes, node => Assert.Equal(NodeDisposition.Reused, node.Disposition));
        Assert.Equal(told.Nodes.Select(node => node.Topic), again.Nodes.Select(node => node.Topic));
    }

    [Theory]
    [InlineData(FallbackSentinelFormat.Decimal, "dryrun:2913637611")]
    [InlineData(FallbackSentinelFormat.Hex, "dryrun:adaa94eb")]
    public async Task Without_the_DAG_Manager_tag_queries_answer(FallbackSentinelFormat format, string sentinel)
    {
        using var bed = new GatewayBed(options => options.FallbackSentinelFormat = format);
        bed.Graph.Load(Preload);
        bed.Faults.Fault = new DagManagerFault(TimeSpan.Zero, "connection refused", TagQueriesToo: false);
        var answer = await bed.Gateway.DryRunAsync(TagQuery, InW1, default);

        Assert.Equal((sentinel, DryRunSource.TagQueries), (answer.SentinelId, answer.Source));
        Assert.Contains("connection refused", answer.FallbackReason, StringComparison.Ordinal);
        Assert.Equal(["blake3:2937c473a240b93dd349b58090ec85364eb69538770518b7ca2683b559db80f9"], answer.TagQueues.Keys);
        Assert.Equal("w1.backtest.indicator_ProcessingNode_feed0003_v1", Assert.Single(answer.TagQueues.Values.Single()).Queue);
        Assert.Equal(3, answer.Nodes.Count);
        Assert.All(answer.Nodes, node => Assert.Equal((null, NodeDisposition.Unknown), (node.Topic, node.Disposition)));
        Assert.Empty(answer.TagProblems);
    }

    [Fact]
    public async Task Without_tag_queries_either_each_one_says_so()
    {
        using var bed = new GatewayBed();
        bed.Faults.Fault = new DagManagerFault(TimeSpan.Zero, "connection refused", TagQueriesToo: true);
        var answer = await bed.Gateway.DryRunAsync(TagQuery, InW1, default);
        Assert.Equal("dryrun:2913637611", answer.SentinelId);
        Assert.Empty(answer.TagQueues);
        Assert.Contains("connection refused", Assert.Single(answer.TagProblems).Value, StringComparison.Ordinal);
        Assert.Contains("1 of its 1 tag queries failed", answer.FallbackReason, StringComparison.Ordinal);
        Assert.Equal(3, answer.Nodes.Count);
    }

    [Fact]
    public async Task A_fallback_without_tag_query_nodes_lists_every_node_and_says_why_no_queue_is_known()
    {
        using var bed = new GatewayBed();
        bed.Faults.Fault = new DagManagerFault(TimeSpan.Zero, "connection refused", TagQueriesToo: false);
        var answer = await bed.Gateway.DryRunAsync(Linear, InW1, default);
        Assert.Equal(Linear.Dag!.Nodes.Select(node => node.NodeId), answer.Nodes.Select(node => node.NodeId));
        Assert.Contains("no tag-query node", answer.FallbackReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_DAG_Manager_over_its_budget_is_not_waited_for()
    {
        using var bed = new GatewayBed();
        bed.Faults.Fault = new DagManagerFault(TimeSpan.FromSeconds(30), null, TagQueriesToo: false);
        var running = bed.Gateway.DryRunAsync(Linear, InW1, default);
        Assert.False(running.IsCompleted);
        bed.Time.Advance(TimeSpan.FromSeconds(0.5));
        var answer = await running;
        Assert.Equal(DryRunSource.TagQueries, answer.Source);
        Assert.Contains("within 500 ms", answer.FallbackReason, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(0.5), answer.Elapsed);

        bed.Faults.Fault = bed.Faults.Fault with { Delay = TimeSpan.FromSeconds(0.4) };
        var slow = bed.Gateway.DryRunAsync(Linear, InW1, default);
        bed.Time.Advance(TimeSpan.FromSeconds(0.4));
        Assert.Equal(DryRunSource.Diff, (await slow).Source);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_not_answered_from_tag_queries()
    {
        using var bed = new GatewayBed();
        bed.Faults.Fault = new DagManagerFault(TimeSpan.FromSeconds(30), null, TagQueriesToo: false);
        using var stop = new CancellationTokenSource();
        var running = bed.Gateway.DryRunAsync(Linear, InW1, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Theory]
    [InlineData("w1", null, null, "backtest", null)]
    [InlineData("w1", "live", null, "backtest", null)]
    [InlineData("w2", "backtest", null, "live", null)]
    [InlineData("no-as-of", "paper", null, "backtest", "missing_as_of")]
    [InlineData("no-as-of", "paper", "2026-02-01T00:00:00Z", "dryrun", null)]
    [InlineData("unknown", "dryrun", "2026-02-01T00:00:00Z", "dryrun", "decision_unavailable")]
    [InlineData("unknown", "live", "2026-02-01T00:00:00Z", "backtest", "decision_unavailable")]
    [InlineData(null, null, null, "backtest", "decision_unavailable")]
    public async Task The_first_worlds_decision_makes_the_context(string? world, string? asked, string? asOf, string domain, string? downgrade)
    {
        using var bed = new GatewayBed();
        var meta = JsonSerializer.Serialize(new Dictionary<string, string?> { ["execution_domain"] = asked, ["as_of"] = asOf });
        var envelope = Envelope("head-1-linear.json", meta, world is null ? [] : [world, "w2"]);
        var answer = await bed.Gateway.DryRunAsync(envelope, new SubmitOptions(), default);
        Assert.Equal(
            (domain, downgrade, downgrade is not null, downgrade is not null),
            (answer.ExecutionDomain, answer.DowngradeReason, answer.Downgraded, answer.SafeMode));
        var topic = "btc_StreamInput_497243e4_v1";
        Assert.Equal(world is null ? topic : $"{world}.{domain}.{topic}", answer.Nodes[0].Topic);
    }

    [Theory]
    [InlineData("\"compute_context\":{\"world_id\":\"\\ud800\"}")]
    [InlineData("\"meta\":{\"topic_namespace\":\"\\ud800\",\"version\":\"\\u0000\"}")]
    [InlineData("\"meta\":{\"topic_namespace\":{\"world\":7,\"domain\":[]},\"version\":{}}")]
    [InlineData("\"meta\":[],\"compute_context\":\"live\"")]
    public async Task Hostile_context_is_refused_or_answered_but_never_thrown(string members)
    {
        using var bed = new GatewayBed();
        var linear = Encoding.UTF8.GetString(ServiceFixtures.Bytes("contracts/dags/head-1-linear.json"));
        var document = GatewayBed.Read(linear.Insert(linear.LastIndexOf('}'), "," + members));
        var answer = await bed.Gateway.DryRunAsync(document, InW1, default);
        var result = await bed.Gateway.SubmitAsync(document, InW1, default);
        Assert.Equal(answer.Refusal?.Code, result.Refusal?.Code);
        if (answer.Refusal is null) Assert.All(answer.Nodes, node => Assert.Matches("^[A-Za-z0-9._-]+$", node.Topic));
    }

    [Fact]
    public async Task A_submission_needs_a_world_unless_it_is_of_the_older_generation()
    {
        using var bed = new GatewayBed();
        Assert.Equal("E_WORLD_IDS_REQUIRED", (await bed.Gateway.SubmitAsync(Linear, GatewayBed.In(" "), default)).Refusal?.Code);
        Assert.Null((await bed.Gateway.SubmitAsync(ServiceFixtures.Dag("seed-1-linear.json"), new SubmitOptions(), default)).Refusal);
    }

    [Fact]
    public async Task A_refusal_changes_nothing()
    {
        using var bed = new GatewayBed();
        await bed.Gateway.SubmitAsync(Linear, InW1, default);
        var before = await bed.StateAsync();
        Assert.Equal("E_DUPLICATE", (await bed.Gateway.SubmitAsync(Linear, GatewayBed.In("w2"), default)).Refusal?.Code);
        Assert.Equal("E_SCHEMA_INVALID", (await bed.Gateway.SubmitAsync(GatewayBed.Read("not JSON"), InW1, default)).Refusal?.Code);
        Assert.Equal("E_CHECKSUM_MISMATCH", (await bed.Gateway.SubmitAsync(Envelope("head-2-tagquery.json", "{}", ["w1"], checksum: 1), InW1, default)).Refusal?.Code);
        Assert.Equal(before, await bed.StateAsync());
    }

    [Fact]
    public async Task A_duplicate_names_the_strategy_that_has_the_DAG()
    {
        using var bed = new GatewayBed();
        var first = await bed.Gateway.SubmitAsync(Linear, InW1, default);
        var spaced = GatewayBed.Read(JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(ServiceFixtures.Bytes("contracts/dags/head-1-linear.json")), Indented));
        var second = await bed.Gateway.SubmitAsync(spaced, InW1, default);
        Assert.Equal(("E_DUPLICATE", first.StrategyId), (second.Refusal?.Code, second.Refusal?.ExistingStrategyId));
    }

    [Fact]
    public async Task Two_hundred_submissions_at_once_are_all_taken()
    {
        using var bed = new GatewayBed();
        var linear = Encoding.UTF8.GetString(ServiceFixtures.Bytes("contracts/dags/head-1-linear.json"));
        var documents = Enumerable.Range(0, 200)
            .Select(i => GatewayBed.Read(linear.Insert(linear.LastIndexOf('}'), $",\"meta\":{{\"version\":\"v{i}\",\"name\":\"burst\"}}")))
            .ToList();
        var results = await Task.WhenAll(documents.Select(document => Task.Run(() => bed.Gateway.SubmitAsync(document, InW1, default))));
        Assert.All(results, result => Assert.True(result.Refusal is null && result.QueueProblem is null, result.Refusal?.Message ?? result.QueueProblem));
        Assert.Equal(200, results.Select(result => result.StrategyId).Distinct().Count());
        var listed = (await bed.Catalogue.ListAsync(default)).Strategies;
        Assert.Equal(200, listed.Select(strategy => strategy.Version).Distinct().Count());
        Assert.Equal(new GraphCounts(3, 3, 200), await bed.Graph.CountsAsync(default));
        var id = documents[0].Dag!.Nodes[0].NodeId;
        Assert.Equal(200, (await bed.Catalogue.SharersAsync([id, "none"], default)).Single().Value.Count);
    }

    [Fact]
    public async Task Of_equal_submissions_at_once_one_is_taken()
    {
        using var bed = new GatewayBed();
        var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => bed.Gateway.SubmitAsync(Linear, InW1, default))));
        var taken = Assert.Single(results, result => result.Refusal is null);
        Assert.All(results.Where(result => result.Refusal is not null), result => Assert.Equal(taken.StrategyId, result.Refusal!.ExistingStrategyId));
    }

    [Fact]
    public async Task A_full_store_refuses_in_words()
    {
        using var few = new GatewayBed(options => options.MaxStrategies = 1);
        await few.Gateway.SubmitAsync(Linear, InW1, default);
        var refusal = (await few.Gateway.SubmitAsync(TagQuery, InW1, default)).Refusal!;
        Assert.Equal("E_STORE_FULL", refusal.Code);
        Assert.Contains("1 strategies are stored", refusal.Message, StringComparison.Ordinal);

        using var small = new GatewayBed(options => options.MaxStoredBytes = 100);
        Assert.Equal("E_STORE_FULL", (await small.Gateway.SubmitAsync(Linear, InW1, default)).Refusal?.Code);
    }

    [Fact]
    public async Task A_submission_that_the_DAG_Manager_cannot_place_is_queued_and_says_so()
    {
        using var bed = new GatewayBed();
        bed.Faults.Fault = new DagManagerFault(TimeSpan.Zero, "connection refused", TagQueriesToo: true);
        var result = await bed.Gateway.SubmitAsync(Linear, InW1, default);
        Assert.Equal($"{result.StrategyId}-sentinel", result.SentinelId);
        Assert.Contains("connection refused", result.QueueProblem, StringComparison.Ordinal);
        Assert.Equal(StrategyState.Queued, await bed.Gateway.StrategyStateAsync(result.StrategyId!, default));
    }

    [Fact]
    public async Task A_strategy_is_catalogued_with_its_family_version_tags_and_time()
    {
        using var bed = new GatewayBed();
        var submitted = await bed.Gateway.SubmitAsync(Envelope("head-1-linear.json", """{"name":"ema","version":"v3"}""", ["w1", "w2"]), new SubmitOptions(), default);
        bed.Time.Advance(TimeSpan.FromHours(1));
        var grouped = await bed.Gateway.SubmitAsync(TagQuery, GatewayBed.In("w2") with { FamilyName = "by hand" }, default);

        var list = (await bed.Catalogue.ListAsync(default)).Strategies;
        Assert.Equal([grouped.StrategyId, submitted.StrategyId], list.Select(strategy => strategy.StrategyId));
        Assert.Equal(("by hand", null, 3), (list[0].Family, list[0].Version, list[0].NodeCount));
        Assert.Equal(("ema", "v3", "ema v3"), (list[1].Family, list[1].Version, list[1].DisplayName));
        Assert.Equal(["w1", "w2"], list[1].WorldIds);
        Assert.Equal(["btc", "indicator", "price", "signal"], list[1].Tags);
        Assert.Equal(bed.Time.GetUtcNow() - TimeSpan.FromHours(1), list[1].SubmittedAt);
        Assert.Equal(list[1], await bed.Catalogue.FindAsync(submitted.StrategyId!, default));

        var read = await bed.Catalogue.ReadDagAsync(submitted.StrategyId!, default);
        Assert.Equal(Linear.Dag!.Nodes.Select(node => node.NodeId), read!.Dag!.Nodes.Select(node => node.NodeId));
        Assert.Null(await bed.Catalogue.ReadDagAsync("none", default));
    }

    [Fact]
    public async Task An_older_DAG_read_again_has_its_ids_verified_with_its_world()
    {
        using var bed = new GatewayBed();
        var submitted = await bed.Gateway.SubmitAsync(ServiceFixtures.Dag("seed-3-branching.json"), GatewayBed.In("crypto_mom_1h"), default);
        Assert.Null(submitted.Refusal);
        Assert.True((await bed.Catalogue.ReadDagAsync(submitted.StrategyId!, default))!.IsValid);
    }

    [Fact]
    public async Task A_worker_moves_a_strategy_only_along_its_states()
    {
        using var bed = new GatewayBed();
        var id = (await bed.Gateway.SubmitAsync(Linear, InW1, default)).StrategyId!;
        Assert.False(await bed.Gateway.AdvanceAsync(id, StrategyEvent.Complete, default));
        Assert.False(await bed.Gateway.AdvanceAsync("none", StrategyEvent.Process, default));
        foreach (var (what, state) in ((StrategyEvent, StrategyState)[])
            [(StrategyEvent.Process, StrategyState.Processing), (StrategyEvent.Fail, StrategyState.Failed), (StrategyEvent.Retry, StrategyState.Processing), (StrategyEvent.Complete, StrategyState.Completed)])
        {
            Assert.True(await bed.Gateway.AdvanceAsync(id, what, default));
            Assert.Equal(state, await bed.Gateway.StrategyStateAsync(id, default));
        }

        Assert.False(await bed.Gateway.AdvanceAsync(id, StrategyEvent.Retry, default));
        Assert.Equal(5, bed.Emitter.Events.Count(each => each.Type == "progress"));
        Assert.Null(await bed.Gateway.StrategyStateAsync("none", default));
    }

    [Fact]
    public void A_wrong_fallback_format_stops_the_start()
    {
        var configuration = new Microsoft.Extensions.Configuration.ConfigurationManager { ["Gateway:FallbackSentinelFormat"] = "octal" };
        var services = new Microsoft.Extensions.DependencyInjection.ServiceCollection();
        services.AddGateway(configuration);
        using var provider = Microsoft.Extensions.DependencyInjection.ServiceCollectionContainerBuilderExtensions.BuildServiceProvider(services);
        var options = (IOptions<GatewayOptions>)provider.GetService(typeof(IOptions<GatewayOptions>))!;
        var wrong = Assert.Throws<OptionsValidationException>(() => options.Value);
        Assert.Contains("octal", Assert.Single(wrong.Failures), StringComparison.Ordinal);
    }

    private static DagDocument Envelope(string dagFile, string meta, string[] worlds, uint? checksum = null)
    {
        var dag = ServiceFixtures.Bytes($"contracts/dags/{dagFile}");
        return GatewayBed.Read(
            $$"""{"dag_json":"{{Convert.ToBase64String(dag)}}","meta":{{meta}},"node_ids_crc32":{{checksum ?? DagReader.Read(dag).Dag!.SubmissionChecksum}},"world_ids":{{JsonSerializer.Serialize(worlds)}}}""");
    }
}
