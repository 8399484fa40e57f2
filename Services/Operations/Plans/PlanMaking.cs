using Microsoft.Extensions.Options;
using Qmtl.Operations.Policies;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Plans;

/// <summary>Makes plans: of a request, of an immediate click, and of what takes a plan back.</summary>
internal sealed class PlanMaking(
    IDocumentStore store, PlanDocuments documents, OperationCatalogue catalogue, PolicyBook policies, RailGuard guard, RailAudit audit, RailFeed feed,
    IOptions<OperationsOptions> options, TimeProvider time)
{
    private readonly OperationsOptions _options = options.Value;

    /// <summary>Works out, checks and stores a plan.</summary>
    /// <param name="immediate">Already confirmed by the click that asks for it.</param>
    public async Task<StoredPlan> MakeAsync(Caller caller, PlanRequest request, bool immediate, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        var made = await WorkOutAsync(caller, request, undoes: null, immediate, cancellation);
        return await StoreAsync(caller, made, [], immediate, cancellation) ?? throw new InvalidOperationException("A new plan's id is taken.");
    }

    /// <summary>Makes the plan that takes an executed one back, linked both ways in one commit. The same person's second click gets the same plan.</summary>
    public async Task<StoredPlan> UndoAsync(Caller caller, string planId, string reason, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (PlanInput.Reason(reason, _options) is { } wrong) throw await audit.DenyAsync(caller, "plan.undo", planId, planId, wrong);
        while (true)
        {
            if (await documents.FindHeadAsync(planId, cancellation) is not { } head) throw await UnknownAsync(caller, "plan.undo", planId);
            await guard.RequireAsync(caller, head.Plan, cancellation);
            var undo = head.Plan.UndoneBy is { } undoneBy && await documents.FindHeadAsync(undoneBy, cancellation) is { } existing ? existing with { Plan = PlanRules.At(existing.Plan, time.GetUtcNow()) } : null;
            if (undo is not null && undo.Plan.Author.UserId == caller.UserId && undo.Plan.State == PlanState.Planned) return await documents.WithItemsAsync(undo, cancellation);
            var full = await documents.WithItemsAsync(head, cancellation);
            var request = catalogue.Find(head.Plan.Content.Kind)?.Undo(full.Plan.Content);
            if (PlanRules.Undo(PlanRules.At(head.Plan, time.GetUtcNow()), request is not null, undo?.Plan) is { } refusal) throw await audit.DenyAsync(caller, "plan.undo", head.Plan.Content.Target, planId, refusal);
            var made = await WorkOutAsync(caller, new(request!.Kind ?? head.Plan.Content.Kind, request.Target, request.Parameters, reason), planId, false, cancellation);
            var linked = head with { Plan = head.Plan with { UndoneBy = made.Head.Plan.Id } };
            if (await StoreAsync(caller, made, [linked.Write()], false, cancellation) is { } stored)
            {
                feed.Tell(linked.Plan with { Version = linked.Plan.Version + 1 }, PlanNews.None);
                return stored;
            }
        }
    }

    public Task<RailRefusedException> UnknownAsync(Caller caller, string action, string planId) =>
        audit.DenyAsync(caller, action, planId.Length <= 100 ? planId : planId[..100], null, new("PLAN_UNKNOWN", "There is no such plan.", "plan", "See the list of plans."));

    private async Task<Made> WorkOutAsync(Caller caller, PlanRequest request, string? undoes, bool immediate, CancellationToken cancellation)
    {
        const string action = "plan.create";
        if (catalogue.Find(request.Kind ?? "") is not { } operation)
        {
            throw await audit.DenyAsync(caller, action, request.Target ?? "", null, new("KIND_UNKNOWN", $"This console has no operation {request.Kind}.", "kind", $"It has {string.Join(", ", catalogue.All.Select(known => known.Kind.Name))}."));
        }

        var kind = operation.Kind;
        if (PlanInput.Request(request, kind, _options) is { } wrong) throw await audit.DenyAsync(caller, action, request.Target ?? "", null, wrong);
        // Where it must hold is known only from the plan; who holds it nowhere learns nothing from planning.
        if (!guard.HoldsAnywhere(caller, kind.Permission)) await guard.RequireAsync(caller, kind.Permission, kind.Danger, null, request.Target, cancellation);
        OperationPlan content;
        try
        {
            content = await operation.PlanAsync(new(request.Target, RailJson.ObjectOrEmpty(request.Parameters)) { Caller = caller }, cancellation);
        }
        catch (OperationRefusedException refused)
        {
            throw await audit.DenyAsync(caller, action, request.Target, null, new("CANNOT_PLAN", refused.Message, refused.Where, refused.Advice));
        }

        await guard.RequireAsync(caller, kind.Permission, kind.Danger, content.Scope, request.Target, cancellation);
        if (PlanInput.Content(content, kind, _options) is { } refusal) throw await audit.DenyAsync(caller, action, request.Target, null, refusal);
        var policy = policies.For(kind, content.Items.Count, content.IsGrave);
        if (immediate && NotImmediate(caller, kind, policy) is { } slow) throw await audit.DenyAsync(caller, action, request.Target, null, slow);
        return Put(caller, request, kind, content with { Parameters = RailAudit.Mask(kind, RailJson.ObjectOrEmpty(content.Parameters)) }, policy, undoes, immediate);
    }

    /// <summary>One click is a confirmation: a key may give it only for what harms nothing.</summary>
    private static Refusal? NotImmediate(Caller caller, OperationKind kind, PlanPolicy policy)
    {
        if (!policy.Immediate) return new("NOT_IMMEDIATE", $"{kind.Title} is not done by one click here: it is planned, reviewed and confirmed.", "kind", "Make a plan of it.");
        return caller.Kind == CallerKind.Person || kind.Danger == OperationDanger.Harmless
            ? null
            : new("NEEDS_PERSON", "A key or command cannot confirm: that needs a person in an interactive session.", "caller", "Make a plan of it, and confirm it in a session.");
    }

    private Made Put(Caller caller, PlanRequest request, OperationKind kind, OperationPlan content, PlanPolicy policy, string? undoes, bool immediate)
    {
        var now = time.GetUtcNow();
        var stamp = new PlanStamp(caller.UserId, caller.Name, caller.Kind, caller.SessionId, now);
        var plan = new Plan
        {
            Id = RailIds.New("p-"),
            State = immediate ? PlanState.Ready : PlanState.Planned,
            Content = content,
            ItemCount = content.Items.Count,
            Title = kind.Title,
            Permission = kind.Permission,
            Danger = kind.Danger,
            Repeat = kind.Repeat,
            Policy = policy,
            Digest = "",
            Author = stamp,
            Reason = request.Reason.Trim(),
            Undoes = undoes,
            Confirmed = immediate ? stamp with { Note = request.Reason.Trim() } : null,
            ConfirmBefore = now + _options.ConfirmWithin,
            ExecuteBefore = immediate ? now + _options.StartWithin : null,
        };
        var text = StoredPlan.ContentText(content);
        var items = StoredPlan.ItemTexts(content.Items);
        return new(new(plan with { Digest = PlanDigest.Of(plan, text, items) }, text), items);
    }

    /// <summary>Null when somebody changed one of the other documents meanwhile.</summary>
    private async Task<StoredPlan?> StoreAsync(Caller caller, Made made, IReadOnlyList<DocumentWrite> with, bool immediate, CancellationToken cancellation)
    {
        var plan = made.Head.Plan;
        var action = plan.Undoes is null ? "plan.create" : "plan.undo";
        var record = audit.About(plan, caller, AuditPhase.Intent, action, "intended") with
        {
            Parameters = plan.Content.Parameters.GetRawText(), Planned = plan.ItemCount, Reason = plan.Reason, Detail = $"{plan.Content.Kind}: {plan.Content.Summary}",
        };
        if (!immediate) await PlanDecisions.IntendAsync(audit, [record], plan.Danger, cancellation);
        var stored = await store.CommitAsync([.. PlanDocuments.New(made.Head, made.Items), .. with], cancellation);
        if (!immediate) await audit.TellAsync([record with { At = time.GetUtcNow(), Phase = AuditPhase.Outcome, Outcome = stored ? "done" : "skipped", Detail = $"Plan {plan.Id}" }]);
        if (!stored) return null;
        var head = made.Head with { Plan = plan with { Version = 1 } };
        feed.Tell(head.Plan with { Content = plan.Content with { Items = [] } }, PlanNews.None);
        return head;
    }

    private sealed record Made(StoredPlan Head, IReadOnlyList<string> Items);
}
