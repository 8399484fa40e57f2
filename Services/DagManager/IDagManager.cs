using Qmtl.Shared.Dags;

namespace Qmtl.DagManager;

/// <summary>The global strategy graph: maps nodes to queues and answers what a DAG would change.</summary>
public interface IDagManager
{
    /// <summary>Compares a DAG with the graph: which nodes are reused, buffered or new, and their queues. Changes nothing.</summary>
    Task<DiffResult> DiffAsync(DiffRequest request, CancellationToken cancellation);

    /// <summary>
    /// Diffs and registers the new nodes, their queues and the version's sentinel. Machine edge: what a submitting machine causes.
    /// Submitting the same DAG again changes nothing and gives the same names.
    /// </summary>
    Task<DiffResult> RegisterAsync(DiffRequest request, CancellationToken cancellation);

    /// <summary>Queues of nodes that carry the tags at the interval. An empty tag list matches every queue of the interval.</summary>
    /// <param name="tags">Tags; trimmed, empty ones ignored.</param>
    /// <param name="interval">Seconds.</param>
    /// <param name="match">Any or all of the tags.</param>
    /// <param name="cancellation">Cancels the read.</param>
    Task<IReadOnlyList<QueueDescriptor>> QueuesByTagAsync(IReadOnlyList<string> tags, long interval, TagMatch match, CancellationToken cancellation);

    /// <summary>The stored nodes of these ids; unknown ids are left out.</summary>
    Task<IReadOnlyDictionary<string, ComputeNode>> NodesAsync(IReadOnlyCollection<string> nodeIds, CancellationToken cancellation);

    /// <summary>How many nodes, queues and sentinels the graph holds.</summary>
    Task<GraphCounts> CountsAsync(CancellationToken cancellation);
}

public enum TagMatch
{
    Any,
    All,
}

/// <summary>What to diff.</summary>
public sealed record DiffRequest
{
    /// <summary><c>dryrun</c> for a dry-run. The sentinel becomes <c>&lt;strategy id&gt;-sentinel</c>.</summary>
    public required string StrategyId { get; init; }

    public required Dag Dag { get; init; }

    /// <summary>Context of the request. As with the real one it decides neither compute keys nor topic names: those come from the DAG (see docs).</summary>
    public ComputeContext Context { get; init; } = ComputeContext.Empty;
}

/// <summary>What the graph does with a node.</summary>
public enum NodeDisposition
{
    /// <summary>Stored with the same code: its queue is used.</summary>
    Reused,

    /// <summary>Stored with the same code but another schema: its queue is used once it has caught up.</summary>
    Buffered,

    /// <summary>Not stored, or stored with other code: gets a new queue.</summary>
    New,

    /// <summary>The DAG Manager gave no answer: nobody knows.</summary>
    Unknown,
}

/// <summary>One node's place in the queue map.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="PartitionKey">Key in the queue map, <c>id:interval:bucket#ck=…</c>.</param>
/// <param name="Topic">Queue; null only when <paramref name="Disposition"/> is <see cref="NodeDisposition.Unknown"/>. A diff always gives one.</param>
/// <param name="Disposition">Reused, buffered or new; unknown when the DAG Manager did not answer.</param>
/// <param name="Lag">Bars to buffer; null unless buffered.</param>
public sealed record NodeQueue(string NodeId, string PartitionKey, string? Topic, NodeDisposition Disposition, long? Lag);

/// <summary>Result of a diff.</summary>
public sealed record DiffResult
{
    public required string SentinelId { get; init; }

    /// <summary>Version label, <c>v1</c> when the DAG names none.</summary>
    public required string Version { get; init; }

    /// <summary>One entry a node, in topological order.</summary>
    public required IReadOnlyList<NodeQueue> Nodes { get; init; }

    /// <summary>CRC-32 over the node ids in list order.</summary>
    public required uint SubmissionChecksum { get; init; }

    /// <summary>CRC-32 over the node ids in topological order, which is what the released DAG Manager answers.</summary>
    public required uint DiffChecksum { get; init; }
}

/// <summary>A queue that a tag query found. Global queues are not executed by the SDK.</summary>
public sealed record QueueDescriptor(string Queue, bool Global);

/// <summary>A node as the graph stores it, with its queue.</summary>
public sealed record ComputeNode
{
    public required string NodeId { get; init; }

    public required string NodeType { get; init; }

    public required string CodeHash { get; init; }

    public required string SchemaHash { get; init; }

    public string SchemaCompatId { get; init; } = "";

    /// <summary>Seconds.</summary>
    public long? Interval { get; init; }

    public long? Period { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public long? Bucket { get; init; }

    public required string Topic { get; init; }

    public bool Global { get; init; }

    /// <summary>Compute keys bound to the node.</summary>
    public IReadOnlyList<string> ComputeKeys { get; init; } = [];

    /// <summary>When the node entered buffering; null when it is not buffering.</summary>
    public DateTimeOffset? BufferingSince { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }
}

public sealed record GraphCounts(int ComputeNodes, int Queues, int Sentinels);

/// <summary>The code of a stored node equals the submitted one, but under another compute key: reuse would mix contexts.</summary>
public sealed class CrossContextTopicReuseException(string nodeId, string computeKey)
    : Exception($"Node {nodeId} is stored for other compute contexts; its queue cannot be reused for compute key {computeKey}.");
