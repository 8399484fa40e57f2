using System.Globalization;
using Microsoft.Extensions.Options;
using Qmtl.ControlBus.Journal;
using Qmtl.ControlBus.Normalising;
using Qmtl.ControlBus.Ordering;
using Qmtl.ControlBus.Sources;
using Qmtl.ControlBus.Spill;
using Qmtl.Shared.Control;

namespace Qmtl.ControlBus.Live;

/// <summary>
/// From what sources deliver to what readers see: normalise, tell news from repeats, journal, wake the readers. Sources call from any thread; parsing is
/// done outside the lock. Readers pull from the journal at their own pace, so that a slow one holds no queue and delays nobody.
/// </summary>
internal sealed class LiveEngine : ILiveFeed, ILiveMarks, IDisposable
{
    private readonly ControlBusOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly EventJournal _journal;
    private readonly EventLedger _ledger;
    private readonly ChangeLog _changes;
    private readonly RunOrder _runs;
    private readonly LiveCounters _counters;
    private readonly LinkedList<Quarantined> _quarantine = [];
    private readonly HashSet<LiveSubscription> _subscriptions = [];
    private readonly List<EngineSink> _sinks = [];
    private readonly JournalSpill? _spill;
    private readonly JournalSearch _search;
    private readonly JournalIdentity _identity;
    private readonly DateTimeOffset? _restoredUntil;
    private long _received;
    private long _dropped;
    private DateTimeOffset? _lastReceivedAt;

    /// <param name="spill">The journal on disk, not opened yet; null: in memory only.</param>
    public LiveEngine(IOptions<ControlBusOptions> options, TimeProvider time, JournalSpill? spill = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _time = time;
        _journal = new(_options.JournalCapacity, _options.JournalBytes);
        _ledger = new(_options, _journal);
        _changes = new(_options.ChangeCapacity);
        _counters = new(_options.MaxCounters);
        _runs = new(_options.MaxKeys);
        _identity = JournalIdentity.New();
        _search = new(_journal, spill is null ? null : new SpilledHistory(spill), _gate);
        if (spill is null) return;
        var restored = new JournalRestore(_journal, _ledger, _runs);
        spill.Open(_options.JournalCapacity, restored.Take, restored.Damaged);
        _identity = spill.Identity;
        _spill = spill;
        _restoredUntil = _journal.Find(_journal.Newest)?.Event.ReceivedAt;
        foreach (var problem in restored.Problems) TakeGap("journal", null, problem, isProven: true);
    }

    /// <summary>Told of each batch how long its newest event took from being received to being handed over.</summary>
    public Action<TimeSpan>? Delivered { get; set; }

    /// <summary>Events taken since the start, by source and type.</summary>
    public IReadOnlyList<(string Source, string Type, long Count)> TypeCounts
    {
        get
        {
            lock (_gate) return _counters.Types;
        }
    }

    public string JournalId => _identity.Id;

    public SpillStatus? Spill => _spill?.Status;

    public bool Knows(string journalId, long sequence) => _identity.Knows(journalId, sequence);

    public (long Oldest, long Newest) Range
    {
        get
        {
            lock (_gate) return (_journal.Oldest, _journal.Newest);
        }
    }

    public IReadOnlyList<Quarantined> Quarantine
    {
        get
        {
            lock (_gate) return [.. _quarantine];
        }
    }

    public IReadOnlyList<SourceStatus> Sources
    {
        get
        {
            lock (_gate) return [.. _sinks.Select(sink => sink.Status)];
        }
    }

    public LiveStatus Status
    {
        get
        {
            lock (_gate)
            {
                return new(_journal.Count, _options.JournalCapacity, _journal.Bytes, _options.JournalBytes, _journal.Keys, _subscriptions.Count, _received, Interlocked.Read(ref _dropped), _lastReceivedAt);
            }
        }
    }

    /// <summary>Takes what a transport delivered.</summary>
    public void Take(RawMessage message)
    {
        var (controlEvent, malformed) = Normaliser.Read(message);
        if (controlEvent is not null) Take(controlEvent, message.Key);
        else if (malformed is not null) Take(malformed);
    }

