using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Qmtl.ControlBus;
using Qmtl.ControlBus.Sources;
using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Sandbox;
using Qmtl.Sandbox.Activity;
using Qmtl.Sandbox.Samples;
using Qmtl.Shared.Control;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Health;
using Qmtl.WorldService;

namespace Qmtl.Tests.Unit.Services;

public sealed class SandboxTests
{
    private static ServiceProvider Compose(ManualTime time, string? seed = null, Action<SandboxOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        services.AddSandbox(new ConfigurationManager { ["Sandbox:Seed"] = seed });
        if (configure is not null) services.Configure(configure);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    [Fact]
    public void Every_sample_is_a_valid_submission()
    {
        Assert.InRange(SampleStrategies.All.Count, 18, 26);
        foreach (var sample in SampleStrategies.All.Append(SampleStrategies.NextMomentum(8)))
        {
            var document = DagReader.Read(sample.Envelope(DateTimeOffset.UnixEpoch));
            Assert.True(document.IsValid, $"{sample.Family} {sample.Version}: {string.Join('\n', document.Findings.Where(finding => finding.Severity == FindingSeverity.Error))}");
            Assert.Equal(sample.Generation, document.Dag!.Generation);
            Assert.Equal(sample.Weight, document.Dag.Sentinel?.Weight);
        }
    }

    [Fact]
    public async Task The_sandbox_holds_what_a_newcomer_should_see()
    {
        var time = new ManualTime();
        await using var provider = Compose(time);
        await provider.GetRequiredService<SandboxLoader>().LoadAsync(default);

        var strategies = (await provider.GetRequiredService<IStrategyCatalogue>().ListAsync(default)).Strategies;
        Assert.Equal(SampleStrategies.All.Count, strategies.Count);
        Assert.Equal(["v7", "v6", "v5"], strategies.Where(strategy => strategy.Family == "momentum").Select(strategy => strategy.Version));
        Assert.Equal(400, Assert.Single(strategies, strategy => strategy.NodeCount > 60).NodeCount);
        Assert.Equal(60, strategies.Single(strategy => strategy.Family == "risk_parity_blend").NodeCount);
        Assert.Equal(3, strategies.Min(strategy => strategy.NodeCount));
        Assert.True(strategies.SelectMany(strategy => strategy.WorldIds).Distinct().Count() >= 5);
        Assert.Equal(Enum.GetValues<StrategyState>(), strategies.Select(strategy => strategy.State).Distinct().Order());
        Assert.Contains(strategies, strategy => strategy.Family is null);
        Assert.All(strategies, strategy => Assert.InRange(time.GetUtcNow() - strategy.SubmittedAt, TimeSpan.Zero, TimeSpan.FromDays(15)));
        Assert.Equal(strategies.OrderByDescending(strategy => strategy.SubmittedAt), strategies);
        Assert.True((await provider.GetRequiredService<IWorldService>().ListAsync(default)).Count >= 4);

        var catalogue = provider.GetRequiredService<IStrategyCatalogue>();
        var shared = 0;
        var tagQueries = 0;
        foreach (var strategy in strategies)
        {
            var document = await catalogue.ReadDagAsync(strategy.StrategyId, default);
            Assert.True(document!.IsValid, strategy.DisplayName);
            var sharers = await catalogue.SharersAsync([.. document.Dag!.Nodes.Select(node => node.NodeId)], default);
            if (sharers.Values.Any(ids => ids.Count > 1)) shared++;
            tagQueries += document.Dag.Nodes.Count(node => node.IsTagQuery);
        }

        Assert.True(shared >= 10);
        Assert.True(tagQueries >= 4);
    }

    [Fact]
    public async Task Tag_queries_of_the_samples_find_queues()
    {
        await using var provider = Compose(new ManualTime());
        await provider.GetRequiredService<SandboxLoader>().LoadAsync(default);
        var catalogue = provider.GetRequiredService<IStrategyCatalogue>();
        var meta = (await catalogue.ListAsync(default)).Strategies.Single(strategy => strategy.Family == "momentum_meta");
        var document = await catalogue.ReadDagAsync(meta.StrategyId, default);
        var answer = await provider.GetRequiredService<IGateway>().DryRunAsync(document!, new SubmitOptions { WorldIds = meta.WorldIds }, default);
        Assert.Equal(DryRunSource.Diff, answer.Source);
        Assert.Equal(2, answer.TagQueues.Count);
        Assert.All(answer.TagQueues.Values, queues => Assert.NotEmpty(queues));
        Assert.All(answer.Nodes, node => Assert.Equal(NodeDisposition.Reused, node.Disposition));
    }

    [Fact]
    public async Task The_same_seed_tells_the_same_story_and_another_seed_another()
    {
        var first = await StoryAsync("11");
        Assert.Equal(first, await StoryAsync("11"));
        Assert.NotEqual(first, await StoryAsync("12"));
    }

    [Fact]
    public async Task Activity_is_told_in_the_shapes_of_the_bus_and_stays_within_its_bounds()
    {
        var time = new ManualTime();
        await using var provider = Compose(time, "3", options => options.MaxNewVersions = 2);
        var activity = provider.GetRequiredService<SandboxActivity>();
        activity.Begin(await provider.GetRequiredService<SandboxLoader>().LoadAsync(default));
        var catalogue = provider.GetRequiredService<IStrategyCatalogue>();
        var feed = provider.GetRequiredService<IControlFeed>();
        var loaded = feed.Status.Received;
        for (var i = 0; i < 600; i++)
        {
            time.Advance(activity.NextPause());
            await activity.StepAsync(default);
        }

        var events = feed.Recent(10_000).Where(each => each.Sequence > loaded).ToList();
        string[] expected = ["activation_updated", "policy_updated", "progress", "queue_updated", "sentinel_weight_updated"];
        Assert.Equal(expected, events.Select(each => each.Type).Distinct().Order(StringComparer.Ordinal));
        foreach (var each in events)
        {
            using var data = JsonDocument.Parse(each.DataJson);
            if (each.Type == "sentinel_weight_updated") Assert.InRange(data.RootElement.GetProperty("weight").GetDouble(), 0, 1);
            if (each.Type == "activation_updated") Assert.Equal(each.WorldId, data.RootElement.GetProperty("world_id").GetString());
            if (each.Type == "queue_updated") Assert.NotEqual(0, data.RootElement.GetProperty("queues").GetArrayLength());
        }

        var strategies = (await catalogue.ListAsync(default)).Strategies;
        Assert.Equal(SampleStrategies.All.Count + 2, strategies.Count);
        Assert.True(strategies.Count(strategy => strategy.State == StrategyState.Queued) >= 3);
        Assert.Equal(1, strategies.Count(strategy => strategy.State == StrategyState.Failed));
    }

    [Fact]
    public async Task The_service_fills_the_sandbox_before_the_start_ends_and_acts_on_the_clock()
    {
        var time = new ManualTime();
        await using var provider = Compose(time);
        var service = provider.GetServices<IHostedService>().OfType<SandboxService>().Single();
        await service.StartAsync(default);
        var feed = provider.GetRequiredService<IControlFeed>();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var loaded = feed.Status.Received;
        Assert.NotEmpty((await provider.GetRequiredService<IStrategyCatalogue>().ListAsync(default)).Strategies);

        var subscription = feed.SubscribeAsync(stop.Token);
        while (feed.Status.Received == loaded && !stop.IsCancellationRequested)
        {
            if (time.Waiting > 0) time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        await using var reader = subscription.GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        await service.StopAsync(default);
    }

    [Fact]
    public async Task Without_activity_the_picture_stands_still()
    {
        var time = new ManualTime();
        await using var provider = Compose(time, configure: options => options.Activity = false);
        var service = provider.GetServices<IHostedService>().OfType<SandboxService>().Single();
        await service.StartAsync(default);
        await service.ExecuteTask!;
        Assert.Equal(0, time.Waiting);
    }

    [Fact]
    public async Task Each_part_tells_its_health_and_that_it_is_a_sandbox()
    {
        await using var provider = Compose(new ManualTime());
        await provider.GetRequiredService<SandboxLoader>().LoadAsync(default);
        var sources = provider.GetServices<IHostedService>().OfType<SourceRunner>().Single();
        await sources.StartAsync(default);
        var feed = provider.GetRequiredService<ILiveFeed>();
        Assert.True(SpinWait.SpinUntil(() => feed.Sources is [{ State: SourceState.Reading }], TimeSpan.FromSeconds(30)));
        var readings = await Task.WhenAll(provider.GetServices<IDependencyProbe>().Select(probe => probe.ReadAsync(default)));
        Assert.Equal(["ControlBus", "DAG Manager", "Gateway", "Graph store", "Sandbox activity", "WorldService"], readings.Select(reading => reading.Name).Order(StringComparer.Ordinal));
        Assert.All(readings, reading => Assert.Equal((DependencyState.Ok, "in process (sandbox)"), (reading.State, reading.Source)));
        Assert.All(readings, reading => Assert.NotNull(reading.Latency));

        provider.GetRequiredService<FaultableDagManager>().Fault = new DagManagerFault(TimeSpan.Zero, "drill", TagQueriesToo: true);
        var broken = await Task.WhenAll(provider.GetServices<IDependencyProbe>().Select(probe => probe.ReadAsync(default)));
        Assert.Equal(["DAG Manager", "Graph store"], broken.Where(reading => reading.State == DependencyState.Broken).Select(reading => reading.Name).Order(StringComparer.Ordinal));
        await sources.StopAsync(default);
    }

    [Fact]
    public void A_wrong_seed_stops_the_start()
    {
        using var provider = Compose(new ManualTime(), "seven");
        var wrong = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<SandboxOptions>>().Value);
        Assert.Contains("seven", Assert.Single(wrong.Failures), StringComparison.Ordinal);
    }

    private static async Task<string> StoryAsync(string seed)
    {
        var time = new ManualTime();
        await using var provider = Compose(time, seed);
        var activity = provider.GetRequiredService<SandboxActivity>();
        activity.Begin(await provider.GetRequiredService<SandboxLoader>().LoadAsync(default));
        for (var i = 0; i < 120; i++)
        {
            time.Advance(activity.NextPause());
            await activity.StepAsync(default);
        }

        return JsonSerializer.Serialize(new
        {
            strategies = (await provider.GetRequiredService<IStrategyCatalogue>().ListAsync(default)).Strategies,
            events = provider.GetRequiredService<IControlFeed>().Recent(10_000),
        });
    }
}
