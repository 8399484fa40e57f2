using System.Text.Json;
using Qmtl.Shared.Dags;

namespace Qmtl.Shared.Graphs;

/// <summary>Compares the fields of two nodes that are taken for the same. A field that one side does not carry tells nothing.</summary>
internal static class NodeFields
{
    public static NodeChanges Compare(DagNode older, DagNode newer)
    {
        var changes = NodeChanges.None;
        if (older.NodeType != newer.NodeType || Differ(older.CodeHash, newer.CodeHash)) changes |= NodeChanges.Code;
        if (Differ(older.SchemaHash, newer.SchemaHash)
            || Differ(older.SchemaCompatId ?? older.SchemaId, newer.SchemaCompatId ?? newer.SchemaId)) changes |= NodeChanges.Schema;
        if (ParametersDiffer(older, newer)) changes |= NodeChanges.Parameters;
        var sameTags = older.Tags.SequenceEqual(newer.Tags, StringComparer.Ordinal);
        if (!sameTags && newer.IsTagQuery) changes |= NodeChanges.Parameters;
        if ((!sameTags && !newer.IsTagQuery) || older.Name != newer.Name) changes |= NodeChanges.Labels;
        return changes;
    }

    /// <summary>The node's <c>params</c>, else <c>config</c>.</summary>
    public static bool TryGetParameters(DagNode node, out JsonElement parameters)
    {
        parameters = default;
        return node.Json.ValueKind == JsonValueKind.Object
            && (node.Json.TryGetProperty("params", out parameters) || node.Json.TryGetProperty("config", out parameters));
    }

    private static bool ParametersDiffer(DagNode older, DagNode newer)
    {
        if (older.Interval != newer.Interval || older.Period != newer.Period || older.Bucket != newer.Bucket
            || Differ(older.MatchMode, newer.MatchMode)) return true;
        return TryGetParameters(older, out var a) && TryGetParameters(newer, out var b)
            ? !JsonElement.DeepEquals(a, b)
            : Differ(older.ConfigHash, newer.ConfigHash);
    }

    private static bool Differ(string? older, string? newer) => older is not null && newer is not null && older != newer;
}
