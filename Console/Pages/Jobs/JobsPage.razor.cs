using System.Globalization;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components;
using Qmtl.Console.Components.Filter;
using Qmtl.Console.Components.Rail;
using Qmtl.Console.Components.Table;
using Qmtl.Console.Security;
using Qmtl.Operations.Jobs;

namespace Qmtl.Console.Pages.Jobs;

/// <summary>Executions of plans with their progress. Follows changes as they happen.</summary>
public sealed partial class JobsPage
{
    /// <summary>How many are read at a time.</summary>
    public const int PageSize = 200;

    /// <summary>How often the list is read again besides: leases run out without anybody saying so.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private IReadOnlyList<TableColumn<Job>> _columns = [];
    private IReadOnlyList<FilterKey> _keys = [];
    private IReadOnlyList<Job>? _jobs;
    private IReadOnlyList<Job> _rows = [];
    private JobsFilter _filter = JobsFilter.Of(FilterQuery.Empty);
    private CoalescingThrottle? _throttle;
    private ITimer? _timer;
    private Job? _selected;
    private bool _selectedMissing;
    private IReadOnlyList<JobState>? _readStates;
    private DateTimeOffset? _readAt;
    private string? _next;
    private int _pages = 1;

    [Inject]
    private IJobs Jobs { get; set; } = null!;

    [Inject]
    private ICurrentCaller Current { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private string Figures
    {
        get
        {
            var running = _jobs!.Count(job => job.State is JobState.Running or JobState.Waiting);
            var stuck = _jobs!.Count(job => job.State is JobState.Interrupted or JobState.Paused);
            return running + stuck == 0 ? "none is at work" : string.Create(CultureInfo.InvariantCulture, $"{running} at work{(stuck > 0 ? $", {stuck} wait for a person" : "")}");
        }
    }

    protected override void OnInitialized()
    {
        base.OnInitialized();
        _keys =
        [
            new("state", "where the job stands", [.. JobsFilter.StateNames]),
            new("kind", "kind of operation", () => All(job => job.Kind)),
            new("target", "what it is about", () => All(job => job.Target)),
            new("plan", "id of its plan", () => All(job => job.PlanId)),
        ];
        _columns =
        [
            new() { Key = "title", Title = "Job", Cell = TitleCell, Width = 220, Fixed = true },
            new() { Key = "state", Title = "State", Cell = StateCell, Width = 120 },
            new() { Key = "target", Title = "Target", Cell = TargetCell, Width = 150 },
            new() { Key = "items", Title = "Items", Cell = row => builder => builder.AddContent(0, row.Counts.Total.ToString("N0", CultureInfo.InvariantCulture)), Width = 70, Number = true },
            new() { Key = "counts", Title = "How they ended", Cell = CountsCell, Width = 200 },
            new() { Key = "by", Title = "Started by", Cell = ByCell, Width = 120 },
            new() { Key = "age", Title = "Started", Cell = AgeCell, Width = 90 },
            new() { Key = "owner", Title = "Process", Cell = OwnerCell, Width = 160, Optional = true },
            new() { Key = "id", Title = "Id", Cell = IdCell, Width = 150, Optional = true },
        ];
        _throttle = new(Time, TimeSpan.FromMilliseconds(250), () => InvokeAsync(RefreshAsync));
        Jobs.Changed += OnJobChanged;
        Current.Changed += _throttle.Signal;
        _timer = Time.CreateTimer(_ => _throttle.Signal(), null, Interval, Interval);
    }

    protected override async Task OnStateChangedAsync()
    {
        _filter = JobsFilter.Of(State.Filter);
        if (_readStates is null || !_readStates.SequenceEqual(_filter.States))
        {
            _pages = 1;
            await ReadAsync();
            return;
        }

        await SelectAsync();
        Arrange();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _throttle is { } throttle && !HasLeft)
        {
            Jobs.Changed -= OnJobChanged;
            Current.Changed -= throttle.Signal;
            _timer?.Dispose();
            throttle.Dispose();
        }

        base.Dispose(disposing);
    }

    private static string PlanOf(Job job) => $"/plans/{Uri.EscapeDataString(job.PlanId)}";

    private void OnJobChanged(Job job) => _throttle?.Signal();

    private async Task RefreshAsync()
    {
        if (HasLeft) return;
        await ReadAsync();
        StateHasChanged();
    }

    private Task MoreAsync()
    {
        _pages++;
        return ReadAsync();
    }

    private void Close() => Go(Next with { Job = null, Items = null });

    private void Move(int step)
    {
        var at = _rows.Select((row, index) => (row, index)).FirstOrDefault(pair => pair.row.Id == State.Job, (null!, -1)).Item2;
        if (_rows.Count > 0) Go(Next with { Job = _rows[Math.Clamp(at + step, 0, _rows.Count - 1)].Id, Items = null }, replace: true);
    }

    private async Task ReadAsync()
    {
        await TryReadAsync(
            async () =>
            {
                var states = _filter.States;
                List<Job> jobs = [];
                string? next = null;
                for (var page = 0; page < _pages; page++)
                {
                    var part = await Jobs.ListAsync(Current.Caller, new JobQuery { States = states, After = next, Limit = PageSize }, Leaving);
                    jobs.AddRange(part.Jobs);
                    next = part.Next;
                    if (next is null) break;
                }

                // A later question has overtaken this one.
                if (!states.SequenceEqual(_filter.States)) return;
                _jobs = jobs;
                _next = next;
                _readStates = states;
                _readAt = Time.GetUtcNow();
                await SelectAsync();
                Arrange();
                ReadFailure = null;
            },
            error => RailFailures.Of(error, "The jobs could not be read."));
    }

    /// <summary>The selected job: from the list, or by itself when it is older than what was read or does not fit the filter.</summary>
    private async Task SelectAsync()
    {
        var id = State.Job;
        var found = id is null ? null : _jobs?.FirstOrDefault(job => job.Id == id) ?? await Jobs.FindAsync(Current.Caller, id, Leaving);
        if (id != State.Job) return;
        _selectedMissing = id is not null && found is null;
        if (_selected != found) _selected = found;
    }

    private void Arrange()
    {
        IReadOnlyList<Job> rows = [.. (_jobs ?? []).Where(_filter.Fits)];
        if (!rows.SequenceEqual(_rows)) _rows = rows;
    }

    private IEnumerable<string> All(Func<Job, string> value) => (_jobs ?? []).Select(value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
}
