namespace Qmtl.Shared.Graphs;

/// <summary>Facts about a node that the drawing shows as badges or colour. The values are part of the browser's message.</summary>
[Flags]
public enum GraphFlags
{
    None = 0,

    /// <summary>Other strategies have this node, too.</summary>
    Shared = 1,

    /// <summary>A dry-run says the node would be created.</summary>
    New = 2,

    /// <summary>A dry-run says the node's data would be buffered.</summary>
    Buffered = 4,

    /// <summary>The submitted id is not what the fields give, or the caller wants it marked as not verified.</summary>
    UnverifiedId = 8,

    /// <summary>The node's queue is marked global.</summary>
    Global = 16,

    /// <summary>A dry-run says an existing node and queue would be used.</summary>
    Reused = 32,

    Added = 64,
    Removed = 128,
    ChangedCode = 256,
    ChangedSchema = 512,

    /// <summary>The node reads other nodes than before.</summary>
    Rewired = 1024,

    ChangedParameters = 2048,

    /// <summary>Nothing of the node itself changed, but something that it is computed from did.</summary>
    UpstreamChanged = 4096,
}
