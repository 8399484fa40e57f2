using Qmtl.Console.Graphs;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Graphs;

namespace Qmtl.Console.Pages.Strategies;

/// <summary>What became of one node between two versions, field by field.</summary>
public sealed record NodeChange(StrategyComparison Versions, NodeComparison Node)
{
    public DagNode? Before => Node.Older < 0 ? null : Versions.Older.Dag.Nodes[Node.Older];

    public DagNode? After => Node.Newer < 0 ? null : Versions.Newer.Dag.Nodes[Node.Newer];

    /// <summary>The change in words: <c>changed code, re-wired</c>.</summary>
    public string Words => WordsOf(Node);

    /// <summary>The fields whose text differs, with both texts; empty for added and removed nodes.</summary>
    public IReadOnlyList<FieldChange> Fields
    {
        get
        {
            if (Before is not { } before || After is not { } after) return [];
            var fields = new List<FieldChange>();
            Add("Node id", before.NodeId, after.NodeId);
            Add("Name", before.Name, after.Name);
            Add("Type", before.NodeType, after.NodeType);
            Add("Interval", before.Interval?.ToString(Invariant), after.Interval?.ToString(Invariant));
            Add("Period", before.Period?.ToString(Invariant), after.Period?.ToString(Invariant));
            Add("Tags", string.Join(", ", before.Tags), string.Join(", ", after.Tags));
            Add("Code hash", before.CodeHash, after.CodeHash);
            Add("Config hash", before.ConfigHash, after.ConfigHash);
            Add("Schema hash", before.SchemaHash, after.SchemaHash);
            Add("Schema compatibility", before.SchemaCompatId ?? before.SchemaId, after.SchemaCompatId ?? after.SchemaId);
            Add("Parameters", NodeJson.Parameters(before), NodeJson.Parameters(after));
            Add("Inputs", NamesOf(Versions.Older, before), NamesOf(Versions.Newer, after));
            return fields;

            void Add(string name, string? old, string? now)
            {
                if ((old ?? "") != (now ?? "")) fields.Add(new(name, old, now));
            }
        }
    }

    private static System.Globalization.CultureInfo Invariant => System.Globalization.CultureInfo.InvariantCulture;

    public static string WordsOf(NodeComparison node)
    {
        ArgumentNullException.ThrowIfNull(node);
        switch (node.Status)
        {
            case NodeStatus.Added: return "added";
            case NodeStatus.Removed: return "removed";
            case NodeStatus.UpstreamChanged: return "changed upstream";
            case NodeStatus.Unchanged: return "unchanged";
            default:
                var words = new List<string>();
                if (node.Changes.HasFlag(NodeChanges.Code)) words.Add("changed code");
                if (node.Changes.HasFlag(NodeChanges.Schema)) words.Add("changed schema");
                if (node.Changes.HasFlag(NodeChanges.Parameters)) words.Add("changed parameters");
                if (node.Changes.HasFlag(NodeChanges.Rewired)) words.Add("re-wired");
                if (node.Changes.HasFlag(NodeChanges.Labels)) words.Add("renamed or tagged");
                return string.Join(", ", words);
        }
    }

    private static string NamesOf(StrategyDetail detail, DagNode node) =>
        string.Join(", ", node.Inputs.Select(id => detail.IndexOf(id) is >= 0 and var i ? detail.Dag.Nodes[i].DisplayName : ShortId.Of(id)));
}

/// <summary>A field with its text in both versions; null where the version does not carry it.</summary>
public sealed record FieldChange(string Name, string? Before, string? After);
