using Microsoft.Extensions.Options;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Jobs;

/// <summary>Reads and steers jobs. What is asked of a job goes through the store, so that it does not matter which console holds it.</summary>
internal sealed class JobEngine : IJobs
{
    private const int MaxTries = 20;

    private readonly JobDocuments _jobs;
    private readonly PlanDocuments _plans;
    private readonly JobHost _host;
    private readonly RailAudit _audit;
    private readonly RailGuard _guard;
    private readonly OperationCatalogue _catalogue;
    private readonly RailFeed _feed;
    private readonly OperationsOptions _options;
    private readonly TimeProvider _time;

    public JobEngine(
        JobDocuments jobs, PlanDocuments plans, JobHost host, RailAudit audit, RailGuard guard, OperationCatalogue catalogue, RailFeed feed,
        IOptions<OperationsOptions> options, TimeProvider time)
    {
        (_jobs, _plans, _host, _audit, _guard, _catalogue, _feed, _options, _time) = (jobs, plans, host, audit, guard, catalogue, feed, options.Value, time);
        _feed.JobChanged += job => Changed?.Invoke(job);
    }

    public event Action<Job>? Changed;

    public async Task<Job?> FindAsync(Caller caller, string jobId, CancellationToken cancellation)
    {
        await _guard.RequireAsync(caller, Permissions.JobsRead, null, jobId, cancellation);
        return await _jobs.FindAsync(jobId, cancellation) is { } found && _guard.MaySee(caller, found.Scope) ? found.Job : null;
    }

    public async Task<JobPage> ListAsync(Caller caller, JobQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        await _guard.RequireAsync(caller, Permissions.JobsRead, null, "jobs", cancellation);
        List<string> labels = query.PlanId is { } planId ? [StoredJob.PlanLabel(planId)] : [];
        // A job whose lease has just run out still carries the label of its old state, so live states are looked through together.
        if (query.States.Count > 0 && query.States.All(StoredJob.IsLive)) labels.Add(StoredJob.LiveLabel);
        else if (query.States.Count == 1) labels.Add(StoredJob.StateLabel(query.States[0]));
        var page = await Pages.ReadAsync(
            (after, count) => _jobs.ListAsync(labels, after, count, cancellation),
            job => (job.Write().Order, job.Job.Id),
            job => (query.States.Count == 0 || query.States.Contains(job.Job.State)) && _guard.MaySee(caller, job.Scope),
            query.After,
            query.Limit);
        return new([.. page.Found.Select(job => job.Job)], page.Next);
    }

    public async Task<IReadOnlyList<JobItem>> ItemsAsync(Caller caller, string jobId, JobItemState? state, int from, int count, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        await _guard.RequireAsync(caller, Permissions.JobsRead, null, jobId, cancellation);
        if (await _jobs.FindAsync(jobId, cancellation) is not { } job || !_guard.MaySee(caller, job.Scope)) return [];
        if (await _plans.FindHeadAsync(job.Job.PlanId, cancellation) is not { } head) return [];
        return await _jobs.ItemsAsync(job, (await _plans.WithItemsAsync(head, cancellation)).Plan, state, from, Math.Min(count, Pages.MaxLimit), cancellation);
    }

    public Task<Job> PauseAsync(Caller caller, string jobId, CancellationToken cancellation) =>
        WishAsync(caller, jobId, "job.pause", JobWish.Pause, $"Paused by {caller.Name}.", cancellation);

    public async Task<Job> CancelAsync(Caller caller, string jobId, string reason, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > _options.MaxReason)
        {
            throw await _audit.DenyAsync(caller, "job.cancel", jobId, null, PlanInput.Reason(reason, _options)!);
        }

