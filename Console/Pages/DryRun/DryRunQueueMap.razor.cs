using System.Globalization;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components.Filter;
using Qmtl.Console.Components.Table;
using Qmtl.Console.DryRuns;
using Qmtl.DagManager;

namespace Qmtl.Console.Pages.DryRun;

/// <summary>Each node with its queue and what the graph does with it.</summary>
public sealed partial class DryRunQueueMap
{
    private IReadOnlyList<TableColumn<DryRunNode>> _columns = [];
    private IReadOnlyList<FilterKey> _keys = [];
    private IReadOnlyList<DryRunNode> _rows = [];
    private DryRunAnswer? _shown;
    private FilterQuery? _applied;

    [Parameter]
    [EditorRequired]
    public DryRunAnswer Answer { get; set; } = null!;

    [Parameter]
    [EditorRequired]
    public DryRunState State { get; set; } = null!;

    [Parameter]
    public EventCallback<DryRunState> StateChanged { get; set; }

    protected override void OnInitialized()
    {
        _keys =
        [
            new("is", "what the graph does with the node", [.. Enum.GetValues<NodeDisposition>().Select(Words.Of)]),
            new("type", "type of the node", () => Answer.Nodes.Select(node => node.Type).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
        ];
        _columns =
        [
            new() { Key = "node", Title = "Node", Cell = NodeCell, Width = 170, Fixed = true, SortBy = node => node.Name ?? node.NodeId },
            new() { Key = "type", Title = "Type", Cell = TypeCell, Width = 130, SortBy = node => node.Type },
            new() { Key = "disposition", Title = "Disposition", Cell = DispositionCell, Width = 110, SortBy = node => node.Disposition },
            new() { Key = "queue", Title = "Queue", Cell = QueueCell, Width = 400, SortBy = node => node.Queue },
            new() { Key = "reads", Title = "Reads", Cell = ReadsCell, Width = 180, SortBy = node => node.Reads?.Count, Hint = "Queues that a tag query would read" },
            new() { Key = "lag", Title = "Lag, bars", Cell = node => builder => builder.AddContent(0, node.Lag?.ToString("N0", CultureInfo.InvariantCulture)), Width = 90, Number = true, SortBy = node => node.Lag, DescendingFirst = true, Hint = "Bars to buffer before the queue is used; only for buffered nodes" },
            new() { Key = "key", Title = "Partition key", Cell = KeyCell, Width = 330, SortBy = node => node.PartitionKey },
            new() { Key = "id", Title = "Node id", Cell = IdCell, Width = 190, SortBy = node => node.NodeId, Optional = true },
        ];
    }

    protected override void OnParametersSet()
    {
        if (!ReferenceEquals(_shown, Answer) || !State.Filter.Equals(_applied))
        {
            _shown = Answer;
            _applied = State.Filter;
            _rows = QueueMapFilter.Apply(Answer.Nodes, State.Filter);
        }
    }
}
