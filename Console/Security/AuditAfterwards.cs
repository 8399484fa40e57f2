using Qmtl.Operations.Audit;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security;

/// <summary>
/// Records what has happened already and stays so: a denial, which the audit aggregates, or the outcome of something small. Where the audit cannot be
/// written it waits in the spool; where that cannot be either, the process's own log says so.
/// </summary>
public sealed class AuditAfterwards(IServiceProvider services, ILogger<AuditAfterwards> log)
{
    /// <summary>Records it. Never throws.</summary>
    public async ValueTask RecordAsync(AuditRecord record, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(record);
        try
        {
            // Asked for late: what the audit depends on may itself ask who may do something.
            if (services.GetService<IAuditLog>() is not { } audit) return;
            try
            {
                await audit.AppendAsync([record], cancellation);
            }
            catch (AuditUnavailableException) when (services.GetService<IAuditSpool>() is { } spool)
            {
                await spool.AppendAsync([record], CancellationToken.None);
            }
        }
#pragma warning disable CA1031 // It happened all the same.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            log.LogError(exception, "This could not be recorded: {Actor} from {Address}, {Action} on {Target}, {Outcome}: {Detail}", record.Actor, record.Address, record.Action, record.Target, record.Outcome, record.Detail);
        }
    }
}
