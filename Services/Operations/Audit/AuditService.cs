using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Qmtl.Operations.Audit.Index;
using Qmtl.Operations.Audit.Spool;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit;

/// <summary>What the audit does by itself: writes the counts of denials and what waits in the spool, and keeps the index up.</summary>
internal sealed class AuditService(AuditLog audit, AuditSpool spool, AuditIndex index, DenialCounter denials, TimeProvider time, ILogger<AuditService> log) : BackgroundService
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await BeatAsync(force: true, CancellationToken.None);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Beat, time);
        try
        {
            do
            {
                await BeatAsync(force: false, stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task BeatAsync(bool force, CancellationToken cancellation)
    {
        var due = denials.Due(force);
        try
        {
            await audit.StoreAsync(due, cancellation);
        }
        catch (AuditUnavailableException problem)
        {
            log.LogWarning("Counts of denials go to the spool: {Problem}", problem.Message);
            try
            {
                await spool.AppendAsync(due, cancellation);
            }
            catch (AuditUnavailableException full)
            {
                log.LogError("{Count} counts of denials are lost: {Problem}", due.Count, full.Message);
            }
        }

        if (spool.Count > 0) await spool.ReplayAsync(cancellation);
        if (force) return;
        try
        {
            await index.CatchUpAsync(cancellation);
        }
        catch (AuditUnavailableException)
        {
            // Queries say so themselves.
        }
    }
}
