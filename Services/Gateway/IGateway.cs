using Qmtl.DagManager;
using Qmtl.Shared.Dags;

namespace Qmtl.Gateway;

/// <summary>QMTL's public edge: submissions, dry-runs, queue lookup, strategy status.</summary>
public interface IGateway
{
    /// <summary>
    /// Takes a submission. Machine edge: a submitting machine causes it. A refusal is a result, not an exception, and changes nothing.
    /// </summary>
    Task<SubmitResult> SubmitAsync(DagDocument document, SubmitOptions options, CancellationToken cancellation);

    /// <summary>Answers what a submission would do. Changes nothing, ever; is never empty.</summary>
    Task<DryRunResult> DryRunAsync(DagDocument document, SubmitOptions options, CancellationToken cancellation);

    /// <summary>Queues by tag; with a world each name carries <c>world.domain.</c> in front (domain <c>live</c> when none is given).</summary>
    /// <exception cref="Exception">The DAG Manager did not answer: unlike an empty list, that says nothing about queues.</exception>
    Task<IReadOnlyList<QueueDescriptor>> QueuesByTagAsync(QueueLookup lookup, CancellationToken cancellation);

    /// <summary>The strategy's state, or null when the id is unknown.</summary>
    Task<StrategyState?> StrategyStateAsync(string strategyId, CancellationToken cancellation);
}

/// <summary>The state QMTL keeps of a strategy.</summary>
public enum StrategyState
{
    Queued,
    Processing,
    Completed,
    Failed,
}

/// <summary>Options that the caller adds to the document; they win over the envelope's.</summary>
public sealed record SubmitOptions
{
    public IReadOnlyList<string> WorldIds { get; init; } = [];

    /// <summary>Family name when <c>meta</c> has none.</summary>
    public string? FamilyName { get; init; }
}

public sealed record QueueLookup(IReadOnlyList<string> Tags, long Interval, TagMatch Match, string? WorldId, string? ExecutionDomain);

/// <summary>Why a submission was refused.</summary>
/// <param name="Code">The Gateway's code, for instance <c>E_CHECKSUM_MISMATCH</c> or <c>E_DUPLICATE</c>.</param>
/// <param name="Message">In words, with what to do.</param>
/// <param name="ExistingStrategyId">For a duplicate the strategy that has this DAG already.</param>
public sealed record Refusal(string Code, string Message, string? ExistingStrategyId = null);

public sealed record SubmitResult
{
    /// <summary>Null when refused.</summary>
    public string? StrategyId { get; init; }

    public Refusal? Refusal { get; init; }

    public string? SentinelId { get; init; }

    /// <summary>One entry a node, in topological order; empty when refused.</summary>
    public IReadOnlyList<NodeQueue> Nodes { get; init; } = [];

    /// <summary>Why the accepted DAG has no queues yet, in words; null when it has. The strategy is queued all the same.</summary>
    public string? QueueProblem { get; init; }

    /// <summary>Queues each tag-query node reads, by node id; nodes whose query failed are left out.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<QueueDescriptor>> TagQueues { get; init; } = new Dictionary<string, IReadOnlyList<QueueDescriptor>>();

    public uint SubmissionChecksum { get; init; }

    /// <summary>Resolved execution domain, for instance <c>backtest</c>.</summary>
    public string ExecutionDomain { get; init; } = "";

    public bool Downgraded { get; init; }

    /// <summary><c>missing_as_of</c>, <c>decision_unavailable</c> or null.</summary>
    public string? DowngradeReason { get; init; }

    public bool SafeMode { get; init; }
}

/// <summary>Where the answer of a dry-run came from.</summary>
public enum DryRunSource
{
    /// <summary>The DAG Manager's diff: every node has its queue.</summary>
    Diff,

    /// <summary>Tag queries, because the DAG Manager did not answer within its budget: only tag-query nodes have queues.</summary>
    TagQueries,
}

/// <summary>Answer of a dry-run.</summary>
public sealed record DryRunResult
{
    /// <summary>Null unless the document was refused; then the rest is empty.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary><c>dryrun-sentinel</c> from the diff, <c>dryrun:&lt;crc&gt;</c> from the fallback.</summary>
    public string SentinelId { get; init; } = "";

    public DryRunSource Source { get; init; }

    /// <summary>Why the fallback answered, in words; null when the diff did.</summary>
    public string? FallbackReason { get; init; }

    /// <summary>Version label that new topics carry.</summary>
    public string Version { get; init; } = "v1";

    /// <summary>One entry a node. From the fallback the queue is unknown (see <see cref="TagQueues"/> for tag-query nodes).</summary>
    public IReadOnlyList<NodeQueue> Nodes { get; init; } = [];

    /// <summary>Queues each tag-query node would read, by node id.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<QueueDescriptor>> TagQueues { get; init; } = new Dictionary<string, IReadOnlyList<QueueDescriptor>>();

    /// <summary>Why a tag-query node has no entry in <see cref="TagQueues"/>, in words, by node id.</summary>
    public IReadOnlyDictionary<string, string> TagProblems { get; init; } = new Dictionary<string, string>();

    public uint SubmissionChecksum { get; init; }

    public uint DiffChecksum { get; init; }

    /// <summary>Resolved execution domain, for instance <c>backtest</c>.</summary>
    public string ExecutionDomain { get; init; } = "";

    public bool Downgraded { get; init; }

    /// <summary><c>missing_as_of</c>, <c>stale_decision</c>, <c>decision_unavailable</c> or null.</summary>
    public string? DowngradeReason { get; init; }

    public bool SafeMode { get; init; }

    /// <summary>How long the answer took.</summary>
    public TimeSpan Elapsed { get; init; }
}
