using Microsoft.Extensions.Logging;
using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Jobs;

/// <summary>Stores where a job came to stand, and with it what became of the plan, and tells the audit.</summary>
internal sealed partial class JobEnding(JobLedger ledger, JobRecords records, PlanDocuments plans, IOperation operation, Plan plan, RailFeed feed, TimeProvider time, ILogger logger)
{
    private const int MaxTries = 20;

    public async Task<JobEnd> EndAsync(JobHalt halt, JobStart start)
    {
        try
        {
            if (halt is { NothingDone: true, Code: "AUDIT_UNAVAILABLE" } && start == JobStart.Fresh) return await UndoStartAsync(halt);
            return halt.State is JobState.Paused or JobState.Interrupted ? await StandStillAsync(halt) : await CloseAsync(halt);
        }
        catch (Exception problem)
        {
            // The store does not answer. The lease runs out by itself, and the job is seen as interrupted.
            LogUnstored(logger, problem, ledger.Id, halt.State);
            return new(ledger.Stored, halt, null);
        }
    }

    private async Task<JobEnd> StandStillAsync(JobHalt halt)
    {
        var left = ledger.Stored.Left ?? (halt.State == JobState.Paused ? await LeftAsync() : null);
        var result = await ledger.TrySaveAsync(stored => Released(stored, halt) with { Left = left, Wish = JobWish.None, WishNote = "" }, [], CancellationToken.None);
        if (result == SaveResult.Saved)
        {
            await records.TellAsync([records.OfJob(AuditPhase.Event, halt.State == JobState.Paused ? "job.paused" : "job.interrupted", halt.State == JobState.Paused ? "done" : "unknown", ledger.Counts(), halt.Note)]);
            feed.Tell(ledger.Stored.Job);
        }

        return new(ledger.Stored, halt, null);
    }

    private async Task<JobEnd> CloseAsync(JobHalt halt)
    {
        var counts = ledger.Counts();
        var refused = halt is { NothingDone: true, Code: "STATE_CHANGED" };
        var told = await records.TellAsync([records.OfEnd(counts, halt.Note)]);
        for (var tries = 0; tries < MaxTries; tries++)
        {
            if (await plans.FindHeadAsync(plan.Id, CancellationToken.None) is not { Plan: { State: PlanState.Executing } current } head || current.JobId != ledger.Id) break;
            var now = time.GetUtcNow();
            var next = head with
            {
                Plan = current with
                {
                    State = refused ? PlanState.Refused : PlanState.Executed,
                    Closed = refused ? new(Caller.Console.UserId, Caller.Console.Name, CallerKind.Console, Caller.Console.SessionId, now, halt.Note) : null,
                    Counts = counts,
                    OutcomeUnrecorded = !told || ledger.Stored.OutcomeUnrecorded,
                    NeedsReview = plan.Danger == OperationDanger.Emergency && !refused,
                },
            };
            var result = await ledger.TrySaveAsync(
                stored => Released(stored, halt) with { Job = Released(stored, halt).Job with { EndedAt = now }, OutcomeUnrecorded = stored.OutcomeUnrecorded || !told }, [next.Write()], CancellationToken.None);
            if (result == SaveResult.Conflict) continue;
            if (result == SaveResult.Saved)
            {
                feed.Tell(ledger.Stored.Job);
                feed.Tell(next.Plan with { Version = current.Version + 1 }, refused ? PlanNews.Refused : PlanNews.Executed);
            }

            break;
        }

        return new(ledger.Stored, halt, refused ? new(halt.Code, halt.Note, "plan", "Plan again: the world has moved.") : null);
    }

    /// <summary>Nothing was done and nothing could be recorded: the plan is where it was before, and can be executed again in its window.</summary>
    private async Task<JobEnd> UndoStartAsync(JobHalt halt)
    {
        await records.TellAsync([records.OfEnd(ledger.Counts(), halt.Note) with { Outcome = "denied" }]);
        if (await plans.FindHeadAsync(plan.Id, CancellationToken.None) is { Plan: { State: PlanState.Executing } current } head && current.JobId == ledger.Id)
        {
            var next = head with { Plan = current with { State = PlanState.Ready, JobId = null, Executed = null } };
            if (await ledger.TryRemoveAsync([next.Write()], CancellationToken.None)) feed.Tell(next.Plan with { Version = current.Version + 1 }, PlanNews.None);
        }

        return new(ledger.Stored, halt, new(halt.Code, halt.Note, "audit", "See the health report, and execute it again when the audit can be written."));
    }

    private async Task<string?> LeftAsync()
    {
        try
        {
            return await operation.FingerprintAsync(plan.Content, CancellationToken.None);
        }
        catch (Exception problem)
        {
            LogNoFingerprint(logger, problem, ledger.Id);
            return null;
        }
    }

    private static StoredJob Released(StoredJob stored, JobHalt halt) => stored with
    {
        Lease = null,
        Job = stored.Job with { State = halt.State, Note = halt.Note, Owner = null, LeaseUntil = null, NextStepAt = StoredJob.IsLive(halt.State) ? stored.Job.NextStepAt : null },
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {JobId} is {State}, but that could not be stored. It will be seen as interrupted when its lease has run out.")]
    private static partial void LogUnstored(ILogger logger, Exception problem, string jobId, JobState state);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The state that job {JobId} left could not be read; it will not be compared when somebody resumes it.")]
    private static partial void LogNoFingerprint(ILogger logger, Exception problem, string jobId);
}
