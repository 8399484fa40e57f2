using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components;
using Qmtl.Console.Components.Feedback;
using Qmtl.Console.Graphs;
using Qmtl.Console.Layout;
using Qmtl.Console.Live;
using Qmtl.ControlBus.Normalising;
using Qmtl.Gateway;
using Qmtl.Shared.Dags;

namespace Qmtl.Console.Pages.Strategies;

/// <summary>One strategy: its graph, the same nodes as a table, its JSON, a comparison with another version, and an inspector for a node.</summary>
public sealed partial class StrategyPage
{
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromSeconds(20);
    private const int MaxOthers = 200;

    private readonly CancellationTokenSource _gone = new();
    private DagCanvas? _canvas;
    private StrategyDetail? _detail;
    private StrategyComparison? _comparison;
    private IReadOnlyList<StrategyRecord> _versions = [];
    private IReadOnlyList<StrategyRecord> _others = [];
    private Dictionary<string, StrategyRecord> _known = [];
    private StrategyRecord? _unreadable;
    private Failure? _failure;
    private string? _graphFailure;
    private string _source = "";
    private string? _shownId;
    private string? _messageTag;
    private bool _missing;
    private ITimer? _timer;
    private IDisposable? _following;

    [Parameter]
    public required string Id { get; set; }

    [Inject]
    private ILiveWatch Live { get; set; } = null!;

    [Inject]
    private StrategyGraphs Strategies { get; set; } = default!;

    [Inject]
    private TimeProvider Time { get; set; } = default!;

    private StrategyTab Tab => State.Tab == StrategyTab.Changes && _comparison is null ? StrategyTab.Graph : State.Tab;

    private IReadOnlyList<Crumb> Crumbs => [new("Strategies", "/strategies"), new(_detail?.Strategy.DisplayName ?? "", Id: Id)];

    private string FileName => string.Concat((_detail?.Strategy.DisplayName ?? Id).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' ? c : '-'));

    private string MessageUrl => _comparison is null
        ? MessageUrlOf(Id)
        : $"/api/v1/strategies/{Uri.EscapeDataString(_comparison.Newer.Strategy.StrategyId)}/compare/{Uri.EscapeDataString(_comparison.Older.Strategy.StrategyId)}/graph";

    private string GraphLabel => _comparison is null
        ? $"Graph of {_detail?.Strategy.DisplayName}"
        : $"Changes from {_comparison.Older.Strategy.DisplayName} to {_comparison.Newer.Strategy.DisplayName}";

    private IReadOnlyList<TabItem> TabItems
    {
        get
        {
            var items = new List<TabItem> { new(nameof(StrategyTab.Graph), "Graph"), new(nameof(StrategyTab.Table), "Table", _detail?.Graph.NodeCount) };
            if (_comparison is { } comparison) items.Add(new(nameof(StrategyTab.Changes), "Changes", comparison.Changes.Nodes.Count - comparison.Changes.Unchanged));
            items.Add(new(nameof(StrategyTab.Json), "JSON"));
            items.Add(new(nameof(StrategyTab.History), "History"));
            return items;
        }
    }

    /// <summary>The inspected node, in the version that has it; while comparing, the newer one first.</summary>
    private InspectedNode? Inspected
    {
        get
        {
            if (State.Node is not { } id || _detail is null) return null;
            if (_comparison is not { } comparison)
                return _detail.IndexOf(id) is >= 0 and var own ? new(_detail, own, null) : null;
            foreach (var detail in new[] { comparison.Newer, comparison.Older })
            {
                if (detail.IndexOf(id) is not (>= 0 and var index)) continue;
                var isNewer = ReferenceEquals(detail, comparison.Newer);
                var change = comparison.Changes.Nodes.FirstOrDefault(node => (isNewer ? node.Newer : node.Older) == index);
                return new(detail, index, change is null ? null : new NodeChange(comparison, change));
            }

            return null;
        }
    }

    private string NodeTitle => Inspected?.Node.DisplayName ?? "Unknown node";

    protected override void OnInitialized()
    {
        base.OnInitialized();
        _timer = Time.CreateTimer(_ => _ = InvokeAsync(RefreshAsync), null, RefreshEvery, RefreshEvery);
    }

    protected override void OnAfterRender(bool firstRender)
    {
        base.OnAfterRender(firstRender);
        // Queue and weight events name no strategy: any may be of one of its nodes.
        if (firstRender) _following = Live.Follow(new() { Types = [EventTypes.Progress, EventTypes.QueueMap, EventTypes.Queue, EventTypes.TagQuery, EventTypes.QueueLifecycle, EventTypes.SentinelWeight] }, () => InvokeAsync(RefreshAsync));
    }

    protected override async Task OnStateChangedAsync()
    {
        if (Strategies.Missing is not null) return;
        if (_shownId != Id)
        {
            _shownId = Id;
            _detail = null;
            _comparison = null;
            _missing = false;
            _unreadable = null;
            _graphFailure = null;
            await ReadAsync();
        }

        var compared = _comparison is null ? null : _comparison.Older.Strategy.StrategyId == Id ? _comparison.Newer.Strategy.StrategyId : _comparison.Older.Strategy.StrategyId;
        if (_detail is not null && compared != State.Compare) await CompareAsync();
    }

    private async Task ReadAsync()
    {
        try
        {
            var detail = await Strategies.DetailAsync(Id, _gone.Token);
            var list = await Strategies.ListAsync(_gone.Token);
            _source = list.Source;
            _failure = null;
            if (detail is null)
            {
                _unreadable = await Strategies.FindAsync(Id, _gone.Token);
                _missing = _unreadable is null;
                return;
            }

            _detail = detail;
            _messageTag = Strategies.MessageOf(detail).ETag;
            _known = list.Strategies.ToDictionary(strategy => strategy.StrategyId, StringComparer.Ordinal);
            _versions = detail.Strategy.Family is { } family
                ? [.. list.Strategies.Where(strategy => strategy.Family == family)]
                : [detail.Strategy];
            _others = [.. list.Strategies.Where(strategy => strategy.StrategyId != Id && !_versions.Contains(strategy)).OrderBy(strategy => strategy.DisplayName, StringComparer.OrdinalIgnoreCase).Take(MaxOthers)];
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // The page has gone.
        }
#pragma warning disable CA1031 // Whatever a service fails with is shown with what was read before.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failure = new("The strategy could not be read.", $"Gateway: {exception.Message}", "Look at the health strip; the page tries again by itself.");
        }
    }

