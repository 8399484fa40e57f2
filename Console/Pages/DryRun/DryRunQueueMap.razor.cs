using System.Globalization;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.DryRuns;
using Qmtl.DagManager;

namespace Qmtl.Console.Pages.DryRun;

/// <summary>Each node with its queue and what the graph does with it.</summary>
public sealed partial class DryRunQueueMap
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;
    private (DryRunAnswer Answer, string Filter)? _filtered;

    [Parameter]
    [EditorRequired]
    public DryRunAnswer Answer { get; set; } = null!;

    [Parameter]
    [EditorRequired]
    public DryRunState State { get; set; } = null!;

    [Parameter]
    public EventCallback<DryRunState> StateChanged { get; set; }

    private List<DryRunNode> Rows { get; set; } = [];

    protected override void OnParametersSet()
    {
        if (_filtered is not { } last || !ReferenceEquals(last.Answer, Answer) || last.Filter != State.Filter)
        {
            _filtered = (Answer, State.Filter);
            Rows = [.. QueueMapFilter.Apply(Answer.Nodes, State.Filter)];
        }
    }

    private Task FilterAsync(ChangeEventArgs change) => StateChanged.InvokeAsync(State with { Filter = change.Value?.ToString()?.Trim() ?? "" });

    private static string Word(NodeDisposition disposition) => disposition switch
    {
        NodeDisposition.Reused => "reused",
        NodeDisposition.Buffered => "buffered",
        NodeDisposition.New => "new",
        _ => "unknown",
    };
}
