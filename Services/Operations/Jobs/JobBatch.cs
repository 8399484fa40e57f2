using System.Collections.Frozen;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Jobs;

/// <summary>The items that an operation is given at once. Operations may begin and end items from several threads.</summary>
internal sealed class JobBatch(JobLedger ledger, JobControl control, JobPace pace, Func<string?> closed, IReadOnlyList<int> indices, int markedAhead, DateTimeOffset until, TimeProvider time) : OperationBatch, IDisposable
{
    private readonly FrozenDictionary<string, int> _positions =
        indices.Select((index, position) => (ledger.Items[index].Id, position)).ToFrozenDictionary(pair => pair.Id, pair => pair.position, StringComparer.Ordinal);

    private readonly SemaphoreSlim _beginning = new(1, 1);
    private readonly Lock _lock = new();
    private readonly HashSet<int> _begun = [];
    private readonly HashSet<int> _ended = [];

    /// <summary>Whether an item was begun.</summary>
    public bool HasBegun
    {
        get
        {
            lock (_lock) return _begun.Count > 0;
        }
    }

    /// <summary>Items that were begun and not reported.</summary>
    public IReadOnlyList<int> Unreported
    {
        get
        {
            lock (_lock) return [.. _begun.Except(_ended).Order()];
        }
    }

    /// <summary>Items that were marked as started and never begun: nothing was done to them.</summary>
    public IReadOnlyList<int> NeverBegun
    {
        get
        {
            lock (_lock) return [.. indices.Where(index => !_begun.Contains(index) && ledger.Item(index).State == JobItemState.Started)];
        }
    }

    public override async ValueTask<bool> BeginItemAsync(PlanItem item, CancellationToken cancellation)
    {
        var position = PositionOf(item.Id);
        await _beginning.WaitAsync(cancellation);
        try
        {
            if (!MayGoOn() || !await pace.WaitAsync(control, cancellation) || !MayGoOn()) return false;
            if (ledger.Item(indices[position]).State != JobItemState.Started) await MarkAsync(position, cancellation);

            // Writing may have taken long, or the process may have been stopped: asked again directly before the item is touched.
            if (!MayGoOn()) return false;
            lock (_lock) return _begun.Add(indices[position]) ? true : throw new InvalidOperationException($"Item {item.Id} was begun twice.");
        }
        catch (LeaseLostException)
        {
            control.Halt(JobStop.Lost);
            return false;
        }
        finally
        {
            _beginning.Release();
        }
    }

    public override ValueTask EndItemAsync(ItemResult result, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(result);
        var index = indices[PositionOf(result.Id)];
        lock (_lock)
        {
            if (!_begun.Contains(index)) throw new InvalidOperationException($"Item {result.Id} was reported and never begun.");
            if (!_ended.Add(index)) throw new InvalidOperationException($"Item {result.Id} was reported twice.");
        }

        ledger.Set(index, Ended(result.Outcome, result.Reason, time.GetUtcNow()));
        return ValueTask.CompletedTask;
    }

    public static StoredItem Ended(ItemOutcome outcome, string reason, DateTimeOffset at) => new()
    {
        State = outcome switch
        {
            ItemOutcome.Done => JobItemState.Done,
            ItemOutcome.Failed => JobItemState.Failed,
            ItemOutcome.Skipped => JobItemState.Skipped,
            _ => JobItemState.Unknown,
        },
        Reason = reason.Length == 0 ? null : reason.Length <= 500 ? reason : reason[..500] + "…",
        At = at,
    };

    public void Dispose() => _beginning.Dispose();

    /// <summary>Also false when the ticket is about to expire: the rest gets a batch, and a ticket, of its own.</summary>
    private bool MayGoOn()
    {
        if (closed() is { } why) control.Halt(JobStop.Closed, why);
        if (control.Stop != JobStop.None) return false;
        if (!ledger.Lease.Holds)
        {
            control.Halt(JobStop.Lost);
            return false;
        }

        return !HasBegun || time.GetUtcNow() < until;
    }

    private async Task MarkAsync(int position, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        foreach (var index in indices.Skip(position).Take(markedAhead).Where(index => ledger.Item(index).State == JobItemState.Planned))
        {
            ledger.Set(index, new() { State = JobItemState.Started, At = now });
        }

        await ledger.SaveAsync(stored => stored with { Left = null }, cancellation);
    }

    private int PositionOf(string id) =>
        _positions.TryGetValue(id, out var position) ? position : throw new InvalidOperationException($"Item {id} is not in this batch.");
}
