using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Jobs;

/// <summary>This process no longer holds the job: it writes nothing more of it and touches no further item.</summary>
internal sealed class LeaseLostException(string message) : Exception(message);

/// <summary>
/// The durable side of a job that this process holds. In memory it knows the newest state; each <see cref="SaveAsync"/> writes the job and every part
/// that changed in one commit, which fails for good as soon as somebody else holds the job.
/// </summary>
internal sealed class JobLedger(IDocumentStore store, OperationsOptions options, TimeProvider time, StoredJob job, IReadOnlyList<PlanItem> items, IReadOnlyList<JobPart> parts, RailFeed feed) : IDisposable
{
    private readonly SemaphoreSlim _saving = new(1, 1);
    private readonly Lock _lock = new();
    private readonly Dictionary<int, StoredItems> _parts = [];
    private readonly HashSet<int> _changed = [];
    private readonly int[] _counts = new int[Enum.GetValues<JobItemState>().Length];
    private readonly JobRate _rate = new(time);
    private StoredJob _job = job;
    private long? _toldAt;

    public string Id => _job.Job.Id;

    /// <summary>Of the process's own clocks.</summary>
    public JobLease Lease { get; } = new(time, options.Lease);

    public IReadOnlyList<PlanItem> Items { get; } = items;

    public IReadOnlyList<JobPart> Parts { get; } = parts;

    /// <summary>As last stored.</summary>
    public StoredJob Stored
    {
        get
        {
            lock (_lock) return _job;
        }
    }

