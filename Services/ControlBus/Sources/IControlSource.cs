using Qmtl.ControlBus.Ordering;

namespace Qmtl.ControlBus.Sources;

/// <summary>
/// One place that control events come from. It connects by itself, again and again, and tells its sink what came, what is missing and how it is doing;
/// trouble of the place is reported, never thrown.
/// </summary>
internal interface IControlSource
{
    /// <summary><c>kafka</c>, <c>gateway</c>, <c>redis</c> or <c>inprocess</c>: the source of its events.</summary>
    string Name { get; }

    /// <summary>Where it reads, for people: addresses without credentials.</summary>
    string Place { get; }

    /// <summary>Whether its places tell that something is missing. Otherwise nobody knows what came while it was away.</summary>
    bool ProvesGaps { get; }

    /// <summary>Reads until cancelled. One call at a time.</summary>
    Task RunAsync(IControlSink sink, CancellationToken cancellation);
}

/// <summary>What a source tells. Every member may be called from any thread; order counts within one lane of a topic.</summary>
internal interface IControlSink
{
    /// <summary>A message, as delivered. Whatever is in it: what is no event goes to quarantine.</summary>
    void Take(RawMessage message);

    /// <summary>A stretch is missing, or may be.</summary>
    /// <param name="topic">Null when it is not one topic.</param>
    /// <param name="what">In words, with places and times.</param>
    /// <param name="isProven">Whether the source proved it; otherwise nobody knows whether anything was missed.</param>
    /// <param name="worldId">The one world that it is about, so that its readers see it too; null when it is about more.</param>
    void Gap(string? topic, string what, bool isProven, string? worldId = null);

    /// <summary>What was read from the place after a gap, and how it came out. No event of QMTL: it stands on the tape as the console's own.</summary>
    void StateRead(string what, string? worldId = null);

    /// <summary>A message that the source itself could not take: longer than it reads, or in a form that its transport does not send. It goes to quarantine.</summary>
    void Refuse(Quarantined message);

    /// <summary>The topic was made anew: its places count from its start again.</summary>
    void StartsOver(string? topic);

    /// <summary>How it is doing now. The same again changes nothing but the words.</summary>
    /// <param name="detail">What is, in words, with the reason when it is trouble.</param>
    /// <param name="advice">What to do; empty when nothing.</param>
    void Report(SourceState state, string detail, string advice = "");

    /// <summary>Messages that the source holds and that did not come yet; null when it cannot tell now.</summary>
    void Lag(string? topic, long? messages);

    /// <summary>The newest place that came from a lane of a topic, from the spilled journal too; null when none did.</summary>
    /// <param name="lane">Kafka's partition as text; empty for a stream.</param>
    LanePlace? PlaceOf(string? topic, string lane);
}

/// <summary>How a source is doing.</summary>
public enum SourceState
{
    /// <summary>Not connected yet, or again.</summary>
    Connecting,

    /// <summary>Reads.</summary>
    Reading,

    /// <summary>Reads, but not all of it, or not as configured.</summary>
    Attention,

    /// <summary>Reads nothing; it tries again by itself.</summary>
    Broken,
}

/// <summary>How a source is doing.</summary>
/// <param name="Place">Addresses without credentials.</param>
/// <param name="Detail">In words.</param>
/// <param name="Advice">What to do; empty when nothing.</param>
/// <param name="Since">When it came into this state, UTC.</param>
public sealed record SourceStatus(string Name, string Place, bool ProvesGaps, SourceState State, string Detail, string Advice, DateTimeOffset Since)
{
    /// <summary>The state alone in words: <see cref="Detail"/> may name worlds, and is for those who may read every world.</summary>
    public string Plain => State switch
    {
        SourceState.Reading => "It reads.",
        SourceState.Attention => "It reads, but not all of it, or not as configured. Somebody who may read every world sees why.",
        SourceState.Broken => "It reads nothing, and tries again by itself. Somebody who may read every world sees why.",
        _ => "It connects.",
    };
}
