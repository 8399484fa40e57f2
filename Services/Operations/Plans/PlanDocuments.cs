using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Plans;

/// <summary>Plans in the store.</summary>
internal sealed class PlanDocuments(IDocumentStore store)
{
    /// <summary>The head, without the items; null when there is none.</summary>
    public async Task<StoredPlan?> FindHeadAsync(string planId, CancellationToken cancellation) =>
        await store.FindAsync(StoredPlan.Kind, planId, cancellation) is { } document ? StoredPlan.Read(document) : null;

    /// <summary>A head with its items.</summary>
    /// <exception cref="PlanDamagedException">The stored plan is not the one that its digest was taken over.</exception>
    public async Task<StoredPlan> WithItemsAsync(StoredPlan head, CancellationToken cancellation)
    {
        var plan = head.Plan;
        var texts = new List<string>();
        for (var document = 0; document < StoredPlan.ItemDocuments(plan.ItemCount); document++)
        {
            var stored = await store.FindAsync(StoredPlan.ItemsKind, StoredPlan.ItemsId(plan.Id, document), cancellation);
            texts.Add(stored?.Body ?? throw new PlanDamagedException(plan.Id));
        }

        if (PlanDigest.Of(plan, head.Content, texts) != plan.Digest) throw new PlanDamagedException(plan.Id);
        List<PlanItem> items = [.. texts.SelectMany(RailJson.Read<PlanItem[]>)];
        return head with { Plan = plan with { Content = plan.Content with { Items = items } } };
    }

    /// <summary>The documents of a new plan: head and items.</summary>
    public static IReadOnlyList<DocumentWrite> New(StoredPlan head, IReadOnlyList<string> items) =>
    [
        head.Write(),
        .. items.Select((text, index) => new DocumentWrite(StoredPlan.ItemsKind, StoredPlan.ItemsId(head.Plan.Id, index), 0, text, [])),
    ];

    /// <summary>Stores a new state of the head, with other writes, if nobody changed it meanwhile. Null when somebody did.</summary>
    public async Task<StoredPlan?> ChangeAsync(StoredPlan next, IReadOnlyList<DocumentWrite> with, CancellationToken cancellation) =>
        await store.CommitAsync([next.Write(), .. with], cancellation)
            ? next with { Plan = next.Plan with { Version = next.Plan.Version + 1 } }
            : null;

    public async Task<IReadOnlyList<StoredPlan>> ListAsync(IReadOnlyList<string> labels, (string Order, string Id)? after, int limit, CancellationToken cancellation)
    {
        var documents = await store.ListAsync(new(StoredPlan.Kind) { Labels = labels, After = after, Limit = limit }, cancellation);
        return [.. documents.Select(StoredPlan.Read)];
    }
}

/// <summary>What is stored of a plan is not what it was made with: its digest does not fit. It is not executed.</summary>
public sealed class PlanDamagedException(string planId)
    : Exception($"Plan {planId} was changed in the store past the console: its digest does not fit its content. It cannot be used; plan again, and find out who can write to the store.");
