using Qmtl.Console.Components;
using Qmtl.Console.Components.Text;
using Qmtl.Console.Security;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Rail;

/// <summary>Something about plans that a person should hear of now.</summary>
/// <param name="Tag">The same tag replaces its predecessor.</param>
/// <param name="Address">Page to go to.</param>
public sealed record PlanNotice(string Tag, string Title, string Text, string Address);

/// <summary>
/// Watches plans for the person of one circuit: how many wait for them, and what they should hear of (a plan waits for them, theirs was approved or
/// rejected, a window closes in five minutes). Each is told once.
/// </summary>
public sealed class PlanWatch : IDisposable
{
    /// <summary>How long before a window closes its author is told.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);

    /// <summary>How often it looks besides what it hears of: windows close by themselves.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private const int MostRemembered = 1_000;
    private const int MostPlans = 100;

    private readonly IPlans _plans;
    private readonly ICurrentCaller _current;
    private readonly TimeProvider _time;
    private readonly ILogger<PlanWatch> _log;
    private readonly CoalescingThrottle _throttle;
    private readonly ITimer _timer;
    private readonly Queue<string> _toldOrder = new();
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PlanState> _mine = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private bool _begun;
    private bool _disposed;

    public PlanWatch(IPlans plans, ICurrentCaller current, TimeProvider time, ILogger<PlanWatch> log)
    {
        (_plans, _current, _time, _log) = (plans, current, time, log);
        _throttle = new(time, TimeSpan.FromSeconds(1), LookAsync);
        _timer = time.CreateTimer(_ => _throttle.Signal(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Plans that wait for this person; null while it is not known.</summary>
    public int? Waiting { get; private set; }

    /// <summary>Raised when <see cref="Waiting"/> has changed. On any thread.</summary>
    public event Action? Changed;

    /// <summary>Raised for each notice. On any thread.</summary>
    public event Action<PlanNotice>? Noticed;

    /// <summary>Begins to watch; once. What waits already is counted, and not told.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            if (_begun || _disposed) return;
            _begun = true;
        }

        _plans.Changed += OnChanged;
        _current.Changed += _throttle.Signal;
        _timer.Change(Interval, Interval);
        _throttle.Signal();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
        }

        _plans.Changed -= OnChanged;
        _current.Changed -= _throttle.Signal;
        _timer.Dispose();
        _throttle.Dispose();
    }

    private void OnChanged(Plan plan) => _throttle.Signal();

    private async Task LookAsync()
    {
        try
        {
            if (!_current.May(Permissions.PlansRead).Allowed)
            {
                Count(null);
                return;
            }

            var caller = _current.Caller;
            var counts = await _plans.CountAsync(caller, CancellationToken.None);
            var waiting = counts.WaitingForMe == 0 ? [] : (await _plans.ListAsync(caller, new(PlanList.WaitingForMe) { Limit = MostPlans }, CancellationToken.None)).Plans;
            foreach (var plan in waiting) TellWaiting(plan, silent: Waiting is null);
            var mine = (await _plans.ListAsync(caller, new(PlanList.Mine) { Limit = MostPlans }, CancellationToken.None)).Plans;
            foreach (var plan in mine) TellMine(plan);
            Forget(mine);
            Count(counts.WaitingForMe);
        }
        catch (PermissionDeniedException)
        {
            Count(null);
        }
#pragma warning disable CA1031 // The frame stays as it is; the pages themselves say what fails.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _log.LogWarning(error, "Plans that wait could not be counted");
        }
    }

    private void TellWaiting(Plan plan, bool silent) => Tell(
        new($"wait:{plan.Id}:{plan.State}",
            plan.State == PlanState.WaitingForApproval ? $"{plan.Author.Name}'s plan waits for your approval" : "An emergency waits for your review",
            $"{Name(plan)}. {plan.Reason}", Address(plan)), silent);

    private void TellMine(Plan plan)
    {
        var known = _mine.TryGetValue(plan.Id, out var before);
        _mine[plan.Id] = plan.State;
        if (known && before != plan.State)
        {
            if (plan.State == PlanState.Ready && plan.Approvals is [.., var approval])
            {
                Tell(new($"mine:{plan.Id}:ready", $"{approval.Name} approved your plan", $"{Name(plan)}. It may be executed now.", Address(plan)), silent: false);
            }

            if (plan.State == PlanState.Rejected)
            {
                Tell(new($"mine:{plan.Id}:rejected", $"{plan.Closed?.Name} rejected your plan", $"{Name(plan)}. {plan.Closed?.Note}", Address(plan)), silent: false);
            }
        }

        var (what, until) = plan.State switch
        {
            PlanState.Planned => ("confirmed", plan.ConfirmBefore),
            PlanState.WaitingForApproval => ("approved", plan.ApproveBefore ?? DateTimeOffset.MaxValue),
            PlanState.Ready => ("executed", plan.ExecuteBefore ?? DateTimeOffset.MaxValue),
            _ => ("", DateTimeOffset.MaxValue),
        };
        var now = _time.GetUtcNow();
        if (until > now && until - now <= Ahead)
        {
            Tell(new($"window:{plan.Id}:{plan.State}", $"A window of your plan closes in {Age.Left(until, now)}", $"{Name(plan)}. It must be {what} before {Age.Utc(until)} UTC.", Address(plan)), silent: false);
        }
    }

    private static string Name(Plan plan) => $"{plan.Title}: {plan.Content.Target}";

    private static string Address(Plan plan) => $"/plans/{Uri.EscapeDataString(plan.Id)}";

    private void Tell(PlanNotice notice, bool silent)
    {
        if (!_told.Add(notice.Tag)) return;
        _toldOrder.Enqueue(notice.Tag);
        if (_toldOrder.Count > MostRemembered) _told.Remove(_toldOrder.Dequeue());
        if (!silent) Noticed?.Invoke(notice);
    }

    private void Forget(IReadOnlyList<Plan> kept)
    {
        var ids = kept.Select(plan => plan.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var id in _mine.Keys.Where(id => !ids.Contains(id)).ToArray()) _mine.Remove(id);
    }

    private void Count(int? waiting)
    {
        if (Waiting == waiting) return;
        Waiting = waiting;
        Changed?.Invoke();
    }
}
