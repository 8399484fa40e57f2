using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Sandbox.Samples;
using Qmtl.Shared.Control;
using Qmtl.Shared.NodeIds;
using Qmtl.WorldService;

namespace Qmtl.Sandbox.Activity;

/// <summary>What happens in the sandbox, one small thing at a time. The same seed and clock give the same story.</summary>
internal sealed class SandboxActivity(
    SandboxLoader loader,
    IStrategyWorker worker,
    IDagManager dagManager,
    IWorldService worlds,
    IControlEmitter emitter,
    SandboxClock clock,
    IOptions<SandboxOptions> options)
{
    private const int FirstNewVersion = 8;

    private static readonly (string[] Tags, long Interval)[] WatchedTags =
    [
        (["btc", "price"], Quant.Minute),
        (["eth", "returns"], Quant.Minute),
        (["btc", "indicator", "momentum"], Quant.Minute),
        (["btc", "funding"], Quant.EightHours),
        (["momentum"], Quant.Minute),
    ];

    private readonly SandboxOptions _options = options.Value;
    private readonly Random _random = new(options.Value.Seed);
    private readonly Dictionary<string, double> _weights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _activations = new(StringComparer.Ordinal);
    private readonly List<SubmittedSample> _samples = [];
    private readonly Queue<(SubmittedSample Sample, StrategyEvent What)> _due = new();
    private int _policyVersion = 1;
    private int _newVersions;

    /// <summary>Takes over what was loaded. Call once, before the first step.</summary>
    public void Begin(IReadOnlyList<SubmittedSample> loaded)
    {
        foreach (var sample in loaded) Follow(sample);
    }

    /// <summary>How long until the next thing happens.</summary>
    public TimeSpan NextPause() =>
        _options.ShortestPause + (_options.LongestPause - _options.ShortestPause) * _random.NextDouble();

    /// <summary>Lets one thing happen.</summary>
    public Task StepAsync(CancellationToken cancellation) => _random.Next(100) switch
    {
        < 30 => ReweighAsync(cancellation),
        < 60 => ActivateAsync(cancellation),
        < 80 => TellQueuesAsync(cancellation),
        < 92 => TakeOnAsync(cancellation),
        < 96 => ChangePolicyAsync(cancellation),
        _ => SubmitNextAsync(cancellation),
    };

    private void Follow(SubmittedSample sample)
    {
        _samples.Add(sample);
        if (sample.Sample.Weight is { } weight) _weights[sample.SentinelId] = weight;
        if (sample.Sample.Fate == SampleFate.Waits)
        {
            _due.Enqueue((sample, StrategyEvent.Process));
            _due.Enqueue((sample, StrategyEvent.Complete));
        }
    }

    /// <summary>A canary step: the newest version takes a little from the one before, or gives it back.</summary>
    private async Task ReweighAsync(CancellationToken cancellation)
    {
        var canaries = _samples.Where(sample => _weights.ContainsKey(sample.SentinelId)).TakeLast(2).ToList();
        if (canaries.Count < 2) return;
        var newer = Math.Clamp(Math.Round(_weights[canaries[1].SentinelId] + (_random.Next(4) == 0 ? -0.05 : 0.05), 2), 0, 1);
        await WeighAsync(canaries[1], newer, cancellation);
        await WeighAsync(canaries[0], Math.Round(1 - newer, 2), cancellation);
    }

    private async Task WeighAsync(SubmittedSample sample, double weight, CancellationToken cancellation)
    {
        _weights[sample.SentinelId] = weight;
        await emitter.EmitAsync(
            DagManagerEvents.SentinelWeightUpdated(sample.SentinelId, weight, sample.Sample.Version, sample.Sample.Worlds[0], clock.GetUtcNow()), cancellation);
    }

    private async Task ActivateAsync(CancellationToken cancellation)
    {
        var done = _samples.Where(sample => sample.Sample.Fate == SampleFate.Completed).ToList();
        if (done.Count == 0) return;
        var sample = done[_random.Next(done.Count)];
        var worldId = sample.Sample.Worlds[0];
        if (await worlds.FindAsync(worldId, cancellation) is not { } world) return;
        var version = _activations[worldId] = _activations.GetValueOrDefault(worldId) + 1;
        var side = _random.Next(3) == 0 ? "short" : "long";
        var active = _random.Next(6) != 0;
        var weight = active ? Math.Round(0.1 + 0.9 * _random.NextDouble(), 2) : 0;
        var run = string.Create(CultureInfo.InvariantCulture, $"run-{worldId}-{version}");
        var state = Blake3.HashHex(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{run}:{sample.StrategyId}:{side}:{weight}")));
        await emitter.EmitAsync(
            WorldServiceEvents.ActivationUpdated(
                new Activation(worldId, sample.StrategyId, side, active, weight, world.EffectiveMode, run, version, NodeIdentity.NewerPrefix + state),
                clock.GetUtcNow()),
            cancellation);
    }

    private async Task TellQueuesAsync(CancellationToken cancellation)
    {
        var (tags, interval) = WatchedTags[_random.Next(WatchedTags.Length)];
        var queues = await dagManager.QueuesByTagAsync(tags, interval, TagMatch.Any, cancellation);
        await emitter.EmitAsync(DagManagerEvents.QueueUpdated(tags, interval, queues, TagMatch.Any, clock.GetUtcNow()), cancellation);
    }

    /// <summary>A worker takes the next waiting strategy one state on.</summary>
    private async Task TakeOnAsync(CancellationToken cancellation)
    {
        if (_due.TryDequeue(out var next)) await worker.AdvanceAsync(next.Sample.StrategyId, next.What, cancellation);
    }

    private async Task ChangePolicyAsync(CancellationToken cancellation)
    {
        var all = await worlds.ListAsync(cancellation);
        if (all.Count == 0) return;
        var worldId = all[_random.Next(all.Count)].WorldId;
        var version = ++_policyVersion;
        var checksum = Blake3.HashHex(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{worldId}:{version}")));
        await emitter.EmitAsync(WorldServiceEvents.PolicyUpdated(worldId, version, NodeIdentity.NewerPrefix + checksum, clock.GetUtcNow()), cancellation);
    }

    private async Task SubmitNextAsync(CancellationToken cancellation)
    {
        if (_newVersions >= _options.MaxNewVersions) return;
        var sample = SampleStrategies.NextMomentum(FirstNewVersion + _newVersions++);
        Follow(await loader.SubmitAsync(sample, clock.GetUtcNow(), cancellation));
    }
}
