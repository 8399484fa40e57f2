using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Jobs;

/// <summary>Steps, resuming and the lease.</summary>
internal sealed partial class JobRunner
{
    /// <summary>Between two steps: notes what the step before left, waits, and goes on only if it is still so.</summary>
    private async Task EnterStepAsync(int step, CancellationToken hard)
    {
        if (ledger.Stored.Job.Step != step)
        {
            StopIfAsked();
            var left = await operation.FingerprintAsync(plan.Content, hard);
            var wait = plan.Content.Steps[step].WaitBefore;
            DateTimeOffset? next = wait > TimeSpan.Zero ? time.GetUtcNow() + wait : null;
            await ledger.SaveAsync(
                stored => stored with
                {
                    Left = left,
                    Job = stored.Job with { Step = step, NextStepAt = next, State = next is null ? JobState.Running : JobState.Waiting, Note = next is null ? "" : $"Step {step + 1} begins after a wait." },
                },
                hard);
        }

        if (ledger.Stored.Job.NextStepAt is not { } at) return;
        while (at - time.GetUtcNow() is { Ticks: > 0 } rest)
        {
            if (!await JobPace.DelayAsync(rest, control, time, hard)) StopIfAsked();
        }

        StopIfAsked();
        await RequireLeftAsync(hard);
        await ledger.SaveAsync(stored => stored with { Job = stored.Job with { NextStepAt = null, State = JobState.Running, Note = "" } }, hard);
    }

    /// <summary>Nothing was done since the rail noted the state: it must still be that.</summary>
    private async Task RequireLeftAsync(CancellationToken hard)
    {
        if (ledger.Stored.Left is not { } left || await operation.FingerprintAsync(plan.Content, hard) == left) return;
        throw new JobHaltException(new(JobState.Stopped, "The state is not what the last step left: somebody else changed it meanwhile. Plan the rest again.") { NothingDone = ledger.Counts() is { Done: 0, Failed: 0, Skipped: 0, Unknown: 0 }, Code = "STATE_CHANGED" });
    }

    /// <summary>Items that a process before this one started, and of which nobody knows how they ended: read at the target, else unknown, never repeated.</summary>
    private async Task ReadStartedAsync(JobStart start, CancellationToken hard)
    {
        foreach (var part in ledger.Parts)
        {
            foreach (var index in ledger.Where(part, item => item.State == JobItemState.Started))
            {
                ItemOutcome? outcome;
                try
                {
                    outcome = await operation.ReadOutcomeAsync(plan.Content, ledger.Items[index], hard);
                }
                catch (Exception problem) when (start == JobStart.Resumed)
                {
                    throw new JobHaltException(new(JobState.Interrupted, $"How item {ledger.Items[index].Id} ended cannot be read now ({problem.Message}). Nothing was repeated. Resume again when the target answers."));
                }
                catch (Exception problem)
                {
                    LogUnread(logger, problem, ledger.Items[index].Id, ledger.Id);
                    outcome = null;
                }

                ledger.Set(index, JobBatch.Ended(
                    outcome ?? ItemOutcome.Unknown,
                    outcome is null
                        ? "It was started before the interruption, and the target does not tell how it ended. It is not repeated."
                        : "It was started before the interruption; the target told how it ended.",
                    time.GetUtcNow()));
            }
        }

        await ledger.SaveAsync(stored => stored, hard);
    }

    private async Task IntendItemsAsync(IReadOnlyList<int> indices, CancellationToken hard)
    {
        try
        {
            await records.IntendAsync([.. indices.Select(index => records.OfItem(ledger.Items[index]))], IsEmergency, hard);
        }
        catch (AuditUnavailableException problem)
        {
            var nothing = ledger.Counts() is { Done: 0, Failed: 0, Skipped: 0, Unknown: 0 };
            throw new JobHaltException(new(JobState.Interrupted, $"The audit cannot be written ({problem.Message}), so no further item was touched. Resume when it can be.") { NothingDone = nothing, Code = "AUDIT_UNAVAILABLE" });
        }
    }

    /// <summary>Stores results first, then hands them to the audit, then notes that it did: a crash between tells an outcome twice, never not at all.</summary>
    private async Task TellEndedAsync()
    {
        ExceptionDispatchInfo? unsaved = null;
        var result = SaveResult.Saved;
        try
        {
            result = await ledger.TrySaveAsync(stored => stored, [], CancellationToken.None);
        }
        catch (Exception problem)
        {
            unsaved = ExceptionDispatchInfo.Capture(problem);
        }

        var unrecorded = false;
        foreach (var part in ledger.Parts)
        {
            var ended = ledger.Where(part, item => item is { HasEnded: true, Told: false });
            if (ended.Count == 0) continue;
            unrecorded |= !await records.TellAsync([.. ended.Select(index => records.OfItem(ledger.Items[index], ledger.Item(index)))]);
            foreach (var index in ended) ledger.Set(index, ledger.Item(index) with { Told = true });
        }

        unsaved?.Throw();
        if (result != SaveResult.Saved) throw new LeaseLostException("The lease ran out or somebody else took the job over.");
        await ledger.SaveAsync(stored => unrecorded ? stored with { OutcomeUnrecorded = true } : stored, CancellationToken.None);
    }

    /// <summary>Renews the lease, stores results as they come, and hears of wishes, until it is told to end.</summary>
    private async Task KeepAsync(CancellationToken end)
    {
        var renewed = time.GetTimestamp();
        while (!end.IsCancellationRequested && control.Stop != JobStop.Lost)
        {
            try
            {
                await Task.Delay(options.JobTick, time, end);
                if (time.GetElapsedTime(renewed) >= options.LeaseRenew)
                {
                    await ledger.RenewAsync(end);
                    renewed = time.GetTimestamp();
                }
                else if (!ledger.Lease.Holds)
                {
                    control.Halt(JobStop.Lost);
                }
                else if (ledger.HasUnsaved)
                {
                    await ledger.SaveAsync(stored => stored, end);
                }
                else
                {
                    await ledger.LookAsync(end);
                }

                Obey(ledger.Stored.Wish);
                if (gate.Closed(plan) is { } why) control.Halt(JobStop.Closed, why);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                return;
            }
            catch (LeaseLostException)
            {
                control.Halt(JobStop.Lost);
            }
            catch (Exception problem)
            {
                // The store does not answer: tried again until the lease has run out.
                LogStore(logger, problem, ledger.Id);
            }
        }
    }

    private void Obey(JobWish wish)
    {
        if (wish == JobWish.Pause) control.Halt(JobStop.Pause);
        if (wish == JobWish.Cancel) control.Halt(JobStop.Cancel);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store did not answer for job {JobId}; its lease runs.")]
    private static partial void LogStore(ILogger logger, Exception problem, string jobId);
}
