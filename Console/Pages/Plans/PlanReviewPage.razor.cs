using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components;
using Qmtl.Console.Components.Feedback;
using Qmtl.Console.Components.Rail;
using Qmtl.Console.Security;
using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Pages.Plans;

/// <summary>
/// The review sheet: what exactly would happen, what speaks against it, who must say what, and how it ended. Follows changes as they happen; an action
/// is only sent for the plan as it is on the screen.
/// </summary>
public sealed partial class PlanReviewPage
{
    /// <summary>How often the plan is read again besides: windows close, and another console's change may be heard late.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private static readonly IReadOnlyList<TabItem> _tabs = [new(nameof(PlanTab.Review), "Review"), new(nameof(PlanTab.Http), "As HTTP"), new(nameof(PlanTab.CommandLine), "As command line")];

    private CoalescingThrottle? _throttle;
    private ITimer? _timer;
    private Plan? _plan;
    private PlanChoices? _choices;
    private Job? _job;
    private DateTimeOffset? _readAt;
    private Failure? _refusal;
    private string? _news;
    private bool _missing;
    private bool _acting;

    /// <summary>Id of the plan.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    [Inject]
    private IPlans Plans { get; set; } = null!;

    [Inject]
    private IJobs Jobs { get; set; } = null!;

    [Inject]
    private ICurrentCaller Current { get; set; } = null!;

    [Inject]
    private PublicAddress Address { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private bool IsClosed => _plan?.State is PlanState.Refused or PlanState.Rejected or PlanState.Withdrawn or PlanState.Expired;

    protected override void OnInitialized()
    {
        base.OnInitialized();
        _throttle = new(Time, CoalescingThrottle.RenderInterval, () => InvokeAsync(FollowAsync));
        Plans.Changed += OnPlanChanged;
        Jobs.Changed += OnJobChanged;
        Current.Changed += _throttle.Signal;
        _timer = Time.CreateTimer(_ => _throttle.Signal(), null, Interval, Interval);
    }

    protected override async Task OnStateChangedAsync()
    {
        if (_plan?.Id == Id) return;
        _plan = null;
        _job = null;
        _refusal = null;
        _news = null;
        await ReadAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _throttle is { } throttle && !HasLeft)
        {
            Plans.Changed -= OnPlanChanged;
            Jobs.Changed -= OnJobChanged;
            Current.Changed -= throttle.Signal;
            _timer?.Dispose();
            throttle.Dispose();
        }

        base.Dispose(disposing);
    }

    private void OnPlanChanged(Plan plan)
    {
        if (plan.Id == Id) _throttle?.Signal();
    }

    private void OnJobChanged(Job job)
    {
        if (job.PlanId == Id) _throttle?.Signal();
    }

    private async Task RefreshAsync()
    {
        await ReadAsync();
        StateHasChanged();
    }

    /// <summary>Reads after a change that came from elsewhere, and says so when it changed what can be done.</summary>
    private async Task FollowAsync()
    {
        if (HasLeft) return;
        var before = _plan;
        await ReadAsync();
        if (!_acting && before is not null && _plan is { } now && before.Id == now.Id && before.State != now.State) _news = News(now);
        StateHasChanged();
    }

    private static string News(Plan plan) => plan.State switch
    {
        PlanState.WaitingForApproval => $"{plan.Confirmed?.Name} has just confirmed this plan.",
        PlanState.Ready => plan.Approvals is [.., var last] ? $"{last.Name} has just approved this plan; it may be executed now." : $"{plan.Confirmed?.Name} has just confirmed this plan; it may be executed now.",
        PlanState.Executing => $"{plan.Executed?.Name} has just started the execution of this plan.",
        PlanState.Executed => "The execution of this plan has just ended.",
        PlanState.Rejected or PlanState.Withdrawn => $"{plan.Closed?.Name} has just {RailWords.Of(plan.State)} this plan.",
        PlanState.Expired => "A window of this plan has just closed. Nothing was done.",
        _ => $"This plan is now {RailWords.Of(plan.State)}.",
    };

    private async Task ReadAsync()
    {
        var id = Id;
        await TryReadAsync(
            async () =>
            {
                var plan = await Plans.FindAsync(Current.Caller, id, Leaving);
                var choices = plan is null ? null : await Plans.ChoicesAsync(Current.Caller, plan, Leaving);
                var job = plan?.JobId is { } jobId && Current.May(Permissions.JobsRead).Allowed ? await Jobs.FindAsync(Current.Caller, jobId, Leaving) : null;
                if (id != Id) return;
                Take(plan, choices, job);
                _missing = plan is null;
                ReadFailure = null;
            },
            error => RailFailures.Of(error, "The plan could not be read."));
    }

    /// <summary>Keeps the instance while nothing changed, so that the tables below do not read again.</summary>
    private void Take(Plan? plan, PlanChoices? choices, Job? job)
    {
        if (_plan?.Id != plan?.Id || _plan?.Version != plan?.Version) _plan = plan;
        _choices = choices;
        if (_job?.Id != job?.Id || _job?.Version != job?.Version || _job?.InFlight != job?.InFlight) _job = job;
        _readAt = Time.GetUtcNow();
    }

    /// <summary>Does what a person decided, for the plan as it was on the screen. A second click while it runs does nothing.</summary>
    private async Task ActAsync(PlanAct act)
    {
        if (_acting || _plan is not { } seen) return;
        _acting = true;
        _refusal = null;
        _news = null;
        try
        {
            var now = await Plans.FindAsync(Current.Caller, seen.Id, Leaving);
            if (now is null || now.State != seen.State || now.Digest != seen.Digest || now.Version != seen.Version)
            {
                _refusal = new("Nothing was done: the plan is no longer as it was on this screen.", now is null ? "It is gone." : News(now), "Look at it again, then decide.");
            }
            else
            {
                var plan = await act.Do(Plans, Current.Caller, seen, Leaving);
                if (plan.Id != seen.Id)
                {
                    Navigation.NavigateTo($"/plans/{Uri.EscapeDataString(plan.Id)}");
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (HasLeft)
        {
            // The page was left; what was asked for goes on.
        }
#pragma warning disable CA1031 // Whatever refuses is shown beside the button.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _refusal = RailFailures.Of(error, act.Refused);
        }
        finally
        {
            await ReadAsync();
            _acting = false;
        }
    }
}
