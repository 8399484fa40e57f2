using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Pages.Plans;

/// <summary>A decision that a person made on the review sheet.</summary>
/// <param name="Do">Carries it out for the plan that was on the screen.</param>
/// <param name="Refused">What to say when it was refused: "The plan was not confirmed."</param>
public sealed record PlanAct(Func<IPlans, Caller, Plan, CancellationToken, Task<Plan>> Do, string Refused)
{
    public static PlanAct Confirm(string reason, string? typedTarget) => new(
        (plans, caller, plan, cancellation) => plans.ConfirmAsync(caller, plan.Id, new(plan.Digest, reason, typedTarget), cancellation), "The plan was not confirmed.");

    public static PlanAct Approve(string note) => new(
        (plans, caller, plan, cancellation) => plans.ApproveAsync(caller, plan.Id, plan.Digest, note, cancellation), "The plan was not approved.");

    public static PlanAct Reject(string reason) => new(
        (plans, caller, plan, cancellation) => plans.RejectAsync(caller, plan.Id, reason, cancellation), "The plan was not rejected.");

    public static PlanAct Withdraw(string reason) => new(
        (plans, caller, plan, cancellation) => plans.WithdrawAsync(caller, plan.Id, reason, cancellation), "The plan was not withdrawn.");

    public static PlanAct Execute() => new(
        (plans, caller, plan, cancellation) => plans.ExecuteAsync(caller, plan.Id, cancellation), "The plan was not executed.");

    public static PlanAct Undo(string reason) => new(
        (plans, caller, plan, cancellation) => plans.PlanUndoAsync(caller, plan.Id, reason, cancellation), "The undo could not be planned.");

    public static PlanAct Review(string note) => new(
        (plans, caller, plan, cancellation) => plans.ReviewAsync(caller, plan.Id, note, cancellation), "The review was not noted.");
}
