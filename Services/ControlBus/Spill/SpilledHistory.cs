namespace Qmtl.ControlBus.Spill;

/// <summary>
/// Events that the ring has forgotten, read from disk. A question reads a few segments at most and then says where to go on: nobody waits for a disk to be
/// read from end to end. How often an event came again is known as far as its own segment tells.
/// </summary>
internal sealed class SpilledHistory(JournalSpill spill)
{
    private const int MaxSegments = 4;

    /// <summary>Adds older events to those found in memory.</summary>
    /// <param name="before">Only sequences below.</param>
    /// <param name="count">With those found already.</param>
    public LivePage Query(LiveFilter filter, long before, int count, List<JournalledEvent> found)
    {
        var segments = spill.Segments;
        var read = 0;
        for (var i = segments.Count - 1; i >= 0; i--)
        {
            if (segments[i].First >= before || (filter.Until is { } until && segments[i].BegunAt >= until)) continue;
            // What follows began before the wanted time, so this one and all before it are too old.
            if (filter.From is { } from && i + 1 < segments.Count && segments[i + 1].BegunAt < from) break;
            if (read++ == MaxSegments) return new(found, Math.Min(before, segments[i + 1].First));
            foreach (var journalled in Enumerable.Reverse(Events(segments[i], before)))
            {
                if (!filter.Matches(journalled)) continue;
                if (found.Count == count) return new(found, found[^1].Event.Sequence);
                found.Add(journalled);
            }
        }

        return new(found, null);
    }

    /// <summary>The event, or null when it is not on disk.</summary>
    public JournalledEvent? Find(long sequence)
    {
        var segment = spill.Segments.LastOrDefault(segment => segment.First <= sequence);
        return segment is null ? null : Events(segment, sequence + 1).LastOrDefault() is { } found && found.Event.Sequence == sequence ? found : null;
    }

    private static List<JournalledEvent> Events(SpillSegment segment, long before)
    {
        var events = new List<JournalledEvent>();
        try
        {
            foreach (var record in segment.Read())
            {
                switch (record)
                {
                    case SpillRecord.Added { Journalled: var journalled } when journalled.Event.Sequence < before:
                        events.Add(journalled);
                        break;
                    case SpillRecord.Changed changed when events.Count > 0 && changed.Sequence >= events[0].Event.Sequence && changed.Sequence < before:
                        var at = (int)(changed.Sequence - events[0].Event.Sequence);
                        if (at < events.Count && events[at].Event.Sequence == changed.Sequence) events[at] = events[at] with { Times = changed.Times, LastAt = changed.LastAt, AlsoVia = changed.AlsoVia };
                        break;
                }
            }
        }
        catch (IOException)
        {
            // Deleted meanwhile, because it became too old.
        }

        return events;
    }
}
