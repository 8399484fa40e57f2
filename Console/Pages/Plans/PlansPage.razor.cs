using System.Globalization;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components;
using Qmtl.Console.Components.Filter;
using Qmtl.Console.Components.Rail;
using Qmtl.Console.Components.Table;
using Qmtl.Console.Security;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Pages.Plans;

/// <summary>Plans: those that wait for the caller, the caller's own, all recent ones. Follows changes as they happen.</summary>
public sealed partial class PlansPage
{
    /// <summary>How many are read at a time.</summary>
    public const int PageSize = 200;

    private IReadOnlyList<TableColumn<Plan>> _columns = [];
    private IReadOnlyList<FilterKey> _keys = [];
    private IReadOnlyList<TabItem> _tabs = [];
    private IReadOnlyList<string> _problems = [];
    private IReadOnlyList<Plan>? _rows;
    private CoalescingThrottle? _throttle;
    private PlanCounts? _counts;
    private PlansState? _read;
    private DateTimeOffset? _readAt;
    private AccessDecision _may;
    private string? _next;
    private int _pages = 1;

    [Inject]
    private IPlans Plans { get; set; } = null!;

    [Inject]
    private ICurrentCaller Current { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    protected override void OnInitialized()
    {
        base.OnInitialized();
        _keys =
        [
            new("state", "where the plan stands", [.. PlansFilter.States]),
            new("kind", "kind of operation", () => Plans.Kinds.Select(kind => kind.Kind.Name)),
            new("target", "what it is about", () => (_rows ?? []).Select(plan => plan.Content.Target).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
        ];
        _columns =
        [
            new() { Key = "title", Title = "Plan", Cell = TitleCell, Width = 220, Fixed = true },
            new() { Key = "state", Title = "State", Cell = StateCell, Width = 190 },
            new() { Key = "target", Title = "Target", Cell = TargetCell, Width = 150 },
            new() { Key = "items", Title = "Items", Cell = row => builder => builder.AddContent(0, row.ItemCount.ToString("N0", CultureInfo.InvariantCulture)), Width = 70, Number = true },
            new() { Key = "summary", Title = "What would happen", Cell = SummaryCell, Width = 260 },
            new() { Key = "author", Title = "Author", Cell = AuthorCell, Width = 120 },
            new() { Key = "age", Title = "Made", Cell = AgeCell, Width = 90 },
            new() { Key = "window", Title = "Time left", Cell = DeadlineCell, Width = 130, Hint = "Time left for the next step: confirmation, approval or execution" },
            new() { Key = "reason", Title = "Reason", Cell = ReasonCell, Width = 220, Optional = true },
            new() { Key = "id", Title = "Id", Cell = IdCell, Width = 150, Optional = true },
        ];
        Label(0);
        _throttle = new(Time, TimeSpan.FromMilliseconds(500), () => InvokeAsync(RefreshAsync));
        Plans.Changed += OnPlanChanged;
        Current.Changed += _throttle.Signal;
        Judge();
    }

    protected override async Task OnStateChangedAsync()
    {
        // Opening the dialog reads nothing.
        if (_read is not null && _read with { New = null, Target = null } == State with { New = null, Target = null }) return;
        if (_read?.List != State.List) _rows = null;
        _read = State;
        _pages = 1;
        await ReadAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _throttle is { } throttle && !HasLeft)
        {
            Plans.Changed -= OnPlanChanged;
            Current.Changed -= throttle.Signal;
            throttle.Dispose();
        }

        base.Dispose(disposing);
    }

    private static string HrefOf(Plan plan) => $"/plans/{Uri.EscapeDataString(plan.Id)}";

    private void Open(Plan plan) => Navigation.NavigateTo(HrefOf(plan));

    private void OnPlanChanged(Plan plan) => _throttle?.Signal();

    private async Task RefreshAsync()
    {
        if (HasLeft) return;
        Judge();
        await ReadAsync();
        StateHasChanged();
    }

    private async Task MoreAsync()
    {
        _pages++;
        await ReadAsync();
    }

    private void Label(int waiting) => _tabs =
    [
        new(nameof(PlanList.Recent), "Recent"),
        new(nameof(PlanList.WaitingForMe), "Waiting for me", waiting > 0 ? waiting : null),
        new(nameof(PlanList.Mine), "Mine"),
    ];

    /// <summary>Whether the caller may plan anything at all.</summary>
    private void Judge()
    {
        var decisions = Plans.Kinds.Select(kind => Current.May(kind.Kind.Permission)).ToArray();
        _may = decisions.Length == 0 ? AccessDecision.No("This console has no operation to plan.")
            : decisions.Any(decision => decision.Allowed) ? AccessDecision.Yes : decisions[0];
    }

    private async Task ReadAsync()
    {
        var asked = State;
        await TryReadAsync(
            async () =>
            {
                (var query, _problems) = PlansFilter.Of(asked.List, asked.Filter);
                List<Plan> rows = [];
                string? next = null;
                for (var page = 0; page < _pages; page++)
                {
                    var part = await Plans.ListAsync(Current.Caller, query with { After = next, Limit = PageSize }, Leaving);
                    rows.AddRange(part.Plans);
                    next = part.Next;
                    if (next is null) break;
                }

                var counts = await Plans.CountAsync(Current.Caller, Leaving);
                // A later question has overtaken this one.
                if (asked.List != State.List || !asked.Filter.Equals(State.Filter)) return;
                if (_rows is null || !rows.Select(row => (row.Id, row.Version)).SequenceEqual(_rows.Select(row => (row.Id, row.Version)))) _rows = rows;
                _next = next;
                _counts = counts;
                Label(counts.WaitingForMe);
                _readAt = Time.GetUtcNow();
                ReadFailure = null;
            },
            error => RailFailures.Of(error, "The plans could not be read."));
    }
}
