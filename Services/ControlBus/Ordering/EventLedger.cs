using Qmtl.ControlBus.Journal;
using Qmtl.ControlBus.Normalising;
using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Ordering;

/// <summary>What became of an event.</summary>
internal enum LedgerVerdict
{
    /// <summary>A row of its own.</summary>
    Added,

    /// <summary>Delivered before: the same place in its source. Nothing changed.</summary>
    Redelivered,

    /// <summary>Equal to the latest of its key from its source: that row came once more.</summary>
    Folded,

    /// <summary>Another source delivered it before: that row was also seen here.</summary>
    Paired,
}

/// <param name="Entry">The row that was added or changed; null for a redelivery.</param>
/// <param name="WouldDrop">Why QMTL's Gateway would drop this delivery; null when it would not.</param>
internal readonly record struct LedgerResult(LedgerVerdict Verdict, JournalEntry? Entry, string? WouldDrop = null);

/// <summary>
/// Decides what is news. Nothing that could be news is hidden: within one source an event is a duplicate only at a place that was seen, or when it equals
/// the latest event of its key from that source; between sources equal events are paired in order of occurrence. Not thread-safe.
/// </summary>
internal sealed class EventLedger(ControlBusOptions options, EventJournal journal)
{
    private readonly Dictionary<(string Source, string Key), Latest> _lastOfSource = [];
    private readonly Dictionary<(string Source, string? Topic, string Lane), LanePlace> _positions = [];
    private readonly RecentSet<(string Id, long Sequence)> _deliveries = new(options.DeliveryWindow);
    private readonly Dictionary<string, List<long>> _unpaired = new(StringComparer.Ordinal);
    private readonly Queue<(DateTimeOffset At, string Identity, long Sequence)> _pairingOrder = new();
    private readonly HashSet<string> _sources = new(StringComparer.Ordinal);
    private readonly QmtlDeduplication _qmtl = new(options.MaxKeys);

    /// <summary>Takes an event whose sequence is not set yet.</summary>
    public LedgerResult Take(ControlEvent controlEvent, string? transportKey)
    {
        ArgumentNullException.ThrowIfNull(controlEvent);
        if (IsRedelivered(controlEvent)) return new(LedgerVerdict.Redelivered, null);
        var wouldDrop = _qmtl.WouldDrop(controlEvent, transportKey);
        if (FoldInto(controlEvent) is { } folded) return new(LedgerVerdict.Folded, folded, wouldDrop);

        _sources.Add(controlEvent.Source);
        // With one source there is nothing to pair with, and the identity need not be worked out.
        var identity = _sources.Count > 1 || options.PairFromStart ? EventIdentity.Of(controlEvent) : null;
        if (identity is not null && PairWith(controlEvent, identity) is { } paired) return new(LedgerVerdict.Paired, paired, wouldDrop);

        var entry = journal.Add(controlEvent with { Sequence = journal.Newest + 1 });
        if (wouldDrop is not null) entry.Current = entry.Current with { WouldDrop = wouldDrop };
        Remember(controlEvent, entry.Event.Sequence);
        if (identity is not null) OfferForPairing(identity, entry.Event);
        return new(LedgerVerdict.Added, entry, wouldDrop);
    }

