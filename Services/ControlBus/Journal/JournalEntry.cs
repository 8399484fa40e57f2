using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Journal;

/// <summary>An event's place in the journal. Changed under the journal's lock alone; <see cref="Current"/> is swapped whole, so that readers need no lock.</summary>
internal sealed class JournalEntry(ControlEvent controlEvent)
{
    private const int FixedShare = 400;
    private JournalledEvent _current = new(controlEvent, 1, controlEvent.ReceivedAt, [], null);

    public ControlEvent Event => _current.Event;

    /// <summary>The event with what was learnt about it after it came.</summary>
    public JournalledEvent Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }

    /// <summary>Receive time, never before that of the entry before: the wall clock may step back, the index must not.</summary>
    public DateTimeOffset IndexedAt { get; set; } = controlEvent.ReceivedAt;

    /// <summary>Sequence of the event before it with the same key, and with the same type; 0 when there is none.</summary>
    public long BeforeOfKey { get; set; }

    public long BeforeOfType { get; set; }

    /// <summary>What it weighs in the journal's bound of bytes: the payload, its texts and a fixed share for the rest.</summary>
    public int Bytes { get; } = controlEvent.Data.Length + FixedShare
        + 2 * (controlEvent.Key.Length + (controlEvent.EnvelopeId?.Length ?? 0) + (controlEvent.CorrelationId?.Length ?? 0) + (controlEvent.Etag?.Length ?? 0));
}
