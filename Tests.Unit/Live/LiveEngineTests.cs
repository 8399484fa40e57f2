using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Qmtl.ControlBus;
using Qmtl.ControlBus.Live;
using Qmtl.Tests.Unit.Services;

namespace Qmtl.Tests.Unit.Live;

public sealed class LiveEngineTests
{
    private readonly ManualTime _time = new();
    private readonly ControlBusOptions _options = new();
    private int _offset;

    [Fact]
    public async Task A_subscription_goes_back_to_where_it_says_and_on_from_there()
    {
        var engine = Make();
        for (var i = 1; i <= 5; i++) Deliver(engine, "s" + i);
        using var subscription = engine.Subscribe(LiveFilter.Everything, after: 2);
        Deliver(engine, "s6");

        var batch = await subscription.ReadAsync(100, default);
        Assert.Equal([3L, 4, 5, 6], batch.Events.Select(each => each.Event.Sequence));
        var next = subscription.ReadAsync(100, default);
        Assert.False(next.IsCompleted);
        Deliver(engine, "s7");
        Assert.Equal([7L], (await next).Events.Select(each => each.Event.Sequence));
    }

    [Fact]
    public async Task What_does_not_match_wakes_a_reader_for_nothing_and_is_not_counted_as_dropped()
    {
        _options.SubscriberCapacity = 4;
        var engine = Make();
        using var subscription = engine.Subscribe(LiveFilter.Everything with { Key = "sentinel:b" }, null);
        for (var i = 0; i < 10; i++)
        {
            Deliver(engine, "a", weight: $"0.{i}");
            Deliver(engine, "b", weight: $"0.{i}");
        }

        var batch = await subscription.ReadAsync(100, default);
        Assert.Equal([18L, 20], batch.Events.Select(each => each.Event.Sequence));
        Assert.Equal((8L, 0L), (batch.Dropped, batch.Forgotten));
        var lost = Assert.Single(batch.DroppedOf);
        Assert.Equal((batch.Events[0].Event.Source, batch.Events[0].Event.Topic, 8L), lost);
        Assert.Equal(8, engine.Status.Dropped);
    }

    [Fact]
    public async Task What_the_journal_forgot_before_it_was_read_is_told_apart_from_what_was_dropped()
    {
        _options.JournalCapacity = 6;
        _options.SubscriberCapacity = 4;
        var engine = Make();
        using var subscription = engine.Subscribe(LiveFilter.Everything, null);
        for (var i = 0; i < 20; i++) Deliver(engine, "s" + i);
        var batch = await subscription.ReadAsync(100, default);
        Assert.Equal((4, 2L, 14L), (batch.Events.Count, batch.Dropped, batch.Forgotten));
    }

    [Fact]
    public async Task A_row_that_came_again_is_told_to_those_who_have_it()
    {
        var engine = Make();
        using var subscription = engine.Subscribe(LiveFilter.Everything, null);
        Deliver(engine, "a");
        Assert.Single((await subscription.ReadAsync(10, default)).Events);
        Deliver(engine, "a");
        Deliver(engine, "a");
        var batch = await subscription.ReadAsync(10, default);
        Assert.Empty(batch.Events);
        Assert.Equal(3, Assert.Single(batch.Changes).Times);
    }

    [Fact]
    public void A_reader_of_one_world_sees_finds_counts_and_follows_nothing_else()
    {
        var engine = Make();
        Deliver(engine, "a", world: "crypto", weight: "0.1");
        Deliver(engine, "a", world: "fx", weight: "0.2");
        Deliver(engine, "a", world: null, weight: "0.3");
        Deliver(engine, "a", world: "crypto", weight: "0.4");
        engine.Take(Messages.Of("no event"));
        var narrow = new LiveFilter { ReadableWorlds = new HashSet<string> { "crypto" } };

        Assert.Equal([4L, 1], engine.Query(narrow, null, 10).Events.Select(each => each.Event.Sequence));
        Assert.Null(engine.Find(2, narrow));
        Assert.Null(engine.Find(3, narrow));
        Assert.Equal(1, engine.Previous(4, narrow)!.Event.Sequence);
        Assert.Equal(3, engine.Previous(4, LiveFilter.Everything)!.Event.Sequence);
        Assert.Equal(2, Assert.Single(engine.Topics(narrow)).Received);
        Assert.Equal((5L, 1L), (Assert.Single(engine.Topics(LiveFilter.Everything)).Received, engine.Topics(LiveFilter.Everything)[0].Quarantined));
    }

