using System.ComponentModel.DataAnnotations;

namespace Qmtl.DagManager;

/// <summary>Switches and bounds of the graph in memory.</summary>
public sealed class DagManagerOptions
{
    /// <summary>Whether topics carry <c>world.domain.</c> when the DAG names a namespace or a world.</summary>
    public bool EnableTopicNamespace { get; set; } = true;

    /// <summary>Most nodes; a submission that would pass it is refused whole.</summary>
    [Range(1, 10_000_000)]
    public int MaxNodes { get; set; } = 200_000;

    /// <summary>Most queues.</summary>
    [Range(1, 10_000_000)]
    public int MaxQueues { get; set; } = 400_000;

    /// <summary>Most sentinels.</summary>
    [Range(1, 10_000_000)]
    public int MaxSentinels { get; set; } = 50_000;
}
