using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Journal;

/// <summary>
/// The newest events in a ring, bounded in events and in bytes. Each entry names the one before it of the same key and of the same type, so that
/// the history of a key is walked without a list for each key; receive times rise, so that a time is found by halving. Not thread-safe.
/// </summary>
internal sealed class EventJournal(int maxEvents, long maxBytes)
{
    private readonly JournalEntry[] _ring = new JournalEntry[maxEvents];
    private readonly Dictionary<string, long> _lastOfKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _lastOfType = new(StringComparer.Ordinal);

    /// <summary>Sequence of the oldest event that is kept; one more than <see cref="Newest"/> when none is.</summary>
    public long Oldest { get; private set; } = 1;

    /// <summary>Sequence of the newest event; 0 before the first.</summary>
    public long Newest { get; private set; }

    public long Bytes { get; private set; }

    public int Count => (int)(Newest - Oldest + 1);

    /// <summary>Keys that have an event in the journal.</summary>
    public int Keys => _lastOfKey.Count;

    /// <summary>Adds an event; its sequence must follow <see cref="Newest"/>. The oldest make room.</summary>
    public JournalEntry Add(ControlEvent controlEvent)
    {
        if (controlEvent.Sequence != Newest + 1) throw new ArgumentException($"Sequence {controlEvent.Sequence} does not follow {Newest}.", nameof(controlEvent));
        var entry = new JournalEntry(controlEvent) { BeforeOfKey = _lastOfKey.GetValueOrDefault(controlEvent.Key), BeforeOfType = _lastOfType.GetValueOrDefault(controlEvent.Type) };
        if (Find(Newest) is { } last && last.IndexedAt > entry.IndexedAt) entry.IndexedAt = last.IndexedAt;
        // An event larger than the whole bound still stands alone in the journal.
        while (Count > 0 && (Count == maxEvents || Bytes + entry.Bytes > maxBytes)) Forget();
        _ring[Slot(controlEvent.Sequence)] = entry;
        Newest = controlEvent.Sequence;
        Bytes += entry.Bytes;
        _lastOfKey[controlEvent.Key] = Newest;
        _lastOfType[controlEvent.Type] = Newest;
        return entry;
    }

    /// <summary>Forgets everything and goes on with this sequence: what was read back from disk begins, or goes on, there.</summary>
    public void StartAt(long sequence)
    {
        while (Count > 0) Forget();
        (Oldest, Newest) = (sequence, sequence - 1);
    }

    /// <summary>The entry, or null when it was forgotten or has not come.</summary>
    public JournalEntry? Find(long sequence) => sequence >= Oldest && sequence <= Newest ? _ring[Slot(sequence)] : null;

    /// <summary>The newest event of a key, or null.</summary>
    public JournalEntry? LastOfKey(string key) => _lastOfKey.TryGetValue(key, out var sequence) ? Find(sequence) : null;

    /// <summary>The event before one with the same key, or null when it is no longer there.</summary>
    public JournalEntry? Before(JournalEntry entry) => Find(entry.BeforeOfKey);

    /// <summary>Events of a key, newest first.</summary>
    public IEnumerable<JournalEntry> OfKey(string key)
    {
        for (var entry = LastOfKey(key); entry is not null; entry = Find(entry.BeforeOfKey)) yield return entry;
    }

    /// <summary>Events of a type, newest first.</summary>
    public IEnumerable<JournalEntry> OfType(string type)
    {
        for (var entry = Find(_lastOfType.GetValueOrDefault(type)); entry is not null; entry = Find(entry.BeforeOfType)) yield return entry;
    }

    /// <summary>Sequence of the first event received at or after a time; one more than <see cref="Newest"/> when there is none.</summary>
    public long FirstSince(DateTimeOffset time)
    {
        long low = Oldest, high = Newest + 1;
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (_ring[Slot(middle)].IndexedAt < time) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private void Forget()
    {
        var slot = Slot(Oldest);
        var entry = _ring[slot];
        _ring[slot] = null!;
        Bytes -= entry.Bytes;
        // The last of its key or type: nothing newer names it.
        if (_lastOfKey.GetValueOrDefault(entry.Event.Key) == Oldest) _lastOfKey.Remove(entry.Event.Key);
        if (_lastOfType.GetValueOrDefault(entry.Event.Type) == Oldest) _lastOfType.Remove(entry.Event.Type);
        Oldest++;
    }

    private int Slot(long sequence) => (int)((sequence - 1) % maxEvents);
}
