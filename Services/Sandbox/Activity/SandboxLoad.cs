using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Qmtl.DagManager;
using Qmtl.Shared.Control;
using Qmtl.WorldService;

namespace Qmtl.Sandbox.Activity;

/// <summary>
/// Control events at a steady rate, when <c>Sandbox:EventsPerSecond</c> asks for them: to see what a busy bus looks like, and whether a client keeps up.
/// They are of worlds, strategies and sentinels whose names begin with <c>load-</c>, so that nobody takes them for those of the samples.
/// </summary>
internal sealed class SandboxLoad(IControlEmitter emitter, ISandboxActivity held, SandboxClock clock, IOptions<SandboxOptions> options) : BackgroundService
{
    private const int Keys = 200;
    private const int Worlds = 5;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);
    private static readonly IReadOnlyList<QueueDescriptor> Queues = [new("load-queue", false)];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var rate = options.Value.EventsPerSecond;
        if (rate == 0) return;
        using var timer = new PeriodicTimer(Beat, clock);
        var last = clock.GetTimestamp();
        var (due, number) = (0.0, 0L);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                // By the time that went by, so that a late beat is made up for.
                due += clock.GetElapsedTime(last).TotalSeconds * rate;
                last = clock.GetTimestamp();
                if (held.State.IsPaused) due = 0;
                for (; due >= 1; due--) await emitter.EmitAsync(Make(number++), stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    private ControlEvent Make(long number)
    {
        var now = clock.GetUtcNow();
        var key = (int)(number % Keys);
        var round = number / Keys;
        var world = Named("world", key % Worlds);
        // Each round another value: nothing is a repeat.
        var weight = Math.Round((round * 7 + key) % 101 / 100.0, 2);
        return (key % 10) switch
        {
            < 6 => WorldServiceEvents.ActivationUpdated(
                new Activation(world, Named("strategy", key), "long", weight > 0, weight, "paper", Named("run", round), (int)(round % int.MaxValue), string.Create(CultureInfo.InvariantCulture, $"load:{number:x16}")), now),
            < 9 => DagManagerEvents.SentinelWeightUpdated(Named("sentinel", key), weight, "v1", world, now),
            _ => DagManagerEvents.QueueUpdated(["load", Named("tag", key)], 60, Queues, TagMatch.Any, now),
        };
    }

    private static string Named(string what, long number) => string.Create(CultureInfo.InvariantCulture, $"load-{what}-{number}");
}
