namespace Qmtl.DagManager;

/// <summary>The whole graph at one moment, for comparison and export.</summary>
/// <param name="Nodes">Nodes by id.</param>
/// <param name="Queues">Queues by topic.</param>
/// <param name="Sentinels">Sentinels by id.</param>
public sealed record GraphSnapshot(
    IReadOnlyList<ComputeNode> Nodes,
    IReadOnlyList<GraphQueue> Queues,
    IReadOnlyList<GraphSentinel> Sentinels);

/// <summary>A queue and the node that writes it.</summary>
/// <param name="Topic">Kafka topic.</param>
/// <param name="NodeId">The node that emits it.</param>
/// <param name="Interval">Seconds, or null.</param>
/// <param name="Global">The SDK does not execute global queues.</param>
/// <param name="CreatedAt">When it was registered, UTC; null for a preloaded one.</param>
public sealed record GraphQueue(string Topic, string NodeId, long? Interval, bool Global, DateTimeOffset? CreatedAt);

/// <summary>A version sentinel.</summary>
/// <param name="SentinelId"><c>&lt;strategy id&gt;-sentinel</c>.</param>
/// <param name="Version">Version label.</param>
/// <param name="Weight">Traffic weight in [0, 1], or null when the DAG carries none.</param>
/// <param name="NodeIds">Nodes of the version, in topological order.</param>
/// <param name="CreatedAt">When it was registered, UTC; null for a preloaded one.</param>
public sealed record GraphSentinel(string SentinelId, string Version, double? Weight, IReadOnlyList<string> NodeIds, DateTimeOffset? CreatedAt);

/// <summary>The graph has no room for this submission. Nothing was registered.</summary>
public sealed class GraphFullException(string message) : Exception(message);
