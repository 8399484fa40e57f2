using System.Globalization;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components.Feedback;
using Qmtl.Console.Components.Filter;
using Qmtl.Console.Components.Table;
using Qmtl.Console.Configuration;
using Qmtl.Console.Live;
using Qmtl.ControlBus.Normalising;
using Qmtl.Gateway;

namespace Qmtl.Console.Pages.Strategies;

/// <summary>All known strategies: search, filter, sort, inspect. Reads anew every few seconds while it is open, and at once when an event tells of a strategy.</summary>
public sealed partial class StrategiesPage
{
    /// <summary>How often the list is read.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _leaving = new();
    private IReadOnlyList<TableColumn<StrategyRecord>> _columns = [];
    private IReadOnlyList<FilterKey> _keys = [];
    private StrategySnapshot? _snapshot;
    private IReadOnlyList<StrategyRecord> _rows = [];
    private StrategyFilter _filter = StrategyFilter.Of(FilterQuery.Empty, DateTimeOffset.MinValue);
    private StrategyRecord? _selected;
    private Failure? _failure;
    private bool _noWorkerSeen;
    private bool _started;
    private IReadOnlyList<string> _families = [];
    private IDisposable? _following;

    [Inject]
    private Available<IStrategyCatalogue> Strategies { get; set; } = null!;

    [Inject]
    private ILiveWatch Live { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    protected override void OnInitialized()
    {
        base.OnInitialized();
        _keys =
        [
            new("state", "state of the strategy", [.. Enum.GetNames<StrategyState>().Select(name => name.ToLowerInvariant())]),
            new("world", "world it runs in", () => All(strategy => strategy.WorldIds)),
            new("tag", "tag of one of its nodes", () => All(strategy => strategy.Tags)),
            new("family", "name in its meta or as grouped; none for those without", () => All(strategy => strategy.Family is { } family ? [family] : ["none"])),
            new("version", "version in its meta", () => All(strategy => strategy.Version is { } version ? [version] : ["none"])),
            new("nodes", "number of nodes", ">50", "<10", "10..50"),
            new("age", "time since it was submitted", "<1h", "<1d", ">1w"),
        ];
        _columns =
        [
            new() { Key = "name", Title = "Family", Cell = NameCell, Width = 220, Fixed = true, SortBy = row => row.DisplayName, Hint = "Name in the meta of the submission; without one the start of the id" },
            new() { Key = "version", Title = "Version", Cell = VersionCell, Width = 100, SortBy = row => row.Version },
            new() { Key = "state", Title = "State", Cell = StateCell, Width = 150, SortBy = row => row.State },
            new() { Key = "nodes", Title = "Nodes", Cell = row => builder => builder.AddContent(0, row.NodeCount.ToString("N0", CultureInfo.InvariantCulture)), Width = 80, Number = true, SortBy = row => row.NodeCount, DescendingFirst = true },
            new() { Key = "age", Title = "Submitted", Cell = AgeCell, Width = 110, SortBy = row => row.SubmittedAt, DescendingFirst = true, Hint = "Age; sorted descending the newest come first" },
            new() { Key = "worlds", Title = "Worlds", Cell = WorldsCell, Width = 160, SortBy = row => row.WorldIds.Count == 0 ? null : string.Join(", ", row.WorldIds) },
            new() { Key = "tags", Title = "Tags", Cell = TagsCell, Width = 220 },
            new() { Key = "time", Title = "Submitted at (UTC)", Cell = SubmittedCell, Width = 170, SortBy = row => row.SubmittedAt, DescendingFirst = true, Optional = true },
            new() { Key = "id", Title = "Id", Cell = IdCell, Width = 200, SortBy = row => row.StrategyId },
        ];
    }

    protected override async Task OnStateChangedAsync()
    {
        if (_snapshot is null && !_started)
        {
            _started = true;
            await ReadAsync();
        }

        Arrange();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender && Strategies.Service is not null)
        {
            _ = PollAsync();
            _following = Live.Follow(new() { Types = [EventTypes.Progress, EventTypes.QueueMap] }, () => InvokeAsync(RefreshAsync));
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_leaving.IsCancellationRequested)
        {
            _following?.Dispose();
            _leaving.Cancel();
            _leaving.Dispose();
        }

        base.Dispose(disposing);
    }

    private static string HrefOf(StrategyRecord strategy) => $"/strategies/{Uri.EscapeDataString(strategy.StrategyId)}";

    private async Task PollAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(Interval, Time);
            while (await timer.WaitForNextTickAsync(_leaving.Token))
            {
                await InvokeAsync(RefreshAsync);
            }
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
    }

    private async Task RefreshAsync()
    {
        if (_leaving.IsCancellationRequested) return;
        await ReadAsync();
        StateHasChanged();
    }

    private async Task ReadAsync()
    {
        if (Strategies.Service is not { } catalogue)
        {
            return;
        }

        try
        {
            _snapshot = await catalogue.ListAsync(_leaving.Token);
            _failure = null;
            Arrange();
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The page was left.
        }
#pragma warning disable CA1031 // Whatever a source throws is shown beside the old list.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _failure = new("The strategies could not be read.", error.Message, "It is tried again every few seconds. If this lasts, look at the health strip.");
        }
    }

    private void Arrange()
    {
        _filter = StrategyFilter.Of(State.Filter, Time.GetUtcNow());
        if (_snapshot is not { } snapshot)
        {
            return;
        }

        _families = [.. snapshot.Strategies.Select(strategy => strategy.Family).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        // Where nothing ever left the queue, no worker runs: the released QMTL starts none.
        _noWorkerSeen = snapshot.Strategies.All(strategy => strategy.State == StrategyState.Queued);
        var candidates = State.LatestOnly ? StrategyFilter.Latest(snapshot.Strategies) : snapshot.Strategies;
        IReadOnlyList<StrategyRecord> rows = [.. candidates.Where(_filter.Fits)];
        if (!rows.SequenceEqual(_rows))
        {
            _rows = rows;
        }

        _selected = State.Selected is { } id ? snapshot.Strategies.FirstOrDefault(strategy => strategy.StrategyId == id) : null;
    }

    private void MoveSelection(int step)
    {
        var sorted = TableSort.Apply(_rows, State.Sort, _columns);
        var at = -1;
        for (var i = 0; i < sorted.Count; i++)
        {
            if (sorted[i].StrategyId == State.Selected)
            {
                at = i;
            }
        }

        if (sorted.Count > 0)
        {
            Go(Next with { Selected = sorted[Math.Clamp(at + step, 0, sorted.Count - 1)].StrategyId }, replace: true);
        }
    }

    private IReadOnlyList<StrategyRecord> OthersOf(StrategyRecord strategy) =>
        strategy.Family is null || _snapshot is null ? [] : [.. _snapshot.Strategies.Where(other => other.Family == strategy.Family && other.StrategyId != strategy.StrategyId)];

    private IEnumerable<string> All(Func<StrategyRecord, IReadOnlyList<string>> values) =>
        (_snapshot?.Strategies ?? []).SelectMany(values).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);

    private static string Figures(IReadOnlyList<StrategyRecord> strategies)
    {
        var failed = strategies.Count(strategy => strategy.State == StrategyState.Failed);
        var families = strategies.Where(strategy => strategy.Family is not null).Select(strategy => strategy.Family).Distinct(StringComparer.Ordinal).Count();
        return string.Create(CultureInfo.InvariantCulture, $"{strategies.Count:N0} submissions, {families:N0} families{(failed > 0 ? $", {failed:N0} failed" : "")}");
    }
}
