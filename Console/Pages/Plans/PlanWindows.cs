using Qmtl.Operations.Plans;

namespace Qmtl.Console.Pages.Plans;

/// <summary>A window of a plan.</summary>
/// <param name="Name">What must happen before it closes.</param>
public sealed record PlanWindow(string Name, DateTimeOffset Until);

/// <summary>The windows of a plan.</summary>
public static class PlanWindows
{
    /// <summary>The one that is open, or null when the plan has ended or is at work.</summary>
    public static PlanWindow? Of(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.State switch
        {
            PlanState.Planned => new("to be confirmed", plan.ConfirmBefore),
            PlanState.WaitingForApproval when plan.ApproveBefore is { } until => new("to be approved", until),
            PlanState.Ready when plan.ExecuteBefore is { } until => new("to be executed", until),
            _ => null,
        };
    }
}
