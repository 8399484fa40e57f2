using System.Diagnostics.Metrics;

namespace Qmtl.ControlBus.Live;

/// <summary>
/// Measures of the live path under OpenTelemetry's conventions. Counters are read from the engine when somebody asks, so that an event costs nothing more;
/// only times are recorded as they happen.
/// </summary>
internal sealed class LiveMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "Qmtl.ControlBus";

    private readonly LiveEngine _engine;
    private readonly Meter _meter;
    private readonly Histogram<double> _fanout;

    public LiveMetrics(LiveEngine engine, IMeterFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _engine = engine;
        _meter = factory.Create(Name);
        Count("events", "{event}", "Events taken, by type and source.", () => engine.TypeCounts.Select(count => new Measurement<long>(count.Count, Tag("source", count.Source), Tag("type", count.Type))));
        Count("duplicates", "{event}", "Deliveries that are no news, by how they were known.", Duplicates);
        Count("gaps", "{gap}", "Stretches that are missing or may be.", () => OfTopics(topic => topic.Gaps));
        Count("quarantined", "{message}", "Messages that are no events.", () => OfTopics(topic => topic.Quarantined));
        Count("qmtl_drops", "{event}", "Events that QMTL's Gateway would drop as repeats; shown all the same.", () => OfTopics(topic => topic.WouldDrop));
        Count("dropped", "{event}", "Events lost by subscribers that were too slow, all together.", () => [new(engine.Status.Dropped)]);
        Gauge("lag", "{message}", "Messages that a source holds and that did not come yet; absent where it cannot tell.", Lag);
        Gauge("journal.events", "{event}", "Events in the journal.", () => [new(engine.Status.Events)]);
        Gauge("journal.capacity", "{event}", "Events that the journal can hold.", () => [new(engine.Status.MaxEvents)]);
        Gauge("journal.size", "By", "Bytes in the journal.", () => [new(engine.Status.Bytes)]);
        Gauge("journal.limit", "By", "Bytes that the journal can hold.", () => [new(engine.Status.MaxBytes)]);
        Gauge("spill.size", "By", "Bytes of the journal on disk; absent without one.", () => engine.Spill is { } spill ? [new(spill.Bytes)] : []);
        Count("spill.lost", "{record}", "Records that could not be written to disk; absent without a journal there.", () => engine.Spill is { } spill ? [new(spill.Lost)] : []);
        Gauge("subscribers", "{subscriber}", "Open subscriptions.", () => [new(engine.Status.Subscribers)]);
        Gauge("source.reading", "1", "1 while the source reads, else 0.", () => engine.Sources.Select(source => new Measurement<long>(source.State is Sources.SourceState.Reading or Sources.SourceState.Attention ? 1 : 0, Tag("source", source.Name))));
        _meter.CreateObservableGauge("qmtl.controlbus.skew", Skews, "s", "Receive time − event time of the newest event that has one.");
        _fanout = _meter.CreateHistogram(
            "qmtl.controlbus.fanout.duration", "s", "From receiving an event to handing it to a subscriber.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] });
        engine.Delivered = time => _fanout.Record(time.TotalSeconds);
    }

    public void Dispose()
    {
        _engine.Delivered = null;
        _meter.Dispose();
    }

    private IEnumerable<Measurement<long>> Duplicates() => _engine.Topics(LiveFilter.Everything).SelectMany(topic => new[]
    {
        new Measurement<long>(topic.Redelivered, [.. TagsOf(topic), Tag("kind", "redelivered")]),
        new(topic.Folded, [.. TagsOf(topic), Tag("kind", "repeated")]),
        new(topic.Paired, [.. TagsOf(topic), Tag("kind", "other_source")]),
    });

    private IEnumerable<Measurement<long>> Lag() =>
        _engine.Topics(LiveFilter.Everything).Where(topic => topic.LagMessages is not null).Select(topic => new Measurement<long>(topic.LagMessages!.Value, TagsOf(topic)));

    private IEnumerable<Measurement<double>> Skews() =>
        _engine.Topics(LiveFilter.Everything).Where(topic => topic.Skew is not null).Select(topic => new Measurement<double>(topic.Skew!.Value.TotalSeconds, TagsOf(topic)));

    private IEnumerable<Measurement<long>> OfTopics(Func<TopicStatus, long> count) => _engine.Topics(LiveFilter.Everything).Select(topic => new Measurement<long>(count(topic), TagsOf(topic)));

    private void Count(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> read) => _meter.CreateObservableCounter($"qmtl.controlbus.{name}", read, unit, description);

    private void Gauge(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> read) => _meter.CreateObservableGauge($"qmtl.controlbus.{name}", read, unit, description);

    private static KeyValuePair<string, object?>[] TagsOf(TopicStatus topic) => topic.Topic is null ? [Tag("source", topic.Source)] : [Tag("source", topic.Source), Tag("topic", topic.Topic)];

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