    private async Task CompareAsync()
    {
        _comparison = null;
        _graphFailure = null;
        if (State.Compare is not { } other) return;
        try
        {
            _comparison = await Strategies.CompareAsync(Id, other, _gone.Token);
            if (_comparison is null) _graphFailure = $"Nothing to compare with: no strategy has the id {other}, or its DAG cannot be read.";
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // The page has gone.
        }
    }

    /// <summary>Reads again; the canvas fetches anew only when something that it shows has changed.</summary>
    private async Task ReloadAsync()
    {
        var before = _messageTag;
        await ReadAsync();
        if (_messageTag != before && before is not null && _canvas is not null) await _canvas.ReloadAsync();
    }

    private async Task RefreshAsync()
    {
        if (_gone.IsCancellationRequested || _missing || Strategies.Missing is not null) return;
        await ReloadAsync();
        StateHasChanged();
    }

    private Task NodeSelected(string? id)
    {
        Go(Next with { Node = id }, replace: true);
        return Task.CompletedTask;
    }

    private Task NodeOpened(string id) => NodeSelected(id);

    private Task CloseNode() => NodeSelected(null);

    private void ViewChosen(DagView view) => Go(Next with { View = view }, replace: true);

    private void SortChosen(string? sort) => Go(Next with { Sort = sort }, replace: true);

    private void TabChosen(string tab) => Go(Next with { Tab = Enum.Parse<StrategyTab>(tab) });

    private void CompareChosen(ChangeEventArgs change)
    {
        var other = change.Value as string;
        Go(Next with { Compare = string.IsNullOrEmpty(other) ? null : other, Tab = Tab == StrategyTab.Changes ? StrategyTab.Graph : Tab });
    }

    private void GraphReady(DagSize size) => _graphFailure = null;

    private void GraphFailed(string reason) => _graphFailure = reason;

    private static string PathOf(string id) => $"/strategies/{Uri.EscapeDataString(id)}";

    private static string MessageUrlOf(string id) => $"/api/v1/strategies/{Uri.EscapeDataString(id)}/graph";

    private string HrefOf(StrategyRecord version) => UrlState.Href(PathOf(version.StrategyId), State with { Compare = null, Node = null });

    private string HrefOfTab(StrategyTab tab) => UrlState.Href(PathOf(Id), State with { Tab = tab });

    private string HrefOfNode(string nodeId) => UrlState.Href(PathOf(Id), State with { Node = nodeId });

    private static string HrefOfSharer(string strategyId, string nodeId) => UrlState.Href(PathOf(strategyId), new StrategyPageState { Node = nodeId });

    private string NameOf(string strategyId) => _known.TryGetValue(strategyId, out var record) ? record.DisplayName : ShortId.Of(strategyId);

    private static string Count(int n, string one, string many) => $"{n.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)} {(n == 1 ? one : many)}";

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _timer?.Dispose();
            _following?.Dispose();
            _gone.Cancel();
            _gone.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>A node in the version that has it.</summary>
    private sealed record InspectedNode(StrategyDetail Detail, int Index, NodeChange? Change)
    {
        public DagNode Node => Detail.Dag.Nodes[Index];
    }
}
