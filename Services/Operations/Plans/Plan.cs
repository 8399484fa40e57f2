using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Plans;

/// <summary>Where a plan stands.</summary>
public enum PlanState
{
    /// <summary>Made; a person reviews and confirms it.</summary>
    Planned,

    /// <summary>Confirmed; waits for a second person.</summary>
    WaitingForApproval,

    /// <summary>May be executed until <see cref="Plan.ExecuteBefore"/>.</summary>
    Ready,

    /// <summary>Its job runs, is paused or was interrupted.</summary>
    Executing,

    /// <summary>Ended; <see cref="Plan.Counts"/> tells how.</summary>
    Executed,

    /// <summary>Refused at execution because the world had moved; nothing was done.</summary>
    Refused,

    Rejected,

    Withdrawn,

    /// <summary>A window closed. Nothing was done.</summary>
    Expired,
}

/// <summary>A plan as stored: what would happen, who said what to it, and how it ended.</summary>
public sealed record Plan
{
    /// <summary>Short and unguessable, <c>p-…</c>; part of the link.</summary>
    public required string Id { get; init; }

    /// <summary>Version in the store; what a reader saw when it acts on the plan.</summary>
    public long Version { get; init; }

    public required PlanState State { get; init; }

    /// <summary>What would happen. In lists without its items; <see cref="ItemCount"/> says how many there are.</summary>
    public required OperationPlan Content { get; init; }

    /// <summary>How many items it has.</summary>
    public int ItemCount { get; init; }

    public required string Title { get; init; }

    public required string Permission { get; init; }

    public required OperationDanger Danger { get; init; }

    public required OperationRepeat Repeat { get; init; }

    /// <summary>What was asked for when it was made; bound by the digest.</summary>
    public required PlanPolicy Policy { get; init; }

    /// <summary>SHA-256, hex, of content, policy, author and id: what is confirmed and approved.</summary>
    public required string Digest { get; init; }

    public required PlanStamp Author { get; init; }

    public required string Reason { get; init; }

    /// <summary>The plan that this one takes back, or null.</summary>
    public string? Undoes { get; init; }

    /// <summary>The plan that takes this one back, or null.</summary>
    public string? UndoneBy { get; init; }

    public PlanStamp? Confirmed { get; init; }

    public IReadOnlyList<PlanStamp> Approvals { get; init; } = [];

    /// <summary>Rejection, withdrawal, expiry or refusal.</summary>
    public PlanStamp? Closed { get; init; }

    /// <summary>Who looked at it afterwards; only emergencies are marked for it.</summary>
    public PlanStamp? Reviewed { get; init; }

    public bool NeedsReview { get; init; }

    public DateTimeOffset ConfirmBefore { get; init; }

    public DateTimeOffset? ApproveBefore { get; init; }

    public DateTimeOffset? ExecuteBefore { get; init; }

    public PlanStamp? Executed { get; init; }

    /// <summary>Id of the job that carried it out; null before.</summary>
    public string? JobId { get; init; }

    /// <summary>How its items ended; null before the end.</summary>
    public OutcomeCounts? Counts { get; init; }

    /// <summary>The outcome could not be written to the audit and lies in the spool.</summary>
    public bool OutcomeUnrecorded { get; init; }
}

/// <summary>Who did something to a plan, when and why.</summary>
public sealed record PlanStamp(string UserId, string Name, CallerKind Kind, string SessionId, DateTimeOffset At, string Note = "");

/// <summary>What a plan must pass. Settings <c>Operations:Policies:&lt;kind&gt;</c>, else the default of the kind's danger.</summary>
/// <param name="Immediate">Planned, confirmed and executed in one click.</param>
/// <param name="TypedTarget">The target's name is typed to confirm.</param>
/// <param name="Approvals">How many second persons.</param>
/// <param name="Unattended">Whether a command without a person at a terminal may confirm by the fingerprint that was reviewed.</param>
public sealed record PlanPolicy(bool Immediate, bool TypedTarget, int Approvals, bool Unattended);

/// <summary>How items ended.</summary>
public sealed record OutcomeCounts(int Done, int Failed, int Skipped, int Unknown, int NotStarted)
{
    public int Total => Done + Failed + Skipped + Unknown + NotStarted;
}
