namespace Qmtl.Shared.Graphs;

/// <summary>What became of a node from one DAG to another.</summary>
public enum NodeStatus
{
    Unchanged,

    /// <summary>Nothing of the node itself changed, but something it is computed from did. Its content hash changes with it.</summary>
    UpstreamChanged,

    /// <summary>The node itself changed; see <see cref="NodeChanges"/>.</summary>
    Changed,

    Added,
    Removed,
}

/// <summary>What exactly changed in a node that both DAGs have.</summary>
[Flags]
public enum NodeChanges
{
    None = 0,

    /// <summary>Code hash, or the node type under the same id.</summary>
    Code = 1,

    /// <summary>Schema hash or schema compatibility id.</summary>
    Schema = 2,

    /// <summary>Parameters, interval, period, bucket, match mode, or a tag query's tags.</summary>
    Parameters = 4,

    /// <summary>It reads other nodes. The order of the inputs does not count.</summary>
    Rewired = 8,

    /// <summary>Name or tags. They do not change what is computed.</summary>
    Labels = 16,

    /// <summary>Something it is computed from changed, was added or was removed.</summary>
    Upstream = 32,
}

/// <summary>How two nodes were recognised as the same.</summary>
public enum NodeMatch
{
    /// <summary>In one of the DAGs only.</summary>
    None,
    NodeId,

    /// <summary>The same name and type, unique in both DAGs.</summary>
    NameAndType,

    /// <summary>The same type, code, schema, parameters and (after matching) inputs.</summary>
    Definition,
}

/// <summary>One node of the comparison.</summary>
/// <param name="Older">Index in the older DAG's nodes; -1 when added.</param>
/// <param name="Newer">Index in the newer DAG's nodes; -1 when removed.</param>
/// <param name="Match">How the two were recognised as the same.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Changes">What changed; <see cref="NodeChanges.None"/> for added, removed and unchanged nodes.</param>
public sealed record NodeComparison(int Older, int Newer, NodeMatch Match, NodeStatus Status, NodeChanges Changes)
{
    /// <summary>The same as badges of the drawing.</summary>
    public GraphFlags Flags => Status switch
    {
        NodeStatus.Added => GraphFlags.Added,
        NodeStatus.Removed => GraphFlags.Removed,
        NodeStatus.UpstreamChanged => GraphFlags.UpstreamChanged,
        _ => ((Changes & NodeChanges.Code) != 0 ? GraphFlags.ChangedCode : 0)
             | ((Changes & NodeChanges.Schema) != 0 ? GraphFlags.ChangedSchema : 0)
             | ((Changes & NodeChanges.Parameters) != 0 ? GraphFlags.ChangedParameters : 0)
             | ((Changes & NodeChanges.Rewired) != 0 ? GraphFlags.Rewired : 0),
    };
}