    /// <summary>Takes over what was delivered before a restart: its place, its key and what could still be paired with it.</summary>
    /// <param name="entry">The row that the delivery made or changed; null when the journal no longer holds it.</param>
    public void Restore(ControlEvent delivery, JournalEntry? entry)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        if (delivery is { EnvelopeId: { } id, GatewaySequence: { } number }) _deliveries.Add((id, number));
        Pass(delivery.Source, delivery.Topic, delivery.Position, delivery.BrokerTime);
        if (entry is null) return;
        _sources.Add(delivery.Source);
        Remember(delivery, entry.Event.Sequence);
        if (entry.Event.Source == delivery.Source && options.PairFromStart && EventIdentity.Of(delivery) is { } identity) OfferForPairing(identity, entry.Event);
    }

    /// <summary>Takes over the place of a lane from before a restart, where that is further on.</summary>
    public void RestorePlace(string source, string? topic, string lane, LanePlace place) => MoveOn((source, topic, lane), place);

    private bool IsRedelivered(ControlEvent controlEvent)
    {
        if (controlEvent is { EnvelopeId: { } id, GatewaySequence: { } number } && !_deliveries.Add((id, number))) return true;
        return !Pass(controlEvent.Source, controlEvent.Topic, controlEvent.Position, controlEvent.BrokerTime);
    }

    /// <summary>Moves on to a place, also to that of a message that is no event. False when it was seen before; a source without places always moves on.</summary>
    public bool Pass(string source, string? topic, string? position, DateTimeOffset? brokerTime)
    {
        if (Position.Parse(position) is not { } place) return true;
        return MoveOn((source, topic, place.Lane), new(place.Major, place.Minor, brokerTime));
    }

    private bool MoveOn((string Source, string? Topic, string Lane) lane, LanePlace place)
    {
        if (_positions.TryGetValue(lane, out var seen) && !place.IsAfter(seen)) return false;
        _positions[lane] = place;
        return true;
    }

    /// <summary>A topic was made anew or a source starts over: its places count from there.</summary>
    public void ForgetPositions(string source, string? topic)
    {
        foreach (var lane in _positions.Keys.Where(lane => lane.Source == source && lane.Topic == topic).ToArray()) _positions.Remove(lane);
    }

    /// <summary>The newest place that came from a lane of a topic; null when none did.</summary>
    public LanePlace? PlaceOf(string source, string? topic, string lane) => _positions.TryGetValue((source, topic, lane), out var place) ? place : null;

    private JournalEntry? FoldInto(ControlEvent controlEvent)
    {
        // Compared with what this source delivered: the row may show what another delivered first.
        if (!_lastOfSource.TryGetValue((controlEvent.Source, controlEvent.Key), out var latest)) return null;
        if (latest.Type != controlEvent.Type || !latest.Data.Span.SequenceEqual(controlEvent.Data.Span) || journal.Find(latest.Sequence) is not { } row) return null;
        row.Current = row.Current with { Times = row.Current.Times + 1, LastAt = controlEvent.ReceivedAt };
        return row;
    }

    private JournalEntry? PairWith(ControlEvent controlEvent, string identity)
    {
        ForgetOld(controlEvent.ReceivedAt);
        if (!_unpaired.TryGetValue(identity, out var open)) return null;
        foreach (var sequence in open)
        {
            // The oldest that this source has not delivered yet: pairs are made in order of occurrence.
            if (journal.Find(sequence) is not { } entry || entry.Event.Source == controlEvent.Source || entry.Current.AlsoVia.Contains(controlEvent.Source)) continue;
            entry.Current = entry.Current with { AlsoVia = [.. entry.Current.AlsoVia, controlEvent.Source] };
            Remember(controlEvent, sequence);
            return entry;
        }

        return null;
    }

    private void OfferForPairing(string identity, ControlEvent controlEvent)
    {
        if (!_unpaired.TryGetValue(identity, out var open)) _unpaired[identity] = open = [];
        open.Add(controlEvent.Sequence);
        _pairingOrder.Enqueue((controlEvent.ReceivedAt, identity, controlEvent.Sequence));
        if (_pairingOrder.Count > options.MaxPairing) Drop(_pairingOrder.Dequeue());
    }

    private void ForgetOld(DateTimeOffset now)
    {
        while (_pairingOrder.TryPeek(out var oldest) && now - oldest.At > options.PairingWindow) Drop(_pairingOrder.Dequeue());
    }

    private void Drop((DateTimeOffset At, string Identity, long Sequence) old)
    {
        if (!_unpaired.TryGetValue(old.Identity, out var open)) return;
        open.Remove(old.Sequence);
        if (open.Count == 0) _unpaired.Remove(old.Identity);
    }

    private void Remember(ControlEvent controlEvent, long sequence)
    {
        if (_lastOfSource.Count >= options.MaxKeys && !_lastOfSource.ContainsKey((controlEvent.Source, controlEvent.Key))) ForgetKeys();
        _lastOfSource[(controlEvent.Source, controlEvent.Key)] = new(sequence, controlEvent.Type, controlEvent.Data);
    }

    /// <summary>Keys whose last event the journal has forgotten cannot be compared with any more.</summary>
    private void ForgetKeys()
    {
        foreach (var (place, latest) in _lastOfSource.ToArray())
        {
            if (latest.Sequence < journal.Oldest) _lastOfSource.Remove(place);
        }

        if (_lastOfSource.Count >= options.MaxKeys) _lastOfSource.Clear();
    }

    private readonly record struct Latest(long Sequence, string Type, ReadOnlyMemory<byte> Data);
}
