using System.Globalization;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Jobs;

/// <summary>Audit records of one execution.</summary>
internal sealed class JobRecords(RailAudit audit, Plan plan, Caller caller)
{
    public string CorrelationId { get; } = caller.CorrelationId ?? plan.Id;

    public Task IntendAsync(IReadOnlyList<AuditRecord> records, bool isEmergency, CancellationToken cancellation) => audit.IntendAsync(records, isEmergency, cancellation);

    public Task<bool> TellAsync(IReadOnlyList<AuditRecord> records) => audit.TellAsync(records);

    /// <summary>The record of the whole operation.</summary>
    public AuditRecord OfOperation(AuditPhase phase, string outcome) => audit.About(plan, caller, phase, plan.Content.Kind, outcome) with
    {
        Parameters = plan.Content.Parameters.GetRawText(),
        Planned = plan.ItemCount,
        Reason = plan.Confirmed?.Note is { Length: > 0 } note ? note : plan.Reason,
        Detail = plan.Content.Summary,
    };

    /// <summary>What is about to be done to an item.</summary>
    public AuditRecord OfItem(PlanItem item) => audit.About(plan, caller, AuditPhase.Intent, plan.Content.Kind, "intended") with
    {
        Item = item.Id,
        Detail = $"{item.Before ?? "(nothing)"} → {item.After ?? "(nothing)"}",
    };

    /// <summary>How an item ended.</summary>
    public AuditRecord OfItem(PlanItem item, StoredItem ended) => audit.About(plan, caller, AuditPhase.Outcome, plan.Content.Kind, Word(ended.State)) with
    {
        Item = item.Id,
        Detail = ended.Reason,
    };

    /// <summary>How the whole operation ended.</summary>
    public AuditRecord OfEnd(OutcomeCounts counts, string note) => OfOperation(AuditPhase.Outcome, Word(counts)) with
    {
        Done = counts.Done,
        Detail = $"{Tell(counts)}{(note.Length > 0 ? " " + note : "")}",
    };

    /// <summary>A change of the job: resumed, paused, interrupted.</summary>
    public AuditRecord OfJob(AuditPhase phase, string action, string outcome, OutcomeCounts counts, string detail) => audit.About(plan, caller, phase, action, outcome) with
    {
        Planned = plan.ItemCount,
        Done = counts.Done,
        Detail = detail.Length > 0 ? $"{Tell(counts)} {detail}" : Tell(counts),
    };

    public static string Tell(OutcomeCounts counts) => string.Create(
        CultureInfo.InvariantCulture,
        $"{counts.Done} done, {counts.Failed} failed, {counts.Skipped} skipped, {counts.Unknown} unknown, {counts.NotStarted} not started.");

    private static string Word(OutcomeCounts counts) => counts switch
    {
        { Unknown: > 0 } => "unknown",
        { Failed: > 0 } => "failed",
        { Done: 0 } => "skipped",
        _ => "done",
    };

    private static string Word(JobItemState state) => state switch
    {
        JobItemState.Done => "done",
        JobItemState.Failed => "failed",
        JobItemState.Skipped => "skipped",
        _ => "unknown",
    };
}
