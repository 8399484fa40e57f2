using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Jobs;

/// <summary>Reads and steers the executions of plans. Each method asks for the caller's permission; steering is recorded.</summary>
public interface IJobs
{
    Task<Job?> FindAsync(Caller caller, string jobId, CancellationToken cancellation);

    /// <summary>Newest first.</summary>
    Task<JobPage> ListAsync(Caller caller, JobQuery query, CancellationToken cancellation);

    /// <summary>Items in order, from an index.</summary>
    Task<IReadOnlyList<JobItem>> ItemsAsync(Caller caller, string jobId, JobItemState? state, int from, int count, CancellationToken cancellation);

    /// <summary>Ends after the items in flight.</summary>
    Task<Job> PauseAsync(Caller caller, string jobId, CancellationToken cancellation);

    /// <summary>Goes on with a paused or interrupted job, in this process. Items without a result are read from the target, else unknown.</summary>
    Task<Job> ResumeAsync(Caller caller, string jobId, CancellationToken cancellation);

    Task<Job> CancelAsync(Caller caller, string jobId, string reason, CancellationToken cancellation);

    event Action<Job> Changed;
}

public sealed record JobQuery
{
    public IReadOnlyList<JobState> States { get; init; } = [];

    public string? PlanId { get; init; }

    public string? After { get; init; }

    public int Limit { get; init; } = 100;
}

/// <param name="Next">Null at the end.</param>
public sealed record JobPage(IReadOnlyList<Job> Jobs, string? Next);
