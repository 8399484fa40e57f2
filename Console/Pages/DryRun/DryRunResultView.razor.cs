using System.Globalization;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.DryRuns;

namespace Qmtl.Console.Pages.DryRun;

/// <summary>A stored result: summary, queue map, graph, findings, and how to get it over HTTP.</summary>
public sealed partial class DryRunResultView
{
    /// <summary>What became of the id; null while it is looked up.</summary>
    [Parameter]
    public DryRunFind? Find { get; set; }

    /// <summary>How long results are kept.</summary>
    [Parameter]
    public TimeSpan Kept { get; set; }

    [Parameter]
    [EditorRequired]
    public DryRunState State { get; set; } = null!;

    [Parameter]
    public EventCallback<DryRunState> StateChanged { get; set; }

    [Parameter]
    public EventCallback<FindingView> OnOpenFinding { get; set; }

    /// <summary>Where the DAG can be edited; null when the editor is open already.</summary>
    [Parameter]
    public string? EditHref { get; set; }

    private string Is(DryRunTab tab) => State.Tab == tab ? "true" : "false";

    private Task ShowAsync(DryRunTab tab) => StateChanged.InvokeAsync(State with { Tab = tab });

    private static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
