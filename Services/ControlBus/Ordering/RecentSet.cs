namespace Qmtl.ControlBus.Ordering;

/// <summary>Remembers the newest things, so many and no more. Not thread-safe.</summary>
internal sealed class RecentSet<T>(int capacity)
    where T : notnull
{
    private readonly HashSet<T> _set = [];
    private readonly Queue<T> _order = new();

    /// <summary>False when it is remembered already.</summary>
    public bool Add(T thing)
    {
        if (!_set.Add(thing)) return false;
        _order.Enqueue(thing);
        if (_order.Count > capacity) _set.Remove(_order.Dequeue());
        return true;
    }
}
