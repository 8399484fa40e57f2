namespace Qmtl.Operations.Jobs;

/// <summary>Where a job came to stand, and why.</summary>
internal sealed record JobHalt(JobState State, string Note)
{
    /// <summary>Whether no item was touched, so that the plan can be refused or taken back to where it was.</summary>
    public bool NothingDone { get; init; }

    /// <summary>For whoever waits for the answer; empty when nothing was refused.</summary>
    public string Code { get; init; } = "";
}

internal sealed class JobHaltException(JobHalt halt) : Exception(halt.Note)
{
    public JobHalt Halt { get; } = halt;
}

/// <summary>How a run in this process ended.</summary>
/// <param name="Refused">What to tell whoever waits: nothing was done, and why.</param>
internal sealed record JobEnd(StoredJob Job, JobHalt Halt, Plans.Refusal? Refused);
