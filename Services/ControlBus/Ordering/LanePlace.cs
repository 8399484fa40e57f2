namespace Qmtl.ControlBus.Ordering;

/// <summary>How far a lane of a topic was read.</summary>
/// <param name="Major">Kafka's offset, or the milliseconds of a Redis stream's id.</param>
/// <param name="Minor">The number in a Redis stream's id; else 0.</param>
/// <param name="BrokerTime">The broker's time of the message there, UTC: a topic that was made anew holds one of another time. Null when it gave none.</param>
internal readonly record struct LanePlace(long Major, long Minor, DateTimeOffset? BrokerTime = null)
{
    public bool IsAfter(LanePlace other) => (Major, Minor).CompareTo((other.Major, other.Minor)) > 0;
}
