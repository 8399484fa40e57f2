using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Plans;

/// <summary>Reads plans, as they stand now, for those who may see them.</summary>
internal sealed class PlanReading(PlanDocuments documents, OperationCatalogue catalogue, RailGuard guard, AccountRule accounts, TimeProvider time)
{
    /// <summary>The navigation counts at most so many.</summary>
    private const int MaxCounted = 500;

    public async Task<Plan?> FindAsync(Caller caller, string planId, CancellationToken cancellation)
    {
        await guard.RequireAsync(caller, Permissions.PlansRead, null, planId, cancellation);
        if (await documents.FindHeadAsync(planId, cancellation) is not { } head || !guard.MaySee(caller, head.Plan.Content.Scope)) return null;
        return PlanRules.At((await documents.WithItemsAsync(head, cancellation)).Plan, time.GetUtcNow());
    }

    public async Task<PlanPage> ListAsync(Caller caller, PlanQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        await guard.RequireAsync(caller, Permissions.PlansRead, null, "plans", cancellation);
        if (query.List == PlanList.WaitingForMe)
        {
            var waiting = (await WaitingAsync(caller, cancellation)).Where(plan => Matches(plan, query)).OrderByDescending(StoredPlan.Order, StringComparer.Ordinal);
            return new([.. waiting.Take(Math.Clamp(query.Limit, 1, Pages.MaxLimit))], null);
        }

        var labels = new List<string>();
        if (query.List == PlanList.Mine) labels.Add(StoredPlan.AuthorLabel(caller.UserId));
        if (query.Kind is { Length: > 0 } kind) labels.Add(StoredPlan.KindLabel(kind));
        if (query.Target is { Length: > 0 } target) labels.Add(StoredPlan.TargetLabel(target));
        // A window that has just closed is not stored at once: the state that is asked for is looked at again below.
        if (query.States is [var state] && state != PlanState.Expired) labels.Add(StoredPlan.StateLabel(state));
        var now = time.GetUtcNow();
        var page = await Pages.ReadAsync<Plan>(
            async (after, count) => [.. (await documents.ListAsync(labels, after, count, cancellation)).Select(stored => PlanRules.At(stored.Plan, now))],
            plan => (StoredPlan.Order(plan), plan.Id),
            plan => Matches(plan, query) && guard.MaySee(caller, plan.Content.Scope),
            query.After,
            query.Limit);
        return new(page.Found, page.Next);
    }

    public async Task<PlanCounts> CountAsync(Caller caller, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (!guard.Decide(caller, Permissions.PlansRead).Allowed) return new(0, 0);
        var now = time.GetUtcNow();
        var mine = await documents.ListAsync([StoredPlan.AuthorLabel(caller.UserId), StoredPlan.OpenLabel], null, MaxCounted, cancellation);
        return new((await WaitingAsync(caller, cancellation)).Count, mine.Count(stored => PlanRules.At(stored.Plan, now).State is PlanState.Planned or PlanState.Ready));
    }

    public async Task<PlanChoices> ChoicesAsync(Caller caller, Plan plan, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        await guard.RequireAsync(caller, Permissions.PlansRead, null, plan.Id, cancellation);
        plan = PlanRules.At(plan, time.GetUtcNow());
        var operation = guard.Decide(caller, plan);
        var undo = plan.UndoneBy is { } undoneBy && await documents.FindHeadAsync(undoneBy, cancellation) is { } existing ? PlanRules.At(existing.Plan, time.GetUtcNow()) : null;
        var whole = plan.Content.Items.Count == plan.ItemCount || await documents.FindHeadAsync(plan.Id, cancellation) is not { } head ? plan : (await documents.WithItemsAsync(head, cancellation)).Plan;
        var hasUndo = plan.State == PlanState.Executed && catalogue.Find(plan.Content.Kind)?.Undo(whole.Content) is not null;
        return new(
            Choose(PlanRules.Confirm(caller, plan), operation),
            Choose(await ApproveAsync(caller, plan, cancellation), operation, guard.Decide(caller, Permissions.PlansApprove)),
            Choose(PlanRules.Reject(caller, plan), operation, guard.Decide(caller, Permissions.PlansApprove)),
            Choose(PlanRules.Withdraw(caller, plan)),
            Choose(PlanRules.Execute(plan), operation),
            Choose(PlanRules.Undo(plan, hasUndo, undo), operation),
            Choose(PlanRules.Review(caller, plan), guard.Decide(caller, Permissions.PlansReview)));
    }

    private async Task<List<Plan>> WaitingAsync(Caller caller, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var found = new List<Plan>();
        if (guard.Decide(caller, Permissions.PlansApprove).Allowed)
        {
            foreach (var stored in await documents.ListAsync([StoredPlan.WaitingLabel], null, MaxCounted, cancellation))
            {
                var plan = PlanRules.At(stored.Plan, now);
                if (guard.Decide(caller, plan).Allowed && await ApproveAsync(caller, plan, cancellation) is null) found.Add(plan);
            }
        }

        if (guard.Decide(caller, Permissions.PlansReview).Allowed)
        {
            foreach (var stored in await documents.ListAsync([StoredPlan.ReviewLabel], null, MaxCounted, cancellation))
            {
                if (PlanRules.Review(caller, stored.Plan) is null && guard.MaySee(caller, stored.Plan.Content.Scope)) found.Add(stored.Plan);
            }
        }

        return found;
    }

    private async ValueTask<Refusal?> ApproveAsync(Caller caller, Plan plan, CancellationToken cancellation) =>
        PlanRules.Approve(caller, plan) ?? await accounts.RefuseAsync(caller, plan, cancellation);

    private static PlanChoice Choose(Refusal? refusal, params ReadOnlySpan<AccessDecision> decisions)
    {
        if (refusal is not null) return new(false, refusal.Message, refusal.AllowedFrom);
        foreach (var decision in decisions)
        {
            if (!decision.Allowed) return new(false, decision.Reason);
        }

        return new(true);
    }

    private static bool Matches(Plan plan, PlanQuery query) =>
        (query.States.Count == 0 || query.States.Contains(plan.State))
        && (query.Kind is not { Length: > 0 } kind || plan.Content.Kind == kind)
        && (query.Target is not { Length: > 0 } target || plan.Content.Target == target)
        && (query.Text is not { Length: > 0 } text || new[] { plan.Id, plan.Title, plan.Content.Summary, plan.Content.Target, plan.Author.Name, plan.Reason }.Any(part => part.Contains(text, StringComparison.OrdinalIgnoreCase)));
}
