using System.Globalization;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components.Feedback;
using Qmtl.Console.Components.Filter;
using Qmtl.Console.Components.Rail;
using Qmtl.Console.Components.Table;
using Qmtl.Console.Security;
using Qmtl.Operations.Audit;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Pages.Audit;

/// <summary>Who did what, when and why: search, inspect, take out, verify.</summary>
public sealed partial class AuditPage
{
    /// <summary>How many are read at a time.</summary>
    public const int PageSize = 200;

    /// <summary>How often it is asked whether there are newer ones.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private IReadOnlyList<TableColumn<NumberedRecord>> _columns = [];
    private IReadOnlyList<FilterKey> _keys = [];
    private IReadOnlyList<string> _problems = [];
    private IReadOnlyList<string> _unreadable = [];
    private IReadOnlyList<NumberedRecord>? _rows;
    private NumberedRecord? _selected;
    private AuditStoreFacts _facts = new("", "", null, 0);
    private AuditQuery _query = new();
    private FilterQuery? _read;
    private AuditVerification? _verification;
    private DateTimeOffset? _verifiedAt;
    private Failure? _verifyFailure;
    private DateTimeOffset? _readAt;
    private AccessDecision _mayVerify;
    private AccessDecision _mayRead;
    private long? _newest;
    private long? _matches;
    private long? _next;
    private long _searchedTo;
    private long _newer;
    private long _checked;
    private bool _isPartial;
    private bool _verifying;

    [Inject]
    private IAuditReader Audit { get; set; } = null!;

    [Inject]
    private ICurrentCaller Current { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private int? Count => _rows is null ? null : _matches is { } matches ? Shown(matches) : _next is null ? _rows.Count : null;

    private int? Total => _newest is { } newest ? Shown(newest) : null;

    protected override void OnInitialized()
    {
        base.OnInitialized();
        _keys =
        [
            new("outcome", "how it is or ended", [.. AuditFilter.Outcomes]),
            new("action", "what was done", () => Seen(record => record.Action)),
            new("actor", "user id of who did it", () => Seen(record => record.Actor)),
            new("target", "what it was done to", () => Seen(record => record.Target)),
            new("operation", "id of a plan", () => Seen(record => record.OperationId)),
            new("correlation", "joins what one request caused", () => Seen(record => record.CorrelationId)),
            new("from", "from this time on: date, UTC time or age", "1h", "24h", "7d"),
            new("until", "before this time", "1h", "24h", "7d"),
        ];
        _columns =
        [
            new() { Key = "number", Title = "No.", Cell = NumberCell, Width = 90, Number = true, Fixed = true },
            new() { Key = "time", Title = "Time (UTC)", Cell = TimeCell, Width = 160 },
            new() { Key = "age", Title = "Age", Cell = AgeCell, Width = 90, Optional = true },
            new() { Key = "actor", Title = "Who", Cell = ActorCell, Width = 120 },
            new() { Key = "action", Title = "Action", Cell = ActionCell, Width = 170 },
            new() { Key = "outcome", Title = "Outcome", Cell = OutcomeCell, Width = 110 },
            new() { Key = "target", Title = "Target", Cell = TargetCell, Width = 160 },
            new() { Key = "item", Title = "Item", Cell = ItemCell, Width = 140, Optional = true },
            new() { Key = "why", Title = "What happened, or why", Cell = WhyCell, Width = 300 },
            new() { Key = "operation", Title = "Operation", Cell = OperationCell, Width = 130 },
            new() { Key = "address", Title = "Address", Cell = AddressCell, Width = 120, Optional = true },
        ];
        Current.Changed += OnRightsChanged;
        Judge();
    }

    protected override async Task OnStateChangedAsync()
    {
        if (_read is null || !_read.Equals(State.Filter))
        {
            if (_read is not null) _rows = null;
            _read = State.Filter;
            await ReadAsync();
            _ = SearchOnAsync(State.Filter);
        }

        await SelectAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) _ = PollAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !HasLeft)
        {
            Current.Changed -= OnRightsChanged;
        }