        return await WishAsync(caller, jobId, "job.cancel", JobWish.Cancel, $"Cancelled by {caller.Name}: {reason.Trim()}", cancellation);
    }

    public async Task<Job> ResumeAsync(Caller caller, string jobId, CancellationToken cancellation)
    {
        var (job, plan) = await NeedAsync(caller, jobId, "job.resume", halts: false, cancellation);
        if (job.Job.State is not (JobState.Paused or JobState.Interrupted)) throw await DenyAsync(caller, "job.resume", job, $"Job {jobId} is {Word(job.Job.State)}{(job.Job.Owner is { } owner ? $" on {owner}" : "")}; only a paused or interrupted one is resumed.");
        return await TakeAsync(caller, "job.resume", job, plan, JobStart.Resumed, "", cancellation);
    }

    private async Task<Job> WishAsync(Caller caller, string jobId, string action, JobWish wish, string note, CancellationToken cancellation)
    {
        var (job, plan) = await NeedAsync(caller, jobId, action, halts: true, cancellation);
        var intended = false;
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var state = job.Job.State;
            if (wish == JobWish.Pause && state == JobState.Paused) return job.Job;
            if (!StoredJob.IsLive(state) || (wish == JobWish.Pause && state == JobState.Interrupted)) throw await DenyAsync(caller, action, job, $"Job {jobId} is {Word(state)}; {(wish == JobWish.Pause ? "only a running or waiting one is paused" : "it has ended")}.");
            if (!StoredJob.IsHeld(state)) return await TakeAsync(caller, action, job, plan, JobStart.Closing, note, cancellation);
            if (!intended) await IntendAsync(caller, action, plan, note, cancellation);
            intended = true;
            if (await _jobs.ChangeAsync(job with { Wish = wish, WishNote = note }, cancellation) is not null)
            {
                _host.Nudge(jobId, wish, note);
                await _audit.TellAsync([_audit.About(plan, caller, AuditPhase.Outcome, action, "done") with { Detail = note }]);
                await Task.WhenAny(_host.EndOf(jobId), Task.Delay(_options.ExecuteWait, _time, cancellation));
                job = await _jobs.FindAsync(jobId, cancellation) ?? job;
                // It came to stand for another reason at the same moment: then it is ended from here.
                if (wish == JobWish.Cancel && StoredJob.IsLive(job.Job.State) && !StoredJob.IsHeld(job.Job.State)) continue;
                return job.Job;
            }

            job = await _jobs.FindAsync(jobId, cancellation) ?? job;
        }

        throw await DenyAsync(caller, action, job, "The job changes too fast. Try again.");
    }

    /// <summary>Takes a job over that nobody holds, to go on with it or to end it.</summary>
    private async Task<Job> TakeAsync(Caller caller, string action, StoredJob job, Plan plan, JobStart start, string note, CancellationToken cancellation)
    {
        using var place = _host.TryReserve() is { } reserved ? new JobHost.Held(reserved) : throw await DenyAsync(caller, action, job, $"This console carries out {_options.MaxRunningJobs} jobs already, or is ending. Try again later or on another console.");
        var full = (await _plans.WithItemsAsync(await _plans.FindHeadAsync(plan.Id, cancellation) ?? throw new PlanDamagedException(plan.Id), cancellation)).Plan;
        await IntendAsync(caller, action, plan, note, cancellation);
        var lease = await _host.NewLeaseAsync(cancellation);
        var taken = await _jobs.ChangeAsync(
            job with
            {
                Lease = lease.Token, Caller = caller, Wish = JobWish.None, WishNote = note,
                Job = job.Job with { State = job.Job.NextStepAt is null ? JobState.Running : JobState.Waiting, Owner = JobHost.ProcessName, LeaseUntil = lease.Until, Note = "" },
            },
            cancellation);
        if (taken is null)
        {
            await _audit.TellAsync([_audit.About(plan, caller, AuditPhase.Outcome, action, "denied") with { Detail = "Somebody else was faster." }]);
            throw await DenyAsync(caller, action, job, $"Somebody else changed job {job.Job.Id} at the same moment. Read it again.", "CHANGED_MEANWHILE");
        }

        var end = _host.Start(place.Pass(), taken, lease, full, start);
        await _audit.TellAsync([_audit.About(plan, caller, AuditPhase.Outcome, action, "done") with { Detail = note.Length > 0 ? note : null }]);
        await Task.WhenAny(end, Task.Delay(_options.ExecuteWait, _time, cancellation));
        return (await _jobs.FindAsync(job.Job.Id, cancellation) ?? taken).Job;
    }

    private async Task IntendAsync(Caller caller, string action, Plan plan, string note, CancellationToken cancellation)
    {
        try
        {
            await _audit.IntendAsync([_audit.About(plan, caller, AuditPhase.Intent, action, "intended") with { Detail = note.Length > 0 ? note : null }], plan.Danger == OperationDanger.Emergency, cancellation);
        }
        catch (AuditUnavailableException problem)
        {
            throw PlanInput.AuditUnavailable(problem);
        }
    }

    /// <summary>Steering needs the permission for jobs and that of the operation itself; to halt a job, also while the console is read-only.</summary>
    private async Task<(StoredJob Job, Plan Plan)> NeedAsync(Caller caller, string jobId, string action, bool halts, CancellationToken cancellation)
    {
        await _guard.RequireAsync(caller, Permissions.JobsControl, null, jobId, cancellation);
        var job = await _jobs.FindAsync(jobId, cancellation);
        var head = job is null ? null : await _plans.FindHeadAsync(job.Job.PlanId, cancellation);
        if (job is null || head is null) throw await _audit.DenyAsync(caller, action, jobId, null, new("JOB_UNKNOWN", $"There is no job {jobId}.", "job", "See the list of jobs."));
        await (halts ? _guard.RequireToHaltAsync(caller, head.Plan, cancellation) : _guard.RequireAsync(caller, head.Plan, cancellation));
        return _catalogue.Find(head.Plan.Content.Kind) is not null
            ? (job, head.Plan)
            : throw await DenyAsync(caller, action, job, $"This console has no operation {head.Plan.Content.Kind}.");
    }

    private Task<RailRefusedException> DenyAsync(Caller caller, string action, StoredJob job, string message, string code = "JOB_STATE") =>
        _audit.DenyAsync(caller, action, job.Job.Target, job.Job.PlanId, new(code, message, "job", "Read the job again."));

    private static string Word(JobState state) => state.ToString().ToLowerInvariant();
}
