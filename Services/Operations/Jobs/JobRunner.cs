using Microsoft.Extensions.Logging;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Jobs;

/// <summary>How a run in this process begins.</summary>
internal enum JobStart
{
    /// <summary>The plan was just taken for execution; its fingerprint was compared.</summary>
    Fresh,

    /// <summary>A person goes on with it.</summary>
    Resumed,

    /// <summary>A person ends it: only what was in flight is looked at.</summary>
    Closing,
}

/// <summary>
/// Carries out a job that this process holds, from where it stands to its end, a stop, or the loss of the lease. What is written when, and what a
/// crash at each point leaves, is in docs/design/rail.md.
/// </summary>
internal sealed partial class JobRunner(
    JobLedger ledger, JobControl control, JobRecords records, JobEnding ending, IOperation operation, Plan plan, JobGate gate,
    OperationsOptions options, TimeProvider time, ILogger logger)
{
    private readonly JobPace _pace = new(plan.Content.ItemsPerSecond, time);

    /// <summary>What whoever paused or cancelled it said: a wish of this process comes before its note has been read from the store.</summary>
    private string Wished => control.Why.Length > 0 ? control.Why : ledger.Stored.WishNote;

    private bool IsEmergency => plan.Danger == OperationDanger.Emergency;

    /// <param name="hard">Cancelled when the process cannot wait for items in flight any longer.</param>
    public async Task<JobEnd> RunAsync(JobStart start, CancellationToken hard)
    {
        try
        {
            await ledger.LoadAsync(hard);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            LogBroken(logger, problem, ledger.Id);
            return await ending.EndAsync(new(JobState.Interrupted, $"{problem.Message} Somebody resumes it when that is mended."), JobStart.Resumed);
        }

        using var keeping = CancellationTokenSource.CreateLinkedTokenSource(hard);
        var keeper = KeepAsync(keeping.Token);
        var halt = await RunToHaltAsync(start, hard);
        await keeping.CancelAsync();
        await keeper;
        return await ending.EndAsync(halt, start);
    }

    private async Task<JobHalt> RunToHaltAsync(JobStart start, CancellationToken hard)
    {
        try
        {
            return await CarryOutAsync(start, hard);
        }
        catch (JobHaltException halted)
        {
            return halted.Halt;
        }
        catch (LeaseLostException lost)
        {
            control.Halt(JobStop.Lost);
            return new(JobState.Interrupted, lost.Message + " No further item was touched. Somebody resumes it, on any console.");
        }
        catch (Exception problem)
        {
            LogBroken(logger, problem, ledger.Id);
            return new(JobState.Interrupted, $"{problem.Message} Somebody resumes it when that is mended.");
        }
    }

    private async Task<JobHalt> CarryOutAsync(JobStart start, CancellationToken hard)
    {
        if (start != JobStart.Fresh)
        {
            await ReadStartedAsync(start, hard);
            await TellEndedAsync();
        }

        if (start == JobStart.Closing) return new(JobState.Cancelled, ledger.Stored.WishNote);
        if (start == JobStart.Resumed) await RequireLeftAsync(hard);
        if (start == JobStart.Fresh) await IntendPlanAsync(hard);
        foreach (var part in ledger.Parts)
        {
            if (ledger.Where(part, item => !item.HasEnded).Count == 0) continue;
            await EnterStepAsync(part.Step, hard);
            while (ledger.Where(part, item => item.State == JobItemState.Planned) is { Count: > 0 } rest) await BatchAsync([.. rest.Take(JobLayout.BatchSize(plan.Content.ItemsPerSecond))], hard);
        }

        return new(JobState.Ended, "");
    }

    /// <summary>Before the first item: the record of the whole operation.</summary>
    private async Task IntendPlanAsync(CancellationToken hard)
    {
        try
        {
            await records.IntendAsync([records.OfOperation(AuditPhase.Intent, "intended")], IsEmergency, hard);
        }
        catch (AuditUnavailableException problem)
        {
            throw new JobHaltException(new(JobState.Interrupted, $"The audit cannot be written ({problem.Message}), so nothing was done.") { NothingDone = true, Code = "AUDIT_UNAVAILABLE" });
        }
    }

    private async Task BatchAsync(IReadOnlyList<int> indices, CancellationToken hard)
    {
        StopIfAsked();
        var now = time.GetUtcNow();
        var started = ledger.Stored.Job.StartedBy.At;
        if (now - started >= options.LongestJob) throw new JobHaltException(new(JobState.Stopped, $"It has run for {options.LongestJob.TotalDays:0} days, the longest that a job may."));
        var left = ledger.Stored.Left;
        await IntendItemsAsync(indices, hard);
        StopIfAsked();

        using var batch = new JobBatch(ledger, control, _pace, () => gate.Closed(plan), indices, JobLayout.MarkedAhead(plan.Repeat), now + (options.TicketLifetime / 2), time)
        {
            Plan = plan.Content,
            Items = [.. indices.Select(index => ledger.Items[index])],
            ExpectedFingerprint = left,
            Caller = ledger.Stored.Caller,
            Reason = plan.Confirmed?.Note is { Length: > 0 } note ? note : plan.Reason,
        };
        var ticket = new RailTicket(
            plan.Id, plan.Content.Kind, plan.Content.Target, indices.Select(index => ledger.Items[index].Id).ToHashSet(StringComparer.Ordinal),
            now + options.TicketLifetime, records.CorrelationId);
        Exception? problem = null;
        try
        {
            await operation.ExecuteAsync(batch, ticket, hard);
        }
        catch (Exception thrown)
        {
            problem = thrown;
        }

        foreach (var index in batch.NeverBegun) ledger.Set(index, StoredItem.Planned);
        await SettleAsync(batch, problem, hard);
        await TellEndedAsync();
        AfterBatch(batch, indices, problem, left);
    }

    /// <summary>Items that were begun, and of which the operation did not say how they ended.</summary>
    private async Task SettleAsync(JobBatch batch, Exception? problem, CancellationToken hard)
    {
        var reason = problem?.Message ?? "The operation did not say how it ended.";
        var nothingHappened = problem is OperationRefusedException or RailTicketRefusedException;
        foreach (var index in batch.Unreported)
        {
            if (nothingHappened && plan.Repeat == OperationRepeat.Transactional)
            {
                ledger.Set(index, StoredItem.Planned);
            }
            else if (nothingHappened)
            {
                ledger.Set(index, JobBatch.Ended(ItemOutcome.Failed, reason, time.GetUtcNow()));
            }
            else
            {
                ledger.Set(index, JobBatch.Ended(await ReadAsync(index, hard) ?? ItemOutcome.Unknown, reason, time.GetUtcNow()));
            }
        }
    }

    private async Task<ItemOutcome?> ReadAsync(int index, CancellationToken hard)
    {
        try
        {
            return await operation.ReadOutcomeAsync(plan.Content, ledger.Items[index], hard);
        }
        catch (Exception problem)
        {
            LogUnread(logger, problem, ledger.Items[index].Id, ledger.Id);
            return null;
        }
    }

    private void AfterBatch(JobBatch batch, IReadOnlyList<int> indices, Exception? problem, string? left)
    {
        switch (problem)
        {
            case null when batch.HasBegun || control.Stop != JobStop.None:
                // A wish that came with the last item stops nothing any more.
                if (ledger.Counts().NotStarted > 0) StopIfAsked();
                return;
            case null:
                throw new JobHaltException(new(JobState.Stopped, $"The operation began none of {indices.Count} items."));
            case OperationRefusedException or RailTicketRefusedException:
                throw new JobHaltException(new(JobState.Stopped, problem.Message) { NothingDone = left is not null && ledger.Counts() is { Done: 0, Failed: 0, Skipped: 0, Unknown: 0 }, Code = "STATE_CHANGED" });
            default:
                LogBatchFailed(logger, problem, ledger.Id);
                if (ledger.Counts().NotStarted == 0) return;
                StopIfAsked();
                throw new JobHaltException(new(JobState.Interrupted, $"{problem.Message} The items that were begun and not reported are checked or unknown; somebody resumes the rest."));
        }
    }

    private void StopIfAsked()
    {
        if (gate.Closed(plan) is { } why) control.Halt(JobStop.Closed, why);
        switch (control.Stop)
        {
            case JobStop.None: return;
            case JobStop.Lost: throw new LeaseLostException("The lease ran out or somebody else took the job over.");
            case JobStop.Shutdown: throw new JobHaltException(new(JobState.Interrupted, "The console that carried it out was stopped. Somebody resumes it, on any console."));
            case JobStop.Cancel: throw new JobHaltException(new(JobState.Cancelled, Wished));
            case JobStop.Pause: throw new JobHaltException(new(JobState.Paused, Wished));
            default: throw new JobHaltException(new(JobState.Paused, control.Why));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {JobId} was interrupted.")]
    private static partial void LogBroken(ILogger logger, Exception problem, string jobId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "How item {Item} of job {JobId} ended could not be read.")]
    private static partial void LogUnread(ILogger logger, Exception problem, string item, string jobId);

    [LoggerMessage(Level = LogLevel.Error, Message = "A batch of job {JobId} failed.")]
    private static partial void LogBatchFailed(ILogger logger, Exception problem, string jobId);
}
