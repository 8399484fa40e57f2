using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components;
using Qmtl.Console.DryRuns;

namespace Qmtl.Console.Pages.DryRun;

/// <summary>A stored result: summary, queue map, graph, findings, and how to get it over HTTP.</summary>
public sealed partial class DryRunResultView
{
    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

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

    private static string Key(DryRunTab tab) => tab.ToString().ToLowerInvariant();

    /// <summary>A refused DAG has no queue map: its findings stand there instead.</summary>
    private DryRunTab TabOf(DryRunReport report) => State.Tab == DryRunTab.Queues && report.Result is null ? DryRunTab.Findings : State.Tab;

    private static List<TabItem> TabsOf(DryRunReport report) =>
    [
        .. report.Result is { } answer ? [new TabItem(Key(DryRunTab.Queues), "Queue map", answer.Nodes.Count)] : Array.Empty<TabItem>(),
        new(Key(DryRunTab.Graph), "Graph"),
        new(Key(DryRunTab.Findings), "Findings", report.Findings.Errors + report.Findings.Warnings),
        new(Key(DryRunTab.Http), "Over HTTP"),
    ];

    private static string Headline(DryRunLookup outcome) => outcome switch
    {
        DryRunLookup.Expired => "This result expired",
        DryRunLookup.Damaged => "This result is damaged",
        DryRunLookup.NotHere => "This result is not here",
        _ => "There is no such result",
    };

    private string Link(DryRunReport report) => Navigation.BaseUri.TrimEnd('/') + report.Page;

    private Task ShowAsync(string key) => StateChanged.InvokeAsync(State with { Tab = Enum.Parse<DryRunTab>(key, ignoreCase: true) });
}
