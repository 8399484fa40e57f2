using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components.Text;
using Qmtl.Console.Graphs;
using Qmtl.Shared.Dags;

namespace Qmtl.Console.Pages.Strategies;

public sealed partial class NodeDetails : ComponentBase
{
    /// <summary>Links shown of each kind.</summary>
    private const int MaxLinks = 50;

    [Parameter, EditorRequired]
    public required StrategyDetail Detail { get; set; }

    /// <summary>Index of the node in the DAG.</summary>
    [Parameter, EditorRequired]
    public required int Index { get; set; }

    /// <summary>What became of it between two versions; null when none are compared.</summary>
    [Parameter]
    public NodeChange? Change { get; set; }

    /// <summary>Address of this page with another node selected.</summary>
    [Parameter, EditorRequired]
    public required Func<string, string> HrefOf { get; set; }

    /// <summary>Address of another strategy with a node selected.</summary>
    [Parameter, EditorRequired]
    public required Func<string, string, string> StrategyHrefOf { get; set; }

    /// <summary>Display name of a strategy.</summary>
    [Parameter, EditorRequired]
    public required Func<string, string> NameOf { get; set; }

    private DagNode Node => Detail.Dag.Nodes[Index];

    private NodeNow Now => Detail.Nodes[Index];

    private IReadOnlyList<DagNode> Inputs => [.. Detail.Graph.Predecessors(Index).ToArray().Select(i => Detail.Dag.Nodes[i])];

    private IReadOnlyList<DagNode> Consumers => [.. Detail.Graph.Successors(Index).ToArray().Select(i => Detail.Dag.Nodes[i])];

    private IReadOnlyList<string> Unknown => [.. Node.Inputs.Where(id => Detail.IndexOf(id) < 0).Take(MaxLinks)];

    private string VerdictWord => Node.Verdict.State switch
    {
        NodeIdState.Verified => "verified",
        NodeIdState.Mismatch => "does not match the fields",
        NodeIdState.Refused => "fields refused",
        _ => "cannot be verified",
    };

    private string VerdictTone => Node.Verdict.State switch
    {
        NodeIdState.Verified => "ok",
        NodeIdState.Mismatch or NodeIdState.Refused => "broken",
        _ => "unknown",
    };

    private static string Value(string? text) => string.IsNullOrEmpty(text) ? "–" : text.Length <= 200 ? text : Middle.Cut(text, 200);
}
