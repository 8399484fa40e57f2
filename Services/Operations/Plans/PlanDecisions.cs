using Microsoft.Extensions.Options;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Plans;

/// <summary>What people say to a plan. Each word is compare-and-set on the plan's version: of two at once one counts, and the other reads why not.</summary>
internal sealed class PlanDecisions(
    PlanDocuments documents, PlanMaking making, RailGuard guard, RailAudit audit, AccountRule accounts, RailFeed feed, IOptions<OperationsOptions> options, TimeProvider time)
{
    private readonly OperationsOptions _options = options.Value;

    public Task<Plan> ConfirmAsync(Caller caller, string planId, PlanConfirmation confirmation, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(confirmation);
        return DecideAsync(new Decision("plan.confirm", caller, planId, confirmation.Reason)
        {
            IsDone = plan => plan.Confirmed?.UserId == caller.UserId && plan.State is PlanState.WaitingForApproval or PlanState.Ready or PlanState.Executing or PlanState.Executed && PlanInput.Digest(plan, confirmation.Digest) is null,
            Refuse = plan => ValueTask.FromResult(
                PlanRules.Confirm(caller, plan) ?? PlanInput.Digest(plan, confirmation.Digest) ?? PlanInput.Reason(confirmation.Reason, _options) ?? PlanInput.TypedTarget(plan, confirmation.TypedTarget)),
            Change = (plan, stamp) => plan.Policy.Approvals > 0
                ? plan with { State = PlanState.WaitingForApproval, Confirmed = stamp, ApproveBefore = stamp.At + _options.ApproveWithin }
                : plan with { State = PlanState.Ready, Confirmed = stamp, ExecuteBefore = stamp.At + _options.StartWithin },
            News = plan => plan.State == PlanState.WaitingForApproval ? PlanNews.WaitsForApproval : PlanNews.None,
        }, cancellation);
    }

    public Task<Plan> ApproveAsync(Caller caller, string planId, string digest, string note, CancellationToken cancellation) =>
        DecideAsync(new Decision("plan.approve", caller, planId, note)
        {
            Permission = Permissions.PlansApprove,
            IsDone = plan => plan.Approvals.Any(stamp => stamp.UserId == caller.UserId) && plan.State is PlanState.Ready or PlanState.Executing or PlanState.Executed && PlanInput.Digest(plan, digest) is null,
            Refuse = async plan => PlanRules.Approve(caller, plan) ?? PlanInput.Digest(plan, digest) ?? PlanInput.Note(note, _options) ?? await accounts.RefuseAsync(caller, plan, cancellation),
            Change = (plan, stamp) =>
            {
                IReadOnlyList<PlanStamp> approvals = [.. plan.Approvals, stamp];
                return approvals.Count >= plan.Policy.Approvals
                    ? plan with { State = PlanState.Ready, Approvals = approvals, ExecuteBefore = stamp.At + _options.StartWithin }
                    : plan with { Approvals = approvals };
            },
            News = plan => plan.State == PlanState.Ready ? PlanNews.Approved : PlanNews.None,
        }, cancellation);

    public Task<Plan> RejectAsync(Caller caller, string planId, string reason, CancellationToken cancellation) =>
        DecideAsync(new Decision("plan.reject", caller, planId, reason)
        {
            Permission = Permissions.PlansApprove,
            IsDone = plan => plan.State == PlanState.Rejected && plan.Closed?.UserId == caller.UserId,
            Refuse = plan => ValueTask.FromResult(PlanRules.Reject(caller, plan) ?? PlanInput.Reason(reason, _options)),
            Change = (plan, stamp) => plan with { State = PlanState.Rejected, Closed = stamp },
            News = _ => PlanNews.Rejected,
        }, cancellation);

    public Task<Plan> WithdrawAsync(Caller caller, string planId, string reason, CancellationToken cancellation) =>
        DecideAsync(new Decision("plan.withdraw", caller, planId, reason)
        {
            // Taking one's own plan back changes nothing: whoever may still read plans may do it, also while the console is read-only.
            Permission = Permissions.PlansRead,
            NeedsOperation = false,
            IsDone = plan => plan.State == PlanState.Withdrawn && plan.Closed?.UserId == caller.UserId,
            Refuse = plan => ValueTask.FromResult(PlanRules.Withdraw(caller, plan) ?? PlanInput.Reason(reason, _options)),
            Change = (plan, stamp) => plan with { State = PlanState.Withdrawn, Closed = stamp },
        }, cancellation);

    public Task<Plan> ReviewAsync(Caller caller, string planId, string note, CancellationToken cancellation) =>
        DecideAsync(new Decision("plan.review", caller, planId, note)
        {
            Permission = Permissions.PlansReview,
            NeedsOperation = false,
            IsDone = plan => plan.Reviewed?.UserId == caller.UserId,
            Refuse = plan => ValueTask.FromResult(PlanRules.Review(caller, plan) ?? PlanInput.Reason(note, _options)),
            Change = (plan, stamp) => plan with { Reviewed = stamp },
        }, cancellation);

    /// <summary>Writes an intent, or refuses because it cannot be written.</summary>
    public static async Task IntendAsync(RailAudit audit, IReadOnlyList<AuditRecord> records, OperationDanger danger, CancellationToken cancellation)
    {
        try
        {
            await audit.IntendAsync(records, danger == OperationDanger.Emergency, cancellation);
        }
        catch (AuditUnavailableException problem)
        {
            throw PlanInput.AuditUnavailable(problem);
        }
    }

    private async Task<Plan> DecideAsync(Decision decision, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(decision.Caller);
        AuditRecord? intent = null;
        while (true)
        {
            var head = await ReadAsync(decision, cancellation);
            if (decision.IsDone(head.Plan))
            {
                await TellAsync(intent, "skipped");
                return (await documents.WithItemsAsync(head, cancellation)).Plan;
            }

            if (await decision.Refuse(head.Plan) is { } refusal)
            {
                await TellAsync(intent, "skipped");
                throw await audit.DenyAsync(decision.Caller, decision.Action, head.Plan.Content.Target, head.Plan.Id, refusal);
            }

            if (intent is null)
            {
                intent = audit.About(head.Plan, decision.Caller, AuditPhase.Intent, decision.Action, "intended") with { Reason = decision.Note?.Trim() };
                await IntendAsync(audit, [intent], head.Plan.Danger, cancellation);
            }

            var stamp = new PlanStamp(decision.Caller.UserId, decision.Caller.Name, decision.Caller.Kind, decision.Caller.SessionId, time.GetUtcNow(), decision.Note?.Trim() ?? "");
            if (await documents.ChangeAsync(head with { Plan = decision.Change(head.Plan, stamp) }, [], cancellation) is not { } changed) continue;
            await TellAsync(intent, "done");
            feed.Tell(changed.Plan, decision.News(changed.Plan));
            return (await documents.WithItemsAsync(changed, cancellation)).Plan;
        }
    }

    /// <summary>The plan as it stands now. Also asks for permissions.</summary>
    private async Task<StoredPlan> ReadAsync(Decision decision, CancellationToken cancellation)
    {
        if (decision.Permission is { } permission) await guard.RequireAsync(decision.Caller, permission, null, decision.PlanId, cancellation);
        if (await documents.FindHeadAsync(decision.PlanId, cancellation) is not { } head) throw await making.UnknownAsync(decision.Caller, decision.Action, decision.PlanId);
        if (decision.NeedsOperation) await guard.RequireAsync(decision.Caller, head.Plan, cancellation);
        return head with { Plan = PlanRules.At(head.Plan, time.GetUtcNow()) };
    }

    private async Task TellAsync(AuditRecord? intent, string outcome)
    {
        if (intent is not null) await audit.TellAsync([intent with { At = time.GetUtcNow(), Phase = AuditPhase.Outcome, Outcome = outcome }]);
    }

    /// <summary>One word to a plan.</summary>
    private sealed record Decision(string Action, Caller Caller, string PlanId, string? Note)
    {
        /// <summary>Needed besides that of the operation.</summary>
        public string? Permission { get; init; }

        public bool NeedsOperation { get; init; } = true;

        /// <summary>Whether the same person has said it already: then nothing happens and nothing is wrong.</summary>
        public required Func<Plan, bool> IsDone { get; init; }

        public required Func<Plan, ValueTask<Refusal?>> Refuse { get; init; }

        public required Func<Plan, PlanStamp, Plan> Change { get; init; }

        public Func<Plan, PlanNews> News { get; init; } = _ => PlanNews.None;
    }
}
