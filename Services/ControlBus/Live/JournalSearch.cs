using Qmtl.ControlBus.Journal;
using Qmtl.ControlBus.Spill;

namespace Qmtl.ControlBus.Live;

/// <summary>Looks through the journal, and through what of it is on disk alone. What arrives waits for no search.</summary>
/// <param name="history">What was spilled; null: the journal is in memory only.</param>
/// <param name="gate">Guards the journal.</param>
internal sealed class JournalSearch(EventJournal journal, SpilledHistory? history, Lock gate)
{
    /// <summary>Entries that are looked through at once.</summary>
    private const int Chunk = 4_096;

    public JournalledEvent? Find(long sequence, LiveFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        JournalledEvent? found;
        bool isForgotten;
        lock (gate)
        {
            found = journal.Find(sequence)?.Current;
            isForgotten = sequence < journal.Oldest;
        }

        if (found is null && isForgotten) found = history?.Find(sequence);
        return found is not null && filter.MayRead(found.Event.WorldId) ? found : null;
    }

    public JournalledEvent? Previous(long sequence, LiveFilter filter, bool alsoOnDisk = false)
    {
        ArgumentNullException.ThrowIfNull(filter);
        long oldest;
        lock (gate)
        {
            oldest = journal.Oldest;
            if (journal.Find(sequence) is { } entry && filter.MayRead(entry.Event.WorldId))
            {
                for (var before = journal.Before(entry); before is not null; before = journal.Before(before))
                {
                    if (filter.MayRead(before.Event.WorldId)) return before.Current;
                }
            }
        }

        if (!alsoOnDisk || history is null || Find(sequence, filter) is not { } found) return null;
        var ofKey = new LiveFilter { ReadableWorlds = filter.ReadableWorlds, Key = found.Event.Key };
        return history.Query(ofKey, Math.Min(sequence, oldest), 1, []).Events is [var last, ..] ? last : null;
    }

    public LivePage Query(LiveFilter filter, long? before, int count)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var found = new List<JournalledEvent>();
        long oldest, from, until;
        lock (gate)
        {
            from = filter.From is { } first ? journal.FirstSince(first) : 0;
            until = Math.Min(filter.Until is { } time ? journal.FirstSince(time) : long.MaxValue, before ?? long.MaxValue);
        }

        JournalEntry[] chunk;
        do
        {
            // Looked through outside the lock: a search for a word through the whole journal must not hold up what arrives.
            lock (gate)
            {
                oldest = journal.Oldest;
                chunk = [.. Candidates(filter, Math.Max(from, oldest), Math.Min(until, journal.Newest + 1)).Take(Chunk)];
            }

            foreach (var current in chunk.Select(entry => entry.Current).Where(filter.Matches))
            {
                if (found.Count == count) return new(found, found[^1].Event.Sequence);
                found.Add(current);
            }

            if (chunk.Length > 0) until = chunk[^1].Event.Sequence;
        }
        while (chunk.Length == Chunk);

        // What the ring forgot meanwhile is on disk too.
        return history is null ? new(found, null) : history.Query(filter, Math.Min(before ?? long.MaxValue, oldest), count, found);
    }

    /// <summary>Events between two sequences, newest first, by the index that fits.</summary>
    private IEnumerable<JournalEntry> Candidates(LiveFilter filter, long from, long until)
    {
        var indexed = filter.Key is { } key ? journal.OfKey(key) : filter.Types.Count == 1 ? journal.OfType(filter.Types.First()) : null;
        if (indexed is not null)
        {
            foreach (var entry in indexed)
            {
                if (entry.Event.Sequence < from) yield break;
                if (entry.Event.Sequence < until) yield return entry;
            }

            yield break;
        }

        for (var sequence = Math.Min(until - 1, journal.Newest); sequence >= from; sequence--)
        {
            if (journal.Find(sequence) is { } entry) yield return entry;
        }
    }
}
