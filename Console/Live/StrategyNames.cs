using System.Collections.Frozen;
using Qmtl.Gateway;

namespace Qmtl.Console.Live;

/// <summary>Names of strategies by the id of strategy and of sentinel, read in the background so that an event never waits for them.</summary>
public sealed class StrategyNames(IServiceProvider services, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>The names as last read; empty before the first reading and without a catalogue.</summary>
    public IReadOnlyDictionary<string, string> Current { get; private set; } = FrozenDictionary<string, string>.Empty;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (services.GetService<IStrategyCatalogue>() is not { } service) return;
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                var read = await service.ListAsync(stoppingToken);
                Current = read.Strategies
                    .SelectMany(strategy => new[] { (Id: strategy.StrategyId, Name: strategy.DisplayName), (Id: strategy.SentinelId, Name: strategy.DisplayName) })
                    .Where(pair => pair.Id.Length > 0).DistinctBy(pair => pair.Id).ToFrozenDictionary(pair => pair.Id, pair => pair.Name, StringComparer.Ordinal);
            }
#pragma warning disable CA1031 // Names are a help: without them ids are shown, and the health strip tells of the catalogue.
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                // The old names stay.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(tick => tick.IsCompletedSuccessfully && tick.Result, TaskScheduler.Default));
    }
}
