using Qmtl.ControlBus.Ordering;
using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Spill;

/// <summary>What a segment of the spilled journal holds, in the order in which it happened.</summary>
internal abstract record SpillRecord
{
    /// <summary>An event with its sequence, as it came in.</summary>
    public sealed record Added(JournalledEvent Journalled) : SpillRecord;

    /// <summary>An event came again, or another source delivered it too.</summary>
    /// <param name="Delivery">What was delivered this time; its place, key and payload count.</param>
    public sealed record Changed(long Sequence, int Times, DateTimeOffset LastAt, IReadOnlyList<string> AlsoVia, ControlEvent Delivery) : SpillRecord;

    /// <summary>The places of a topic start over.</summary>
    public sealed record StartedOver(string Source, string? Topic) : SpillRecord;

    /// <summary>The newest place that had come from a lane when the segment began, or that of a message that was no event.</summary>
    public sealed record Place(string Source, string? Topic, string Lane, LanePlace At) : SpillRecord;
}