    [Fact]
    public void A_query_goes_page_by_page_to_the_end()
    {
        var engine = Make();
        for (var i = 0; i < 25; i++) Deliver(engine, "s" + (i % 2), weight: $"0.{i:00}");
        var seen = new List<long>();
        long? before = null;
        do
        {
            var page = engine.Query(LiveFilter.Everything with { Key = "sentinel:s0" }, before, 4);
            seen.AddRange(page.Events.Select(each => each.Event.Sequence));
            before = page.Next;
        }
        while (before is not null);

        Assert.Equal(Enumerable.Range(1, 25).Where(i => i % 2 == 1).Reverse().Select(i => (long)i), seen);
    }

    [Theory]
    [InlineData("WEIGHT", true)]
    [InlineData("0.25", true)]
    [InlineData("sentinel:a", true)]
    [InlineData("not there", false)]
    public void Text_is_looked_for_in_type_key_and_payload(string text, bool found)
    {
        var engine = Make();
        Deliver(engine, "a", weight: "0.25");
        Assert.Equal(found, engine.Query(LiveFilter.Everything with { Text = text }, null, 10).Events.Count == 1);
    }

    [Fact]
    public void A_gap_stands_on_the_tape_and_is_counted()
    {
        var engine = Make();
        Deliver(engine, "a");
        engine.TakeGap("kafka", "sentinel_weight", "The topic was made anew.", isProven: true);
        Deliver(engine, "b");
        var rows = engine.Query(LiveFilter.Everything, null, 10).Events;
        Assert.Equal(["sentinel:b", "gap:kafka:sentinel_weight", "sentinel:a"], rows.Select(each => each.Event.Key));
        Assert.Contains("\"proven\":true", rows[1].Event.DataJson, StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(engine.Topics(LiveFilter.Everything)).Gaps);
    }

    [Fact]
    public void A_gap_of_one_world_is_seen_by_its_readers_and_by_no_others()
    {
        var engine = Make();
        engine.TakeGap("gateway", null, "The stream of world w1 was away.", isProven: false, "w1");
        var w1 = LiveFilter.Everything with { ReadableWorlds = new HashSet<string> { "w1" } };
        var w2 = LiveFilter.Everything with { ReadableWorlds = new HashSet<string> { "w2" } };
        Assert.Equal("gap:gateway::w1", Assert.Single(engine.Query(w1, null, 10).Events).Event.Key);
        Assert.Empty(engine.Query(w2, null, 10).Events);
        Assert.Equal((1, 0), (engine.Topics(w1).Sum(topic => topic.Gaps), engine.Topics(w2).Sum(topic => topic.Gaps)));
    }

    [Fact]
    public void How_far_a_topic_is_behind_is_not_for_readers_of_some_worlds()
    {
        var engine = Make();
        Deliver(engine, "a", world: "w1");
        var topic = engine.Topics(LiveFilter.Everything).Single();
        engine.SetLag(topic.Source, topic.Topic, 41);
        Assert.Equal(41, engine.Topics(LiveFilter.Everything).Single().LagMessages);
        Assert.Null(engine.Topics(LiveFilter.Everything with { ReadableWorlds = new HashSet<string> { "w1" } }).Single().LagMessages);
    }

