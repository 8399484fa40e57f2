using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Jobs;

/// <summary>Where a job stands.</summary>
public enum JobState
{
    Running,

    /// <summary>Between two steps.</summary>
    Waiting,

    /// <summary>By a person; goes on by a person.</summary>
    Paused,

    /// <summary>The process that held it is gone or lost its lease. A person resumes it, on any console.</summary>
    Interrupted,

    Cancelled,

    /// <summary>A later part was refused because the state was not what the part before had left.</summary>
    Stopped,

    Ended,
}

/// <summary>The execution of a plan.</summary>
public sealed record Job
{
    /// <summary><c>j-…</c>.</summary>
    public required string Id { get; init; }

    public long Version { get; init; }

    public required string PlanId { get; init; }

    public required string Kind { get; init; }

    public required string Title { get; init; }

    public required string Target { get; init; }

    public required OperationRepeat Repeat { get; init; }

    public required JobState State { get; init; }

    public required PlanStamp StartedBy { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public required OutcomeCounts Counts { get; init; }

    /// <summary>Items that were started and whose end is not known yet.</summary>
    public int InFlight { get; init; }

    /// <summary>Items a second over the last seconds; null when nothing moves.</summary>
    public double? Rate { get; init; }

    /// <summary>Step in work, from 0, of <see cref="Steps"/>.</summary>
    public int Step { get; init; }

    public int Steps { get; init; } = 1;

    /// <summary>When a waiting job goes on.</summary>
    public DateTimeOffset? NextStepAt { get; init; }

    /// <summary>Name of the process that holds the lease: host and process id; null when nobody does.</summary>
    public string? Owner { get; init; }

    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>Why it stands where it stands, in words.</summary>
    public string Note { get; init; } = "";
}

/// <summary>Where an item of a job stands.</summary>
public enum JobItemState
{
    Planned,
    Started,
    Done,
    Failed,
    Skipped,
    Unknown,
}

public sealed record JobItem(int Index, string Id, string? Before, string? After, JobItemState State, string Reason, DateTimeOffset? At);
