using System.Text.Json;

namespace Qmtl.Shared.Dags;

/// <summary>A strategy's DAG as submitted: nodes in submission order. Edges are the nodes' inputs.</summary>
public sealed class Dag
{
    public required DagGeneration Generation { get; init; }

    /// <summary><c>schema_version</c> as given, or null when absent.</summary>
    public string? SchemaVersion { get; init; }

    /// <summary>Nodes in list order, without <c>VersionSentinel</c> nodes.</summary>
    public required IReadOnlyList<DagNode> Nodes { get; init; }

    /// <summary>The <c>VersionSentinel</c> node the DAG carries, or null.</summary>
    public VersionSentinelNode? Sentinel { get; init; }

    /// <summary>The document's <c>meta</c> object; <see cref="JsonValueKind.Undefined"/> when absent.</summary>
    public JsonElement Meta { get; init; }

    /// <summary>The compute context: <c>compute_context</c> of the root, else of <c>meta</c>, else empty.</summary>
    public ComputeContext Context { get; init; } = ComputeContext.Empty;

    /// <summary>
    /// The version label as the DAG Manager resolves it: sentinel, else <c>strategy_version</c>, <c>version</c>, <c>build_version</c> of the root,
    /// else of <c>meta</c>, else null (topics then say <c>v1</c>).
    /// </summary>
    public string? VersionLabel { get; init; }

    /// <summary>The family name: <c>name</c> of <c>meta</c>, or null. QMTL itself knows no family.</summary>
    public string? FamilyName { get; init; }

    /// <summary>CRC-32 over the node ids in list order: what the Gateway expects as <c>node_ids_crc32</c>.</summary>
    public required uint SubmissionChecksum { get; init; }

    /// <summary>CRC-32 over the node ids in the DAG Manager's topological order. Differs from <see cref="SubmissionChecksum"/> when the order breaks the released Diff.</summary>
    public required uint DiffChecksum { get; init; }
}

/// <summary>The <c>VersionSentinel</c> node of a DAG: a version label and, for a canary, its traffic weight.</summary>
/// <param name="NodeId">Its node id, usually <c>&lt;strategy id&gt;-sentinel</c>.</param>
/// <param name="Version">Version label or null.</param>
/// <param name="Weight">Traffic weight in [0, 1] (clamped) or null.</param>
public sealed record VersionSentinelNode(string? NodeId, string? Version, double? Weight);
