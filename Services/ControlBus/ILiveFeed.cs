using Qmtl.ControlBus.Sources;
using Qmtl.ControlBus.Spill;
using Qmtl.Shared.Control;

namespace Qmtl.ControlBus;

/// <summary>
/// The journal of control events as readers see it: back to what it still holds, and on as events come. Every method filters by
/// <see cref="LiveFilter.ReadableWorlds"/>, so that nobody sees, counts or links what is not theirs to read.
/// </summary>
public interface ILiveFeed
{
    /// <summary>Names this journal: sequences of another one mean nothing here. Kept over a restart when the journal is spilled.</summary>
    string JournalId { get; }

    /// <summary>Whether a sequence that was told under a journal's name is the same event here: the name may be from before a restart.</summary>
    bool Knows(string journalId, long sequence);

    /// <summary>How the journal on disk is doing; null when there is none.</summary>
    SpillStatus? Spill { get; }

    /// <summary>Sequences that the journal holds in memory; newest is 0 before the first event.</summary>
    (long Oldest, long Newest) Range { get; }

    /// <summary>The event, or null when it is no longer in the journal, has not come, or may not be read.</summary>
    JournalledEvent? Find(long sequence, LiveFilter filter);

    /// <summary>The event before it with the same key that may be read, or null when it is not in the journal.</summary>
    /// <param name="alsoOnDisk">Whether to look on disk too where memory has none: for one event, not for every row of a page.</param>
    JournalledEvent? Previous(long sequence, LiveFilter filter, bool alsoOnDisk = false);

    /// <summary>Events that match, newest first.</summary>
    /// <param name="before">Only sequences below it; null: from the newest.</param>
    /// <param name="count">1 to 10,000.</param>
    LivePage Query(LiveFilter filter, long? before, int count);

    /// <summary>
    /// Opens a subscription that first delivers what the journal holds after <paramref name="after"/> and matches, then what comes; null: only what comes.
    /// The place is taken when this returns.
    /// </summary>
    /// <exception cref="InvalidOperationException">As many subscriptions are open as the options allow.</exception>
    ILiveSubscription Subscribe(LiveFilter filter, long? after);

    /// <summary>Counters since the start for each source and topic, of events that may be read.</summary>
    IReadOnlyList<TopicStatus> Topics(LiveFilter filter);

    /// <summary>Messages that are no events, newest first; their permission is asked by the caller.</summary>
    IReadOnlyList<Quarantined> Quarantine { get; }

    /// <summary>How each source is doing. Its words may name worlds: they are for readers without a world scope; states and places are for all.</summary>
    IReadOnlyList<SourceStatus> Sources { get; }

    /// <summary>Counters of the journal and its readers.</summary>
    LiveStatus Status { get; }
}

/// <summary>An event as the journal knows it now.</summary>
/// <param name="Times">How often it came in a row; 1 for once.</param>
/// <param name="LastAt">When it came last, UTC.</param>
/// <param name="AlsoVia">Other sources that delivered it too.</param>
/// <param name="WouldDrop">Why QMTL's Gateway would drop it; null when it would not.</param>
public sealed record JournalledEvent(ControlEvent Event, int Times, DateTimeOffset LastAt, IReadOnlyList<string> AlsoVia, string? WouldDrop);

/// <param name="Next">For <c>before</c>; null at the end of the journal.</param>
public sealed record LivePage(IReadOnlyList<JournalledEvent> Events, long? Next);

/// <summary>One reader's place in the feed.</summary>
public interface ILiveSubscription : IDisposable
{
    /// <summary>Sequence up to which everything was looked at.</summary>
    long At { get; }

    /// <summary>
    /// Waits until there is something, then returns it. A reader that is further behind than the options allow loses its oldest, and is told how many.
    /// </summary>
    /// <param name="count">Most new events in the batch.</param>
    ValueTask<LiveBatch> ReadAsync(int count, CancellationToken cancellation);
}

/// <summary>What a subscription delivers at once.</summary>
/// <param name="Events">New events, oldest first.</param>
/// <param name="Changes">Events delivered before that came once more or were seen in another source, as they are now.</param>
/// <param name="Dropped">Events before these that this subscriber lost and that matched its filter.</param>
/// <param name="Forgotten">Events before these that the journal had forgotten before they were read: nobody knows whether they matched.</param>
public sealed record LiveBatch(IReadOnlyList<JournalledEvent> Events, IReadOnlyList<JournalledEvent> Changes, long Dropped, long Forgotten)
{
    /// <summary><see cref="Dropped"/> by where they came from; empty when nothing was lost.</summary>
    public IReadOnlyList<(string Source, string? Topic, long Count)> DroppedOf { get; init; } = [];
}

/// <summary>What a source and topic brought since the start.</summary>
/// <param name="Received">Messages.</param>
/// <param name="Redelivered">Those at a place that was seen before.</param>
/// <param name="Folded">Those equal to the latest of their key.</param>
/// <param name="Paired">Those that another source had delivered.</param>
/// <param name="Quarantined">Those that are no events.</param>
/// <param name="Gaps">Stretches that are missing or may be.</param>
/// <param name="WouldDrop">Those that QMTL's Gateway would drop.</param>
/// <param name="PerSecond">Rate over the last ten seconds.</param>
/// <param name="Skew">Receive time − event time of the newest event that has one; null when none has.</param>
/// <param name="LagMessages">Messages that the source holds and that are not received; null when the source cannot tell, and for readers of some worlds: nobody knows whose they are.</param>
public sealed record TopicStatus(
    string Source, string? Topic, long Received, long Redelivered, long Folded, long Paired, long Quarantined, long Gaps, long WouldDrop,
    double PerSecond, DateTimeOffset? LastReceivedAt, TimeSpan? Skew, long? LagMessages);

/// <param name="Dropped">Events lost by subscribers that were too slow, all together.</param>
public sealed record LiveStatus(int Events, int MaxEvents, long Bytes, long MaxBytes, int Keys, int Subscribers, long Received, long Dropped, DateTimeOffset? LastReceivedAt);
