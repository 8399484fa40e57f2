using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Journal;

/// <summary>An event with what was learnt about it after it came. Written under the journal's lock; readers get <see cref="Snapshot"/>.</summary>
internal sealed class JournalEntry(ControlEvent controlEvent)
{
    public ControlEvent Event { get; } = controlEvent;

    /// <summary>How often it came, 1 for once: equal events that followed it directly are folded into it.</summary>
    public int Times { get; set; } = 1;

    /// <summary>When it came last.</summary>
    public DateTimeOffset LastAt { get; set; } = controlEvent.ReceivedAt;

    /// <summary>Other sources that delivered it too.</summary>
    public IReadOnlyList<string> AlsoVia { get; set; } = [];

    /// <summary>Why QMTL's Gateway would drop it; null when it would not.</summary>
    public string? WouldDrop { get; set; }

    /// <summary>Receive time, never before that of the entry before: the wall clock may step back, the index must not.</summary>
    public DateTimeOffset IndexedAt { get; set; } = controlEvent.ReceivedAt;

    /// <summary>Sequence of the event before it with the same key, and with the same type; 0 when there is none.</summary>
    public long BeforeOfKey { get; set; }

    public long BeforeOfType { get; set; }

    /// <summary>What it weighs in the journal's bound of bytes: the payload, its texts and a fixed share for the rest.</summary>
    public int Bytes { get; } = controlEvent.Data.Length + 2 * (controlEvent.Key.Length + (controlEvent.EnvelopeId?.Length ?? 0) + (controlEvent.CorrelationId?.Length ?? 0) + (controlEvent.Etag?.Length ?? 0)) + 400;

    public JournalledEvent Snapshot() => new(Event, Times, LastAt, AlsoVia, WouldDrop);
}

/// <summary>An event as the journal knows it now.</summary>
/// <param name="Times">How often it came in a row; 1 for once.</param>
/// <param name="LastAt">When it came last, UTC.</param>
/// <param name="AlsoVia">Other sources that delivered it too.</param>
/// <param name="WouldDrop">Why QMTL's Gateway would drop it; null when it would not.</param>
public sealed record JournalledEvent(ControlEvent Event, int Times, DateTimeOffset LastAt, IReadOnlyList<string> AlsoVia, string? WouldDrop);