    /// <summary>Takes an event that is in one shape already. Returns its row, or null for a redelivery.</summary>
    public JournalledEvent? Take(ControlEvent controlEvent, string? transportKey)
    {
        JournalEntry? entry;
        lock (_gate)
        {
            _received++;
            _lastReceivedAt = controlEvent.ReceivedAt;
            var result = _ledger.Take(controlEvent, transportKey);
            entry = result.Entry;
            _counters.Of(controlEvent.Source, controlEvent.Topic, controlEvent.WorldId).Count(result, controlEvent.ReceivedAt, controlEvent.Skew);
            if (result.Verdict is LedgerVerdict.Folded or LedgerVerdict.Paired) _changes.Add(entry!.Event.Sequence);
            if (result.Verdict == LedgerVerdict.Added && _runs.Look(controlEvent) is { } remark)
            {
                entry!.Current = entry.Current with { Event = entry.Event with { Remarks = [.. entry.Event.Remarks, remark] } };
            }

            _counters.CountType(controlEvent.Source, controlEvent.Type);
            if (entry is null) return null;
            SpillOut(result, controlEvent);
            Wake();
        }

        return entry.Current;
    }

    /// <summary>Takes a message that is no event.</summary>
    public void Take(Quarantined malformed)
    {
        lock (_gate)
        {
            _received++;
            var counters = _counters.Of(malformed.Source, malformed.Topic, null);
            if (!_ledger.Pass(malformed.Source, malformed.Topic, malformed.Position, malformed.BrokerTime))
            {
                counters.CountRedelivered(malformed.ReceivedAt);
                return;
            }

            // After a restart it is not delivered again.
            if (_spill is not null && Position.Parse(malformed.Position) is { } at) _spill.Add(new SpillRecord.Place(malformed.Source, malformed.Topic, at.Lane, new(at.Major, at.Minor, malformed.BrokerTime)), _journal.Newest + 1);
            counters.CountQuarantined(malformed.ReceivedAt);
            _quarantine.AddFirst(malformed);
            if (_quarantine.Count > _options.QuarantineCapacity) _quarantine.RemoveLast();
        }
    }

