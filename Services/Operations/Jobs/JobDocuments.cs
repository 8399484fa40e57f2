using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Jobs;

/// <summary>Jobs in the store.</summary>
internal sealed class JobDocuments(IDocumentStore store)
{
    /// <summary>As it stands by the store's clock; null when there is none.</summary>
    public async Task<StoredJob?> FindAsync(string jobId, CancellationToken cancellation)
    {
        if (await store.FindAsync(StoredJob.Kind, jobId, cancellation) is not { } document) return null;
        return StoredJob.Read(document).At(await store.NowAsync(cancellation));
    }

    public async Task<IReadOnlyList<StoredJob>> ListAsync(IReadOnlyList<string> labels, (string Order, string Id)? after, int limit, CancellationToken cancellation)
    {
        var documents = await store.ListAsync(new(StoredJob.Kind) { Labels = labels, After = after, Limit = limit }, cancellation);
        var now = await store.NowAsync(cancellation);
        return [.. documents.Select(document => StoredJob.Read(document).At(now))];
    }

    /// <summary>Stores that jobs whose lease ran out are interrupted. Answers those that this call stored.</summary>
    public async Task<IReadOnlyList<StoredJob>> SettleAsync(int limit, CancellationToken cancellation)
    {
        var now = await store.NowAsync(cancellation);
        var settled = new List<StoredJob>();
        foreach (var document in await store.ListAsync(new(StoredJob.Kind) { Labels = [StoredJob.LiveLabel], Limit = limit }, cancellation))
        {
            var stored = StoredJob.Read(document);
            var standing = stored.At(now);
            if (standing.Job.State != stored.Job.State && await store.CommitAsync([standing.Write()], cancellation))
            {
                settled.Add(standing with { Job = standing.Job with { Version = standing.Job.Version + 1 } });
            }
        }

        return settled;
    }

    /// <summary>Stores a wish, or that nobody holds it any more. Null when somebody changed the job meanwhile.</summary>
    public async Task<StoredJob?> ChangeAsync(StoredJob next, CancellationToken cancellation) =>
        await store.CommitAsync([next.Write()], cancellation) ? next with { Job = next.Job with { Version = next.Job.Version + 1 } } : null;

    /// <summary>The items of a job with their states, from an index on.</summary>
    public async Task<IReadOnlyList<JobItem>> ItemsAsync(StoredJob job, Plan plan, JobItemState? state, int from, int count, CancellationToken cancellation)
    {
        var found = new List<JobItem>();
        foreach (var part in JobLayout.Of(plan.ItemCount, plan.Content.Steps, plan.Repeat))
        {
            if (found.Count >= count) break;
            if (part.From + part.Count <= from) continue;
            var states = (await StoredItems.ReadAsync(store, job.Job.Id, part, cancellation)).Items;
            for (var at = Math.Max(0, from - part.From); at < part.Count && found.Count < count; at++)
            {
                var item = plan.Content.Items[part.From + at];
                if (state is null || states[at].State == state) found.Add(new(part.From + at, item.Id, item.Before, item.After, states[at].State, states[at].Reason ?? "", states[at].At));
            }
        }

        return found;
    }
}
