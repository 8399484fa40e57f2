namespace Qmtl.Console.DryRuns;

/// <summary>Drops expired dry-run results also while nobody makes new ones.</summary>
public sealed class DryRunSweeper(DryRunStore store, TimeProvider time, ILogger<DryRunSweeper> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(10), time);
        do
        {
            try
            {
                await Task.Run(store.Evict, stoppingToken);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                log.LogWarning(error, "Cannot sweep the dry-run results");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
