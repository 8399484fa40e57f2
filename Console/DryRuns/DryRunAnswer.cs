using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;

namespace Qmtl.Console.DryRuns;

/// <summary>A queue in the queue map, in QMTL's shape.</summary>
public sealed record QueueView(string Queue, bool Global);

/// <summary>One node of the answer.</summary>
public sealed record DryRunNode
{
    public required string NodeId { get; init; }

    /// <summary>Declared name, or null.</summary>
    public string? Name { get; init; }

    /// <summary>Class name of the SDK; null when the DAG does not hold the node.</summary>
    public string? Type { get; init; }

    /// <summary>Bar interval in seconds, or null.</summary>
    public long? Interval { get; init; }

    /// <summary>Unknown when the DAG Manager did not answer.</summary>
    public required NodeDisposition Disposition { get; init; }

    /// <summary>Null when unknown.</summary>
    public string? Queue { get; init; }

    public string? PartitionKey { get; init; }

    /// <summary>Bars to buffer; null unless buffered.</summary>
    public long? Lag { get; init; }

    /// <summary>Queues a tag query would read; null for other nodes.</summary>
    public IReadOnlyList<QueueView>? Reads { get; init; }

    /// <summary>Why it is not known what a tag query would read; null when it is, and for other nodes.</summary>
    public string? ReadsProblem { get; init; }
}

/// <summary>How many nodes are reused, buffered and new. Only the diff knows.</summary>
public sealed record DispositionCounts(int Reused, int Buffered, int New);

/// <summary>What a sentinel id tells about its origin.</summary>
public enum SentinelOrigin
{
    /// <summary>Ends with <c>-sentinel</c>: the DAG Manager's diff.</summary>
    Diff,

    /// <summary><c>dryrun:&lt;crc32&gt;</c>: the Gateway's own, because the diff failed or took too long.</summary>
    Fallback,

    /// <summary>Empty: the DAG Manager could not be reached.</summary>
    None,

    /// <summary>Of another shape.</summary>
    Unknown,
}

/// <summary>The Gateway's answer, in QMTL's shape and beyond.</summary>
public sealed record DryRunAnswer
{
    public string StrategyId => "dryrun";

    /// <summary>Queues by node id.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<QueueView>> QueueMap { get; init; }

    public required string SentinelId { get; init; }

    public required SentinelOrigin SentinelOrigin { get; init; }

    public required DryRunSource Source { get; init; }

    /// <summary>Why the diff did not answer; null when it did.</summary>
    public string? FallbackReason { get; init; }

    /// <summary>CRC-32 over the node ids in list order, as QMTL's answer names it.</summary>
    public uint NodeIdsCrc32 => SubmissionChecksum.Decimal;

    /// <summary>CRC-32 over the node ids in list order.</summary>
    public required ChecksumView SubmissionChecksum { get; init; }

    /// <summary>CRC-32 over the node ids in the DAG Manager's order.</summary>
    public required ChecksumView DiffChecksum { get; init; }

    /// <summary>True when the two checksums differ: the released Gateway would throw this diff away.</summary>
    public bool OrderBreaksReleasedDiff => SubmissionChecksum.Decimal != DiffChecksum.Decimal;

    public required string Version { get; init; }

    public required string ExecutionDomain { get; init; }

    public required bool Downgraded { get; init; }

    public string? DowngradeReason { get; init; }

    public required bool SafeMode { get; init; }

    public required double ElapsedMs { get; init; }

    /// <summary>Null when the diff did not answer.</summary>
    public DispositionCounts? Counts { get; init; }

    /// <summary>Every node of the DAG, in the DAG Manager's order.</summary>
    public required IReadOnlyList<DryRunNode> Nodes { get; init; }

    public static SentinelOrigin OriginOf(string sentinelId) =>
        sentinelId.Length == 0 ? SentinelOrigin.None
        : sentinelId.EndsWith("-sentinel", StringComparison.Ordinal) ? SentinelOrigin.Diff
        : sentinelId.StartsWith("dryrun:", StringComparison.Ordinal) ? SentinelOrigin.Fallback
        : SentinelOrigin.Unknown;

    public static DryRunAnswer Of(DryRunResult result, Dag dag)
    {
        var known = new Dictionary<string, DagNode>(dag.Nodes.Count, StringComparer.Ordinal);
        foreach (var node in dag.Nodes)
        {
            known.TryAdd(node.NodeId, node);
        }

        var fromDiff = result.Source == DryRunSource.Diff;
        var list = result.Nodes.Select(placed => Node(placed, known.GetValueOrDefault(placed.NodeId), result)).ToList();
        return new DryRunAnswer
        {
            QueueMap = fromDiff
                ? result.Nodes.GroupBy(placed => placed.NodeId, StringComparer.Ordinal)
                    .ToDictionary(group => group.Key, group => (IReadOnlyList<QueueView>)[.. group.Where(placed => placed.Topic is not null).Select(placed => new QueueView(placed.Topic!, false))], StringComparer.Ordinal)
                : result.TagQueues.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<QueueView>)[.. pair.Value.Select(View)], StringComparer.Ordinal),
            SentinelId = result.SentinelId,
            SentinelOrigin = OriginOf(result.SentinelId),
            Source = result.Source,
            FallbackReason = result.FallbackReason,
            SubmissionChecksum = ChecksumView.Of(result.SubmissionChecksum),
            DiffChecksum = ChecksumView.Of(result.DiffChecksum),
            Version = result.Version,
            ExecutionDomain = result.ExecutionDomain,
            Downgraded = result.Downgraded,
            DowngradeReason = result.DowngradeReason,
            SafeMode = result.SafeMode,
            ElapsedMs = Math.Round(result.Elapsed.TotalMilliseconds, 2),
            Counts = fromDiff
                ? new(Count(NodeDisposition.Reused), Count(NodeDisposition.Buffered), Count(NodeDisposition.New))
                : null,
            Nodes = list,
        };

        int Count(NodeDisposition disposition) => list.Count(node => node.Disposition == disposition);
    }

    private static DryRunNode Node(NodeQueue placed, DagNode? node, DryRunResult result) => new()
    {
        NodeId = placed.NodeId,
        Name = node?.Name,
        Type = node?.NodeType,
        Interval = node?.Interval,
        Disposition = placed.Disposition,
        Queue = placed.Topic,
        PartitionKey = placed.PartitionKey,
        Lag = placed.Lag,
        Reads = result.TagQueues.TryGetValue(placed.NodeId, out var queues) ? [.. queues.Select(View)] : null,
        ReadsProblem = result.TagProblems.GetValueOrDefault(placed.NodeId),
    };

    private static QueueView View(QueueDescriptor queue) => new(queue.Queue, queue.Global);
}