        base.Dispose(disposing);
    }

    private static string Key(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Shown(long count) => (int)Math.Min(count, int.MaxValue);

    private IEnumerable<string> Seen(Func<AuditRecord, string?> value) => (_rows ?? []).Select(row => value(row.Record)).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private void OnRightsChanged() => _ = InvokeAsync(() =>
    {
        Judge();
        StateHasChanged();
    });

    private void Judge()
    {
        _mayVerify = Current.May(Permissions.AuditVerify);
        _mayRead = Current.May(Permissions.AuditRead);
    }

    private async Task PollAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(Interval, Time);
            while (await timer.WaitForNextTickAsync(Leaving)) await InvokeAsync(LookForNewerAsync);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The page was left.
        }
    }

    /// <summary>New records do not push those that somebody reads: a button tells of them.</summary>
    private async Task LookForNewerAsync()
    {
        if (_rows is null || ReadFailure is not null || IsReading) return;
        try
        {
            var page = await Audit.QueryAsync(Current.Caller, new() { Limit = 1 }, Leaving);
            var newer = page.Newest - (_newest ?? 0);
            if (newer == _newer) return;
            _newer = newer;
            StateHasChanged();
        }
        catch (OperationCanceledException) when (HasLeft)
        {
            // The page was left.
        }
#pragma warning disable CA1031 // Whatever the store throws is shown beside the old list.
        catch (Exception error)
#pragma warning restore CA1031
        {
            ReadFailure = Failed(error);
            StateHasChanged();
        }
    }

    private Task ReadAsync() => ReadAsync(null);

    private Task MoreAsync() => ReadAsync(_next);

    /// <summary>Goes on by itself while the search has found nothing and has not reached the oldest record.</summary>
    private async Task SearchOnAsync(FilterQuery asked)
    {
        while (_isPartial && _next is { } next && _rows is { Count: 0 } && ReadFailure is null && asked.Equals(State.Filter) && !HasLeft)
        {
            await ReadAsync(next);
            StateHasChanged();
        }
    }

    private async Task ReadAsync(long? before)
    {
        var asked = State.Filter;
        await TryReadAsync(
            async () =>
            {
                (_query, _problems) = AuditFilter.Of(asked, Time.GetUtcNow());
                var page = await Audit.QueryAsync(Current.Caller, _query with { Before = before, Limit = PageSize }, Leaving);
                // A later question has overtaken this one.
                if (!asked.Equals(State.Filter)) return;
                _rows = before is null ? page.Records : [.. _rows ?? [], .. page.Records];
                _unreadable = before is null ? page.Unreadable : [.. _unreadable.Concat(page.Unreadable).Distinct().Take(20)];
                if (before is null)
                {
                    _matches = page.Matches;
                    _newest = page.Newest;
                    _newer = 0;
                }

                _next = page.Next;
                _isPartial = page.IsPartial;
                _searchedTo = page.SearchedTo;
                _facts = Audit.Facts;
                _readAt = Time.GetUtcNow();
                ReadFailure = null;
            },
            Failed);
    }

    private static Failure Failed(Exception error) => error is PermissionDeniedException
        ? RailFailures.Of(error, "The audit is not shown.")
        : new("The audit could not be read.", error.Message, "Try again. If this lasts, look at the health report: the audit's disk or database needs attention.");

    private async Task SelectAsync()
    {
        if (State.Selected is not { } number)
        {
            _selected = null;
            return;
        }

        if ((_selected = _rows?.FirstOrDefault(row => row.Number == number)) is not null || ReadFailure is not null) return;
        try
        {
            _selected = await Audit.FindAsync(Current.Caller, number, Leaving);
        }
        catch (Exception error) when (error is PermissionDeniedException or AuditUnavailableException)
        {
            ReadFailure = Failed(error);
        }
    }

    private void MoveSelection(int step)
    {
        if (_rows is not { Count: > 0 } rows) return;
        var at = -1;
        for (var index = 0; index < rows.Count; index++)
        {
            if (rows[index].Number == State.Selected) at = index;
        }

        Go(Next with { Selected = rows[Math.Clamp(at + step, 0, rows.Count - 1)].Number }, replace: true);
    }

    private async Task VerifyAsync()
    {
        if (_verifying) return;
        _verifying = true;
        _verification = null;
        _verifyFailure = null;
        _checked = 0;
        var told = Time.GetTimestamp();
        try
        {
            var progress = new Watched(count =>
            {
                Volatile.Write(ref _checked, count);
                if (Time.GetElapsedTime(told) < TimeSpan.FromMilliseconds(200)) return;
                told = Time.GetTimestamp();
                _ = InvokeAsync(StateHasChanged);
            });
            _verification = await Task.Run(() => Audit.VerifyAsync(Current.Caller, progress, Leaving));
            _checked = _verification.Checked;
            _verifiedAt = Time.GetUtcNow();
            _verifying = false;
            await ReadAsync();
        }
        catch (OperationCanceledException) when (HasLeft)
        {
            // The page was left.
        }
#pragma warning disable CA1031 // Whatever the store throws is shown.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _verifyFailure = RailFailures.Of(error, "The audit could not be verified.");
        }
        finally
        {
            _verifying = false;
        }
    }

    private void CloseVerification()
    {
        _verification = null;
        _verifyFailure = null;
    }

    private string HeadWords() => _facts.Head is null ? ""
        : _facts.HeadProblem is { } problem ? $"The head could not be put there last time: {problem}"
        : _facts.HeadWrittenAt is { } at ? $"The head went to {_facts.Head} at {at:u}." : $"The head goes to {_facts.Head}; nothing had to be put there since the start.";

    private string SpoolWords() => _facts.Spooled > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{_facts.Spooled:N0} record(s) wait in the spool on this console's disk until the audit can be written again.")
        : "";

    /// <summary>Progress on the thread that reports it: a later report must not overtake the end.</summary>
    private sealed class Watched(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }
}