    /// <summary>A stretch of a source is missing, or may be. It stands in the journal as an event of its own.</summary>
    /// <param name="isProven">Whether the source proved it; else nobody knows whether anything was missed.</param>
    /// <param name="worldId">The one world that it is about; null when it is about more.</param>
    public void TakeGap(string source, string? topic, string what, bool isProven, string? worldId = null)
    {
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            _counters.Of(source, topic, worldId).CountGap();
            AddOwn(OwnEvents.OfGap(source, topic, worldId, what, isProven, now));
        }
    }

    /// <summary>What was read of the state after a gap. It stands in the journal as an event of the console's own.</summary>
    public void TakeStateRead(string source, string what, string? worldId)
    {
        var now = _time.GetUtcNow();
        lock (_gate) AddOwn(OwnEvents.OfStateRead(source, worldId, what, now));
    }

    public void Mark(LiveMark mark)
    {
        ArgumentNullException.ThrowIfNull(mark);
        var now = _time.GetUtcNow();
        lock (_gate) AddOwn(OwnEvents.OfChange(mark, now));
    }

    /// <summary>A topic was made anew or a stream starts over: its places count from there.</summary>
    public void ForgetPositions(string source, string? topic)
    {
        lock (_gate)
        {
            _ledger.ForgetPositions(source, topic);
            _spill?.Add(new SpillRecord.StartedOver(source, topic), _journal.Newest + 1);
        }
    }

    /// <summary>What a source tells, into this journal.</summary>
    public EngineSink SinkOf(IControlSource source)
    {
        var sink = new EngineSink(source, this, _time);
        lock (_gate)
        {
            _sinks.RemoveAll(other => other.Status.Name == source.Name);
            _sinks.Add(sink);
        }

        if (_restoredUntil is { } until && !source.ProvesGaps)
        {
            TakeGap(source.Name, null, string.Create(CultureInfo.InvariantCulture, $"The console was not running after {until:yyyy-MM-dd HH:mm:ss} UTC. This source cannot tell what came meanwhile."), isProven: false);
        }

        return sink;
    }

    /// <summary>How a source is doing; null before it was started.</summary>
    public SourceStatus? StatusOf(string source) => Sources.FirstOrDefault(status => status.Name == source);

    public void SetLag(string source, string? topic, long? messages)
    {
        lock (_gate) _counters.SetLag(source, topic, messages);
    }

    /// <summary>The newest place that came from a lane of a topic; null when none did.</summary>
    public LanePlace? PlaceOf(string source, string? topic, string lane)
    {
        lock (_gate) return _ledger.PlaceOf(source, topic, lane);
    }

    public JournalledEvent? Find(long sequence, LiveFilter filter) => _search.Find(sequence, filter);

    public JournalledEvent? Previous(long sequence, LiveFilter filter, bool alsoOnDisk = false) => _search.Previous(sequence, filter, alsoOnDisk);

    public LivePage Query(LiveFilter filter, long? before, int count) => _search.Query(filter, before, count);

    public ILiveSubscription Subscribe(LiveFilter filter, long? after)
    {
        ArgumentNullException.ThrowIfNull(filter);
        lock (_gate)
        {
            if (_subscriptions.Count >= _options.MaxSubscribers)
            {
                throw new InvalidOperationException(
                    $"{_subscriptions.Count} subscriptions to the ControlBus are open, as many as allowed. Close pages or clients that are not needed.");
            }

            var subscription = new LiveSubscription(this, filter, (after ?? _journal.Newest) + 1, _changes.Newest);
            _subscriptions.Add(subscription);
            return subscription;
        }
    }

    public IReadOnlyList<TopicStatus> Topics(LiveFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var now = _time.GetUtcNow();
        lock (_gate) return _counters.Topics(filter, now);
    }

    /// <summary>Ends the spill in order, so that the journal keeps its name.</summary>
    public void Dispose() => _spill?.Dispose();

    /// <summary>What a subscription has not read yet. Null when there is nothing; then its signal tells when there is.</summary>
    internal LiveBatch? Read(LiveSubscription subscription, int count)
    {
        JournalEntry[] entries;
        JournalEntry[] changed;
        long forgotten;
        lock (_gate)
        {
            forgotten = Math.Max(0, _journal.Oldest - subscription.Next);
            subscription.Next += forgotten;
            entries = new JournalEntry[_journal.Newest - subscription.Next + 1];
            for (var i = 0; i < entries.Length; i++) entries[i] = _journal.Find(subscription.Next + i)!;
            changed = [.. _changes.After(subscription.Change).Select(_journal.Find).OfType<JournalEntry>()];
            subscription.Change = _changes.Newest;
        }

        // Matched outside the lock, however far behind the reader is.
        var over = Math.Max(0, entries.Length - _options.SubscriberCapacity);
        (string, string?, long)[] droppedOf = over == 0 ? [] :
        [
            .. entries.Take(over).Where(entry => subscription.Filter.Matches(entry.Current)).GroupBy(entry => (entry.Event.Source, entry.Event.Topic)).Select(group => (group.Key.Source, group.Key.Topic, group.LongCount())),
        ];
        var dropped = droppedOf.Sum(part => part.Item3);
        entries = entries[over..];
        subscription.Next += over;
        if (dropped > 0) Interlocked.Add(ref _dropped, dropped);
        var changes = changed.Where(entry => entry.Event.Sequence < subscription.Next).Select(entry => entry.Current).Where(subscription.Filter.Matches).ToList();

        var events = new List<JournalledEvent>();
        var read = 0;
        for (; read < entries.Length && events.Count < count; read++) if (subscription.Filter.Matches(entries[read].Current)) events.Add(entries[read].Current);
        subscription.Next += read;
        if (events.Count > 0) Delivered?.Invoke(_time.GetUtcNow() - events[^1].Event.ReceivedAt);
        return events.Count == 0 && changes.Count == 0 && dropped == 0 && forgotten == 0 ? null : new(events, changes, dropped, forgotten) { DroppedOf = droppedOf };
    }

    internal bool HasMore(LiveSubscription subscription)
    {
        lock (_gate) return subscription.Next <= _journal.Newest || subscription.Change < _changes.Newest;
    }

    internal void Remove(LiveSubscription subscription)
    {
        lock (_gate) _subscriptions.Remove(subscription);
    }

    private void AddOwn(ControlEvent own)
    {
        var entry = _journal.Add(own with { Sequence = _journal.Newest + 1 });
        _spill?.Add(new SpillRecord.Added(entry.Current), entry.Event.Sequence);
        Wake();
    }

    private void SpillOut(in LedgerResult result, ControlEvent delivery)
    {
        if (_spill is null || result.Entry is not { Current: var current }) return;
        _spill.Add(
            result.Verdict == LedgerVerdict.Added
                ? new SpillRecord.Added(current)
                : new SpillRecord.Changed(current.Event.Sequence, current.Times, current.LastAt, current.AlsoVia, delivery),
            _journal.Newest + (result.Verdict == LedgerVerdict.Added ? 0 : 1));
    }

    private void Wake()
    {
        foreach (var subscription in _subscriptions) subscription.Wake();
    }
}
