using Qmtl.ControlBus;
using Qmtl.ControlBus.Ordering;
using Qmtl.ControlBus.Redis;
using Qmtl.ControlBus.Sources;

namespace Qmtl.Tests.Unit.Live;

/// <summary>What a Redis stream's facts prove, without a server: old versions and restarts too.</summary>
public sealed class RedisStreamReaderTests
{
    private static readonly StreamId FirstStart = new(1_000, ulong.MaxValue);

    [Fact]
    public void A_server_that_does_not_count_proves_nothing_and_says_so_once()
    {
        var sink = new Sink();
        var reader = new RedisStreamReader("queue", sink);
        reader.Found(new(2, new(2_002, 0), new(2_001, 0), null, null), FirstStart);
        reader.Read(new(2_001, 0));
        reader.Read(new(2_002, 0));
        reader.Found(new(2, new(2_002, 0), new(2_001, 0), null, null), FirstStart);
        Assert.Empty(sink.Gaps);
        Assert.Equal(0, sink.LagMessages);

        var trimmed = new StreamFacts(2, new(2_009, 0), new(2_008, 0), null, null);
        reader.Read(new(2_003, 0));
        reader.Found(trimmed, FirstStart);
        reader.Found(trimmed, FirstStart);
        var gap = Assert.Single(sink.Gaps);
        Assert.False(gap.IsProven);
        Assert.Contains("trimmed past 2003-0", gap.What, StringComparison.Ordinal);
        Assert.Null(sink.LagMessages);
    }

    [Fact]
    public void After_a_restart_a_trimmed_stream_is_proven_only_by_a_deleted_entry()
    {
        Assert.False(Assert.Single(AfterRestart(new(1, new(2_009, 0), new(2_009, 0), 9, new(0, 0))).Gaps).IsProven);
        Assert.True(Assert.Single(AfterRestart(new(1, new(2_009, 0), new(2_009, 0), 9, new(2_007, 0))).Gaps).IsProven);
        Assert.Empty(AfterRestart(new(5, new(2_009, 0), new(2_004, 0), 9, new(0, 0))).Gaps);
        // All is trimmed, but nothing came after what was read.
        Assert.Empty(AfterRestart(new(0, new(2_005, 0), null, 9, new(0, 0))).Gaps);
    }

    [Fact]
    public void After_a_restart_a_stream_whose_newest_lies_behind_is_another_one()
    {
        var sink = AfterRestart(new(2, new(1_500, 0), new(1_400, 0), 2, new(0, 0)), out var reader);
        Assert.Contains("made anew or went back", Assert.Single(sink.Gaps).What, StringComparison.Ordinal);
        Assert.Equal(1, sink.StartsOverCount);
        Assert.Equal(StreamId.Start, reader.Place);
    }

    [Fact]
    public void An_entry_deleted_in_the_middle_before_it_was_read_is_counted()
    {
        var sink = new Sink();
        var reader = new RedisStreamReader("queue", sink);
        reader.Found(new(1, new(2_001, 0), new(2_001, 0), 1, StreamId.Start), FirstStart);
        reader.Read(new(2_001, 0));
        reader.Found(new(1, new(2_001, 0), new(2_001, 0), 1, StreamId.Start), FirstStart);
        var deleted = new StreamFacts(2, new(2_003, 0), new(2_001, 0), 3, new(2_002, 0));
        reader.Found(deleted, FirstStart);
        reader.Read(new(2_003, 0));
        reader.Found(deleted, FirstStart);
        reader.Found(deleted, FirstStart);
        var gap = Assert.Single(sink.Gaps);
        Assert.True(gap.IsProven);
        Assert.Contains("1 entry was added and removed before it was read", gap.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_older_than_the_first_start_goes_on_at_its_newest_whatever_the_clocks_say()
    {
        var reader = new RedisStreamReader("queue", new Sink());
        reader.Found(new(2, new(900, 1), new(800, 0), 2, new(0, 0)), FirstStart);
        Assert.Equal(new StreamId(900, 1), reader.Place);
        Assert.Equal(2, reader.Counted);
    }

    private static Sink AfterRestart(StreamFacts facts) => AfterRestart(facts, out _);

    private static Sink AfterRestart(StreamFacts facts, out RedisStreamReader reader)
    {
        var sink = new Sink { Place = new(2_005, 0) };
        reader = new("queue", sink);
        reader.Found(facts, FirstStart);
        return sink;
    }

    private sealed class Sink : IControlSink
    {
        public List<(string What, bool IsProven)> Gaps { get; } = [];

        public LanePlace? Place { get; init; }

        public int StartsOverCount { get; private set; }

        public long? LagMessages { get; private set; }

        public void Take(RawMessage message) => throw new NotSupportedException();

        public void Gap(string? topic, string what, bool isProven, string? worldId = null) => Gaps.Add((what, isProven));

        public void StateRead(string what, string? worldId = null) => throw new NotSupportedException();

        public void Refuse(Quarantined message) => throw new NotSupportedException();

        public void StartsOver(string? topic) => StartsOverCount++;

        public void Report(SourceState state, string detail, string advice = "") => throw new NotSupportedException();

        public void Lag(string? topic, long? messages) => LagMessages = messages;

        public LanePlace? PlaceOf(string? topic, string lane) => Place;
    }
}
