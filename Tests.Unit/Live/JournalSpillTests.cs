using System.Text;
using Microsoft.Extensions.Options;
using Qmtl.ControlBus;
using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Ordering;
using Qmtl.ControlBus.Sources;
using Qmtl.ControlBus.Spill;
using Qmtl.Tests.Unit.Services;

namespace Qmtl.Tests.Unit.Live;

public sealed class JournalSpillTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-spill-").FullName;
    private readonly ManualTime _time = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_journal_closed_in_order_goes_on_under_its_name_and_numbers()
    {
        string id;
        using (var first = Open())
        {
            id = first.JournalId;
            Weight(first, 1, 0.25);
            Weight(first, 2, 0.75);
        }

        using var again = Open();
        Assert.Equal(id, again.JournalId);
        Assert.Equal((1, 2), again.Range);
        Assert.Equal([0.75, 0.25], Weights(again));
        Weight(again, 3, 0.5);
        Assert.Equal((1, 3), again.Range);
        Assert.Equal(2, again.Previous(3, LiveFilter.Everything)!.Event.Sequence);
        Assert.True(again.Knows(id, 3));
    }

    [Fact]
    public void All_members_of_an_event_come_back()
    {
        JournalledEvent before;
        using (var first = Open())
        {
            first.Take(new RawMessage
            {
                Source = "kafka", Topic = "activation", Position = "3:41", Key = "w1", ReceivedAt = _time.GetUtcNow(), BrokerTime = _time.GetUtcNow().AddSeconds(-2),
                Value = Encoding.UTF8.GetBytes("""{"specversion":"1.0","id":"e","source":"s","type":"ActivationUpdated","time":"2026-01-01T00:00:00Z","correlation_id":"c","seq_no":9,"data":{"world_id":"w1","strategy_id":"s1","side":"long","active":true,"weight":7.5,"run_id":"r","sequence":4,"etag":"t","ts":"2026-01-01T00:00:01Z"}}"""),
            });
            before = first.Find(1, LiveFilter.Everything)!;
        }

        using var again = Open();
        var after = again.Find(1, LiveFilter.Everything)!;
        Assert.Equal(before.Event with { Data = default, Remarks = [], Tags = [] }, after.Event with { Data = default, Remarks = [], Tags = [] });
        Assert.Equal(before.Event.DataJson, after.Event.DataJson);
        Assert.NotEmpty(before.Event.Remarks);
        Assert.Equal(before.Event.Remarks, after.Event.Remarks);
        Assert.Equal(before.LastAt, after.LastAt);
    }

    [Fact]
    public void What_was_seen_before_the_restart_is_still_seen()
    {
        using (var first = Open())
        {
            Weight(first, 10, 0.25);
            Weight(first, 11, 0.25);
            Weight(first, 11, 0.25);
        }

        using var again = Open();
        Assert.Equal(PlaceAt(11), again.PlaceOf("kafka", "sentinel_weight", "0"));
        Assert.Equal(2, again.Find(1, LiveFilter.Everything)!.Times);
        Weight(again, 11, 0.25);
        Assert.Equal((1, 1), again.Range);
        Weight(again, 12, 0.25);
        Assert.Equal(3, again.Find(1, LiveFilter.Everything)!.Times);
    }

    [Fact]
    public void A_message_that_is_no_event_is_passed_once_over_a_restart_too()
    {
        using (var first = Open())
        {
            Weight(first, 10, 0.25);
            Broken(first, 11);
            Broken(first, 11);
            Assert.Equal((1L, 1L), (first.Topics(LiveFilter.Everything).Single().Quarantined, first.Topics(LiveFilter.Everything).Single().Redelivered));
        }

        using var again = Open();
        Assert.Equal(PlaceAt(11), again.PlaceOf("kafka", "sentinel_weight", "0"));
        Broken(again, 11);
        Assert.Empty(again.Quarantine);
        Broken(again, 12);
        Assert.Single(again.Quarantine);

        void Broken(LiveEngine engine, long offset) =>
            engine.Take(new RawMessage { Source = "kafka", Topic = "sentinel_weight", Position = $"0:{offset}", BrokerTime = BrokerTimeOf(offset), ReceivedAt = _time.GetUtcNow(), Value = "no event"u8.ToArray() });
    }

    [Fact]
    public void After_a_kill_the_old_name_is_good_up_to_what_the_disk_has_and_no_further()
    {
        string id;
        using (var first = Open())
        {
            id = first.JournalId;
            Weight(first, 1, 0.25);
            Weight(first, 2, 0.75);
        }

        // As a killed process leaves it: not closed, the last record half written.
        File.WriteAllText(Path.Combine(_folder, "journal.json"), File.ReadAllText(Path.Combine(_folder, "journal.json")).Replace("\"ClosedAt\":2", "\"ClosedAt\":null", StringComparison.Ordinal));
        var segment = Assert.Single(Directory.GetFiles(_folder, "*.events"));
        using (var file = File.OpenWrite(segment)) file.SetLength(file.Length - 5);

        using var again = Open();
        Assert.NotEqual(id, again.JournalId);
        Assert.True(again.Knows(id, 1));
        Assert.False(again.Knows(id, 2));
        Assert.Equal(PlaceAt(1), again.PlaceOf("kafka", "sentinel_weight", "0"));
        var gap = again.Query(LiveFilter.Everything, null, 1).Events[0];
        Assert.Equal("console.gap", gap.Event.Type);
        Assert.Contains("cut off", gap.Event.Remarks[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_record_loses_what_follows_it_in_its_file_and_says_so()
    {
        using (var first = Open(segmentBytes: 64 * 1024))
        {
            for (var i = 1; i <= 600; i++) Weight(first, i, i / 1000.0);
        }

        var segments = Directory.GetFiles(_folder, "*.events").Order(StringComparer.Ordinal).ToArray();
        Assert.True(segments.Length >= 2, "The test needs several segments.");
        var bytes = File.ReadAllBytes(segments[0]);
        bytes[bytes.Length / 2] ^= 0xFF;
        File.WriteAllBytes(segments[0], bytes);

        using var again = Open();
        var events = again.Query(LiveFilter.Everything, null, 1000).Events;
        Assert.Equal(0.6, Weights(again)[0]);
        Assert.Contains(events, each => each.Event.Type == "console.gap" && each.Event.Remarks[0].Contains("cannot be read", StringComparison.Ordinal));
        Assert.True(again.Range.Oldest > 1);
    }

    [Fact]
    public void What_the_ring_forgot_is_read_from_disk_in_order_without_holes()
    {
        using var engine = Open(capacity: 20, segmentBytes: 64 * 1024);
        for (var i = 1; i <= 900; i++) Weight(engine, i, i / 1000.0, key: i % 7 == 0 ? "seven" : "s");
        Flushed(engine, 900);
        Assert.Equal(881, engine.Range.Oldest);

        var all = new List<long>();
        long? before = null;
        do
        {
            var page = engine.Query(LiveFilter.Everything, before, 100);
            all.AddRange(page.Events.Select(each => each.Event.Sequence));
            before = page.Next;
        }
        while (before is not null);
        Assert.Equal(Enumerable.Range(1, 900).Select(i => (long)i).Reverse(), all);
        Assert.Equal(5, engine.Find(5, LiveFilter.Everything)!.Event.Sequence);
        Assert.Equal(7, engine.Previous(14, LiveFilter.Everything, alsoOnDisk: true)!.Event.Sequence);
        Assert.Null(engine.Find(5, new LiveFilter { ReadableWorlds = new HashSet<string> { "other" } }));
    }

    [Fact]
    public void Old_segments_go_when_they_are_too_old_and_the_newest_stays()
    {
        using (var engine = Open(hours: 2))
        {
            Weight(engine, 1, 0.1);
            Flushed(engine, 1);
            for (var hour = 2; hour <= 6; hour++)
            {
                _time.Advance(TimeSpan.FromMinutes(61));
                Weight(engine, hour, hour / 10.0);
                Flushed(engine, hour);
            }

            Assert.Equal(4, engine.Spill!.Oldest);
        }

        _time.Advance(TimeSpan.FromDays(3));
        using var again = Open(hours: 2);
        Assert.Equal([0.6], Weights(again));
    }

    [Fact]
    public void A_segment_that_cannot_be_deleted_is_told_and_no_event_is_lost_by_it()
    {
        using var engine = Open(hours: 1);
        Weight(engine, 1, 0.1);
        Flushed(engine, 1);
        var oldest = SpillSegment.In(_folder).Single().File;
        _time.Advance(TimeSpan.FromMinutes(61));
        Weight(engine, 2, 0.2);
        Flushed(engine, 2);
        // A folder is not deleted as a file is.
        File.Delete(oldest);
        Directory.CreateDirectory(oldest);
        _time.Advance(TimeSpan.FromMinutes(90));
        Weight(engine, 3, 0.3);
        Assert.True(SpinWait.SpinUntil(() => engine.Spill!.Problem is not null, TimeSpan.FromSeconds(30)), $"{engine.Spill}");
        Assert.Contains("cannot be deleted", engine.Spill!.Problem, StringComparison.Ordinal);
        Flushed(engine, 3);
        Assert.Equal(0, engine.Spill!.Lost);

        Directory.Delete(oldest);
        _time.Advance(TimeSpan.FromMinutes(2));
        Weight(engine, 4, 0.4);
        Assert.True(SpinWait.SpinUntil(() => engine.Spill!.Problem is null, TimeSpan.FromSeconds(30)), $"{engine.Spill}");
    }

    [Fact]
    public void Two_consoles_never_write_to_one_folder()
    {
        using var first = Open();
        using var second = Open();
        Weight(second, 1, 0.5);
        Assert.Contains("Another console", second.Spill!.Problem, StringComparison.Ordinal);
        Assert.Equal(1, second.Spill.Lost);
        Assert.Null(first.Spill!.Problem);
    }

    [Fact]
    public void A_source_that_proves_nothing_tells_of_the_time_between()
    {
        using (var first = Open()) Weight(first, 1, 0.5);
        using var again = Open();
        again.SinkOf(new Blind());
        var gap = again.Query(LiveFilter.Everything, null, 1).Events[0];
        Assert.Equal("console.gap", gap.Event.Type);
        Assert.Contains("not running after", gap.Event.Remarks[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Places_of_a_topic_made_anew_start_over_after_a_restart_too()
    {
        using (var first = Open())
        {
            Weight(first, 40, 0.5);
            first.ForgetPositions("kafka", "sentinel_weight");
        }

        using var again = Open();
        Assert.Null(again.PlaceOf("kafka", "sentinel_weight", "0"));
    }

    [Fact]
    public void Records_of_before_the_brokers_time_are_read_without_it()
    {
        SpillRecord[] records = [new SpillRecord.Added(Row()), new SpillRecord.Changed(7, 2, _time.GetUtcNow(), [], Row().Event), new SpillRecord.Place("kafka", "quiet", "0", new(77, 0))];
        foreach (var record in records)
        {
            using var bytes = new MemoryStream();
            SpillFormat.Write(bytes, record, new());
            var body = bytes.ToArray()[SpillFormat.HeaderBytes..];
            // Without the last member, which says that there is no such time.
            Assert.Equivalent(record, SpillFormat.Read(body, body.Length - 1), strict: true);
        }

        JournalledEvent Row() => new(new() { Type = "queue_updated", Key = "k", Data = "{}"u8.ToArray(), ReceivedAt = _time.GetUtcNow() }, 1, _time.GetUtcNow(), [], null);
    }

    [Fact]
    public void The_places_of_quiet_lanes_outlive_their_segments()
    {
        using (var first = Open(capacity: 10, segmentBytes: 64 * 1024))
        {
            Weight(first, 77, 0.5, topic: "quiet");
            for (var i = 1; i <= 900; i++) Weight(first, i, i / 1000.0);
        }

        using var again = Open(capacity: 10, segmentBytes: 64 * 1024);
        Assert.Equal(PlaceAt(77), again.PlaceOf("kafka", "quiet", "0"));
        Assert.Equal(PlaceAt(900), again.PlaceOf("kafka", "sentinel_weight", "0"));
    }

    private LiveEngine Open(int capacity = 1000, int hours = 24, long segmentBytes = 32 * 1024 * 1024) => new(
        Options.Create(new ControlBusOptions { JournalCapacity = capacity }), _time, new JournalSpill(new SpillOptions { Hours = hours, Path = _folder, SegmentBytes = segmentBytes }, _time));

    private void Weight(LiveEngine engine, long offset, double weight, string key = "s", string topic = "sentinel_weight") => engine.Take(new RawMessage
    {
        Source = "kafka", Topic = topic, Position = $"0:{offset}", Key = key, BrokerTime = BrokerTimeOf(offset), ReceivedAt = _time.GetUtcNow(),
        Value = Encoding.UTF8.GetBytes(FormattableString.Invariant($$"""{"type":"SentinelWeightUpdated","sentinel_id":"{{key}}","weight":{{weight}},"version":1}""")),
    });

    private static DateTimeOffset BrokerTimeOf(long offset) => DateTimeOffset.UnixEpoch.AddDays(20_000).AddSeconds(offset);

    private static LanePlace PlaceAt(long offset) => new(offset, 0, BrokerTimeOf(offset));

    private static double[] Weights(LiveEngine engine) =>
        [.. engine.Query(LiveFilter.Everything, null, 1000).Events.Where(each => each.Event.Type == "sentinel_weight_updated").Select(each => System.Text.Json.JsonDocument.Parse(each.Event.Data).RootElement.GetProperty("weight").GetDouble())];

    /// <summary>The spill writes beside the caller: wait until the event can be read from disk.</summary>
    private void Flushed(LiveEngine engine, long sequence) =>
        Assert.True(SpinWait.SpinUntil(() => SpillSegment.In(_folder) is [.., var newest] && newest.Read().OfType<SpillRecord.Added>().Any(added => added.Journalled.Event.Sequence == sequence), TimeSpan.FromSeconds(30)), $"Event {sequence} was not spilled; {engine.Spill}");

    private sealed class Blind : IControlSource
    {
        public string Name => "gateway";

        public string Place => "http://gateway";

        public bool ProvesGaps => false;

        public Task RunAsync(IControlSink sink, CancellationToken cancellation) => Task.CompletedTask;
    }
}
