using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;
using Qmtl.Operations.ReadOnly;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations;

/// <summary>
/// Looks at the store every few seconds: closes windows, tells of those that close soon, marks jobs whose lease ran out as interrupted, and tells
/// this process what other consoles did. It executes nothing.
/// </summary>
internal sealed partial class RailWatch(
    PlanDocuments plans, JobDocuments jobs, ReadOnlySwitch readOnly, RailAudit audit, RailFeed feed,
    IOptions<OperationsOptions> options, TimeProvider time, ILogger<RailWatch> logger) : BackgroundService
{
    private readonly OperationsOptions _options = options.Value;
    private readonly SeenVersions _plans = new();
    private readonly SeenVersions _jobs = new();

    /// <summary>One look. Public for tests, which have no patience.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await readOnly.RefreshAsync(cancellation);
        await SettleJobsAsync(cancellation);
        await SettlePlansAsync(cancellation);
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first request: a console that was made read-only stays so through its restart.
        await readOnly.RefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(_options.WatchEvery, time, stoppingToken);
                await LookAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                LogMissed(logger, problem);
            }
        }
    }

    private async Task SettleJobsAsync(CancellationToken cancellation)
    {
        foreach (var job in await jobs.SettleAsync(_options.MaxWatched, cancellation))
        {
            if (await plans.FindHeadAsync(job.Job.PlanId, cancellation) is not { } head) continue;
            await audit.TellAsync([new JobRecords(audit, head.Plan, Caller.Console).OfJob(AuditPhase.Event, "job.interrupted", "unknown", job.Job.Counts, $"{job.Job.InFlight} in flight. {job.Job.Note}")]);
        }

        var live = await jobs.ListAsync([StoredJob.LiveLabel], null, _options.MaxWatched, cancellation);
        foreach (var id in _jobs.Changed([.. live.Select(job => (job.Job.Id, job.Job.Version))]))
        {
            if ((live.FirstOrDefault(job => job.Job.Id == id) ?? await jobs.FindAsync(id, cancellation)) is { } job) feed.Tell(job.Job);
        }
    }

    private async Task SettlePlansAsync(CancellationToken cancellation)
    {
        var open = (await plans.ListAsync([StoredPlan.OpenLabel], null, _options.MaxWatched, cancellation)).ToList();
        for (var at = 0; at < open.Count; at++) open[at] = await SettleAsync(open[at], cancellation) ?? open[at];
        foreach (var id in _plans.Changed([.. open.Select(stored => (stored.Plan.Id, stored.Plan.Version))]))
        {
            if ((open.FirstOrDefault(stored => stored.Plan.Id == id) ?? await plans.FindHeadAsync(id, cancellation)) is { } stored) feed.Tell(stored.Plan, PlanNews.None);
        }
    }

    /// <summary>The plan as it was stored anew; null when nothing was due, or somebody else was faster.</summary>
    private async Task<StoredPlan?> SettleAsync(StoredPlan stored, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var standing = PlanRules.At(stored.Plan, now);
        if (standing.State == PlanState.Expired)
        {
            if (await plans.ChangeAsync(stored with { Plan = standing }, [], cancellation) is not { } expired) return null;
            await audit.TellAsync([audit.About(standing, Caller.Console, AuditPhase.Event, "plan.expired", "done") with { Detail = standing.Closed?.Note }]);
            feed.Tell(expired.Plan, PlanNews.Expired);
            return expired;
        }

        if (PlanRules.Deadline(stored.Plan) is not { } deadline || deadline - now > _options.WarnBefore || stored.Warned == deadline) return null;
        if (await plans.ChangeAsync(stored with { Warned = deadline }, [], cancellation) is not { } warned) return null;
        feed.Tell(warned.Plan, PlanNews.ClosesSoon);
        return warned;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store of plans and jobs did not answer.")]
    private static partial void LogMissed(ILogger logger, Exception problem);

    /// <summary>What was there at the last look; bounded by how many are looked at.</summary>
    private sealed class SeenVersions
    {
        private Dictionary<string, long>? _seen;

        /// <summary>Ids that are new, changed, or not there any more. None at the first look.</summary>
        public IReadOnlyList<string> Changed(IReadOnlyList<(string Id, long Version)> now)
        {
            var before = _seen;
            _seen = now.ToDictionary(pair => pair.Id, pair => pair.Version, StringComparer.Ordinal);
            if (before is null) return [];
            return [.. now.Where(pair => before.GetValueOrDefault(pair.Id) != pair.Version).Select(pair => pair.Id), .. before.Keys.Where(id => !_seen.ContainsKey(id))];
        }
    }
}