    [Fact]
    public void An_operators_change_stands_among_the_events_and_is_seen_by_readers_of_its_world()
    {
        var engine = Make();
        Deliver(engine, "a", world: "w1");
        engine.Mark(new("Weight 0.25 → 0.5 (by Otto)", "p-1", "momentum", "w1"));
        engine.Mark(new("Sandbox paused (by Otto)", "p-2", "sandbox", null));
        var w1 = LiveFilter.Everything with { ReadableWorlds = new HashSet<string> { "w1" } };
        Assert.Equal([3L, 2, 1], engine.Query(LiveFilter.Everything, null, 10).Events.Select(each => each.Event.Sequence));
        Assert.Equal([2L, 1], engine.Query(w1, null, 10).Events.Select(each => each.Event.Sequence));
        Assert.Equal("console.change", engine.Find(2, w1)!.Event.Type);
    }

    [Fact]
    public async Task Its_measures_are_those_of_the_engine()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
        using var reader = new Qmtl.Console.Health.Metrics.MetricsReader(factory);
        var engine = Make();
        using var metrics = new LiveMetrics(engine, factory);
        Deliver(engine, "a");
        Deliver(engine, "a");
        engine.Take(Messages.Of("no event"));
        engine.TakeGap("kafka", "queue", "Something is missing.", isProven: true);
        using var subscription = engine.Subscribe(LiveFilter.Everything, after: 0);
        Assert.Single((await subscription.ReadAsync(1, default)).Events);
        var text = reader.Read();
        var source = engine.Topics(LiveFilter.Everything)[0].Source;
        foreach (var line in new[]
        {
            $"qmtl_controlbus_events_total{{source=\"{source}\",type=\"sentinel_weight_updated\"}} 2",
            "kind=\"repeated\"", "qmtl_controlbus_gaps_total{source=\"kafka\",topic=\"queue\"} 1", "qmtl_controlbus_subscribers 1", "qmtl_controlbus_journal_events 2",
            "qmtl_controlbus_fanout_duration_seconds_count 1",
        })
        {
            Assert.Contains(line, text, StringComparison.Ordinal);
        }

        Assert.Matches("qmtl_controlbus_quarantined_total\\{[^}]*\\} 1\n", text);
        Assert.Matches("kind=\"repeated\"[^}]*\\} 1\n", text);
    }

    [Fact]
    public void The_numbers_of_a_run_that_do_not_follow_are_remarked()
    {
        var engine = Make();
        foreach (var message in Messages.OnBus(Messages.Recording("head/24-sequence-1-3-2.json")).Where(each => each.Topic == "activation")) engine.Take(message);
        var remarks = engine.Query(LiveFilter.Everything, null, 10).Events.Reverse().Select(each => string.Join(' ', each.Event.Remarks)).ToArray();
        Assert.Contains(remarks, each => each.StartsWith("Gap: of run", StringComparison.Ordinal));
        Assert.Contains(remarks, each => each.StartsWith("Out of order: number 2", StringComparison.Ordinal));
    }

    [Fact]
    public void Quarantine_and_counters_have_their_bounds()
    {
        _options.QuarantineCapacity = 3;
        _options.MaxCounters = 4;
        var engine = Make();
        for (var i = 0; i < 50; i++) engine.Take(Messages.Of("bad " + i, topic: "t" + i));
        Assert.Equal(3, engine.Quarantine.Count);
        Assert.StartsWith("bad 49", System.Text.Encoding.UTF8.GetString(engine.Quarantine[0].FirstBytes.Span), StringComparison.Ordinal);
        Assert.InRange(engine.Topics(LiveFilter.Everything).Count, 4, 5);
        Assert.Equal(50, engine.Topics(LiveFilter.Everything).Sum(each => each.Quarantined));
    }

    private LiveEngine Make() => new(Options.Create(_options), _time);

    private void Deliver(LiveEngine engine, string sentinel, string weight = "0.5", string? world = "crypto") => engine.Take(Messages.Of(
        $$$"""{"type":"SentinelWeightUpdated","sentinel_id":"{{{sentinel}}}","weight":{{{weight}}}{{{(world is null ? "" : $",\"world_id\":\"{world}\"")}}}}""",
        key: sentinel, position: $"0:{_offset++}", at: _time.GetUtcNow()));
}