    /// <summary>Reads where the items stand. Call once, before anything else.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        foreach (var part in Parts)
        {
            var loaded = await StoredItems.ReadAsync(store, Id, part, cancellation);
            lock (_lock)
            {
                _parts[part.Index] = loaded;
                foreach (var item in loaded.Items) _counts[(int)item.State]++;
            }
        }
    }

    public StoredItem Item(int index)
    {
        lock (_lock)
        {
            var (part, at) = Find(index);
            return part.Items[at];
        }
    }

    /// <summary>Indices of the items of a part that fulfil a condition.</summary>
    public IReadOnlyList<int> Where(JobPart part, Func<StoredItem, bool> condition)
    {
        lock (_lock)
        {
            var states = _parts[part.Index].Items;
            return [.. Enumerable.Range(0, part.Count).Where(at => condition(states[at])).Select(at => part.From + at)];
        }
    }

    /// <summary>Changes an item in memory; the next save stores it.</summary>
    public void Set(int index, StoredItem item)
    {
        lock (_lock)
        {
            var (part, at) = Find(index);
            if (!part.Items[at].HasEnded && item.HasEnded) _rate.Count();
            _counts[(int)part.Items[at].State]--;
            _counts[(int)item.State]++;
            part.Items[at] = item;
            _changed.Add(part.Part.Index);
        }
    }

    public bool HasUnsaved
    {
        get
        {
            lock (_lock) return _changed.Count > 0;
        }
    }

    public OutcomeCounts Counts()
    {
        lock (_lock)
        {
            return new(
                Count(JobItemState.Done), Count(JobItemState.Failed), Count(JobItemState.Skipped), Count(JobItemState.Unknown), Count(JobItemState.Planned));
        }
    }

    /// <summary>Renews the lease, and stores what there is.</summary>
    /// <exception cref="LeaseLostException">It had run out, or somebody else holds the job.</exception>
    public async Task RenewAsync(CancellationToken cancellation)
    {
        RequireLease();
        var before = Lease.Before();
        var until = await store.NowAsync(cancellation) + options.Lease;
        await SaveAsync(stored => stored with { Job = stored.Job with { LeaseUntil = until } }, cancellation);
        Lease.Renewed(before);
        RequireLease();
    }

    /// <summary>Stores the job, changed, with every item that changed.</summary>
    /// <exception cref="LeaseLostException">This process no longer holds the job; nothing was written.</exception>
    public async Task SaveAsync(Func<StoredJob, StoredJob> change, CancellationToken cancellation)
    {
        RequireLease();
        if (await TrySaveAsync(change, [], cancellation) != SaveResult.Saved) throw TakenOver();
    }

    /// <summary>As <see cref="SaveAsync"/>, with other writes, and also after the lease has run out as long as nobody has taken the job over.</summary>
    public async Task<SaveResult> TrySaveAsync(Func<StoredJob, StoredJob> change, IReadOnlyList<DocumentWrite> with, CancellationToken cancellation)
    {
        await _saving.WaitAsync(cancellation);
        try
        {
            while (true)
            {
                var (next, saved) = Prepare(change);
                var done = false;
                try
                {
                    done = await store.CommitAsync([next.Write(), .. saved.Select(part => part.Write(Id)), .. with], cancellation);
                }
                finally
                {
                    Settle(next, saved, done);
                }

                if (done)
                {
                    Tell();
                    return SaveResult.Saved;
                }

                // Also after a write of which nobody knows whether it was done: then the version is one more, and what is in memory is the same.
                var version = _job.Job.Version;
                if (!await TakeInAsync(cancellation)) return SaveResult.Lost;
                if (with.Count > 0 && _job.Job.Version == version) return SaveResult.Conflict;
            }
        }
        finally
        {
            _saving.Release();
        }
    }

    /// <summary>Takes the job away, of which nothing was done, with other writes. False when somebody changed any of it.</summary>
    public async Task<bool> TryRemoveAsync(IReadOnlyList<DocumentWrite> with, CancellationToken cancellation)
    {
        await _saving.WaitAsync(cancellation);
        try
        {
            return await TakeInAsync(cancellation) && await store.CommitAsync([Stored.Write() with { Body = null }, .. with], cancellation);
        }
        finally
        {
            _saving.Release();
        }
    }

    /// <summary>Looks whether somebody wishes anything of this job.</summary>
    /// <exception cref="LeaseLostException">Somebody else holds it.</exception>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await _saving.WaitAsync(cancellation);
        try
        {
            if (!await TakeInAsync(cancellation)) throw TakenOver();
        }
        finally
        {
            _saving.Release();
        }
    }

    public void Dispose() => _saving.Dispose();

    private static LeaseLostException TakenOver() => new("Another process holds the job, or it was seen as interrupted.");

    private void RequireLease()
    {
        if (Lease.Holds) return;
        Lease.Lose();
        throw new LeaseLostException("The lease ran out before it was renewed.");
    }

    private (StoredJob Next, List<StoredItems> Saved) Prepare(Func<StoredJob, StoredJob> change)
    {
        lock (_lock)
        {
            var changed = change(_job);
            var next = changed with
            {
                Job = changed.Job with { Counts = Counts(), InFlight = Count(JobItemState.Started), Rate = StoredJob.IsHeld(changed.Job.State) ? _rate.PerSecond() : null },
            };
            // Copies: items may change while these are being written.
            List<StoredItems> saved = [.. _changed.Order().Select(index => new StoredItems(_parts[index].Part, [.. _parts[index].Items], _parts[index].Version))];
            _changed.Clear();
            return (next, saved);
        }
    }

    private void Settle(StoredJob next, List<StoredItems> saved, bool done)
    {
        lock (_lock)
        {
            if (!done)
            {
                foreach (var part in saved) _changed.Add(part.Part.Index);
                return;
            }

            foreach (var part in saved) _parts[part.Part.Index].Version = part.Version + 1;
            _job = next with { Job = next.Job with { Version = next.Job.Version + 1 } };
        }
    }

    /// <summary>Reads what others wrote: only wishes, while the job is this process's. False when it is not any more.</summary>
    private async Task<bool> TakeInAsync(CancellationToken cancellation)
    {
        var stored = await store.FindAsync(StoredJob.Kind, Id, cancellation) is { } document ? StoredJob.Read(document) : null;
        if (stored is null || stored.Lease is null || stored.Lease != _job.Lease)
        {
            Lease.Lose();
            return false;
        }

        if (stored.Job.Version == _job.Job.Version) return true;
        int[] unsaved;
        lock (_lock) unsaved = [.. _changed];
        foreach (var index in unsaved)
        {
            var version = (await store.FindAsync(StoredItems.Kind, StoredItems.Id(Id, Parts[index]), cancellation))?.Version ?? 0;
            lock (_lock) _parts[index].Version = version;
        }

        lock (_lock)
        {
            _job = _job with { Wish = stored.Wish, WishNote = stored.WishNote, Job = _job.Job with { Version = stored.Job.Version } };
        }

        return true;
    }

    /// <summary>At most twice a second: a page need not hear of each item.</summary>
    private void Tell()
    {
        if (_toldAt is { } last && time.GetElapsedTime(last) < TimeSpan.FromMilliseconds(500)) return;
        _toldAt = time.GetTimestamp();
        feed.Tell(Stored.Job);
    }

    private int Count(JobItemState state) => _counts[(int)state];

    private (StoredItems Part, int At) Find(int index)
    {
        // By halving: parts are in order and without gaps.
        var (low, high) = (0, Parts.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (Parts[middle].From <= index) low = middle;
            else high = middle - 1;
        }

        return (_parts[low], index - Parts[low].From);
    }
}

/// <summary>How a write ended.</summary>
internal enum SaveResult
{
    Saved,

    /// <summary>Somebody else holds the job.</summary>
    Lost,

    /// <summary>The job is still this process's, but a document that was to be written with it was changed by somebody.</summary>
    Conflict,
}
