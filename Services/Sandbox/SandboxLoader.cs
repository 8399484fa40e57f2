using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Qmtl.Gateway;
using Qmtl.Sandbox.Samples;
using Qmtl.Shared.Dags;
using Qmtl.WorldService.InMemory;

namespace Qmtl.Sandbox;

/// <summary>A sample that was submitted.</summary>
/// <param name="Sample">What was submitted.</param>
/// <param name="StrategyId">The id it got.</param>
/// <param name="SentinelId">Its sentinel.</param>
internal sealed record SubmittedSample(SampleStrategy Sample, string StrategyId, string SentinelId);

/// <summary>Fills the sandbox: worlds, then the sample strategies through the Gateway, each at its own time in the past.</summary>
internal sealed partial class SandboxLoader(
    InMemoryWorldService worlds,
    IGateway gateway,
    IStrategyWorker worker,
    SandboxClock clock,
    IOptions<SandboxOptions> options,
    ILogger<SandboxLoader> logger)
{
    private readonly Lock _gate = new();
    private readonly SeededIds _ids = new(options.Value.Seed);
    private Task<IReadOnlyList<SubmittedSample>>? _loading;

    /// <summary>Loads once; a second call answers what the first loaded.</summary>
    public Task<IReadOnlyList<SubmittedSample>> LoadAsync(CancellationToken cancellation)
    {
        lock (_gate) return _loading ??= FillAsync(cancellation);
    }

    /// <summary>Submits one sample at a moment, as a submitting machine would.</summary>
    /// <exception cref="InvalidOperationException">The Gateway refused it: the sample is wrong.</exception>
    public Task<SubmittedSample> SubmitAsync(SampleStrategy sample, DateTimeOffset at, CancellationToken cancellation) =>
        SubmitAsync(sample, DagReader.Read(sample.Envelope(at)), at, cancellation);

    private Task<SubmittedSample> SubmitAsync(SampleStrategy sample, DagDocument document, DateTimeOffset at, CancellationToken cancellation) =>
        clock.At(at, _ids.Next(), async () =>
        {
            var result = await gateway.SubmitAsync(document, new SubmitOptions(), cancellation);
            if (result.StrategyId is null || result.QueueProblem is not null)
            {
                throw new InvalidOperationException($"Sample {sample.Family} {sample.Version} was not taken: {result.Refusal?.Code} {result.Refusal?.Message} {result.QueueProblem}");
            }

            return new SubmittedSample(sample, result.StrategyId, result.SentinelId!);
        });

    private async Task<IReadOnlyList<SubmittedSample>> FillAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var now = clock.GetUtcNow();
        foreach (var world in SandboxWorlds.At(now)) worlds.Put(world);

        // Writing and reading the documents is most of the work and does not depend on the order; submitting does.
        var documents = SampleStrategies.All.AsParallel().AsOrdered().WithCancellation(cancellation)
            .Select(sample => (Sample: sample, At: now - sample.Age, Document: DagReader.Read(sample.Envelope(now - sample.Age))));
        var submitted = new List<SubmittedSample>(SampleStrategies.All.Count);
        foreach (var (sample, at, document) in documents)
        {
            var one = await SubmitAsync(sample, document, at, cancellation);
            submitted.Add(one);
            await TakeOnAsync(one, at, cancellation);
        }

        LogLoaded(logger, submitted.Count, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        return submitted;
    }

    /// <summary>What a worker did with it in the past.</summary>
    private async Task TakeOnAsync(SubmittedSample one, DateTimeOffset submittedAt, CancellationToken cancellation)
    {
        StrategyEvent[] path = one.Sample.Fate switch
        {
            SampleFate.Processing => [StrategyEvent.Process],
            SampleFate.Completed => [StrategyEvent.Process, StrategyEvent.Complete],
            SampleFate.Failed => [StrategyEvent.Process, StrategyEvent.Fail],
            _ => [],
        };
        var at = submittedAt;
        foreach (var step in path)
        {
            at += TimeSpan.FromSeconds(40);
            await clock.At(at, null, () => worker.AdvanceAsync(one.StrategyId, step, cancellation));
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The sandbox holds {Strategies} strategies, loaded in {Milliseconds:0} ms.")]
    private static partial void LogLoaded(ILogger logger, int strategies, double milliseconds);
}
