using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.InMemory;

/// <summary>The newest events in a ring of fixed size. Not thread-safe: the bus holds its lock.</summary>
internal sealed class EventJournal(int capacity)
{
    private readonly ControlEvent[] _ring = new ControlEvent[capacity];
    private long _written;

    public void Add(ControlEvent controlEvent) => _ring[_written++ % capacity] = controlEvent;

    /// <summary>At most <paramref name="count"/> events, oldest first.</summary>
    public ControlEvent[] Newest(int count)
    {
        var length = (int)Math.Min(Math.Min(_written, capacity), Math.Max(count, 0));
        var result = new ControlEvent[length];
        for (var i = 0; i < length; i++) result[i] = _ring[(_written - length + i) % capacity];
        return result;
    }
}
