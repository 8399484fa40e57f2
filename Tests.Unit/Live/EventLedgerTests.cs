using Qmtl.ControlBus;
using Qmtl.ControlBus.Journal;
using Qmtl.ControlBus.Normalising;
using Qmtl.ControlBus.Ordering;

namespace Qmtl.Tests.Unit.Live;

/// <summary>Nothing that could be news is hidden.</summary>
public sealed class EventLedgerTests
{
    private readonly EventJournal _journal = new(1000, 10_000_000);
    private readonly EventLedger _ledger;
    private int _offset;

    public EventLedgerTests() => _ledger = new(new ControlBusOptions { PairFromStart = true }, _journal);

    [Fact]
    public void The_weight_that_comes_back_to_where_it_was_is_news()
    {
        var frames = Messages.Delivered(Messages.Recording("head/20-sentinel-weight.json")).ToArray();
        var taken = frames.Select(Take).ToArray();

        Assert.Equal(6, taken.Length);
        Assert.All(taken, each => Assert.Equal(LedgerVerdict.Added, each.Verdict));
        Assert.Equal(taken[0].Entry!.Event.DataJson, taken[^1].Entry!.Event.DataJson);
        Assert.Equal(["0.25", "1.0", "0.5", "1.5", "0.75", "0.25"], Enumerable.Range(1, 6).Select(sequence => _journal.Find(sequence)!.Event.DataJson.Split("\"weight\":")[1].Trim().Split(',')[0].Trim()));
    }

    [Fact]
    public void The_same_again_is_folded_and_counted()
    {
        var first = Take(Weight("0.5", id: "a"));
        var again = Take(Weight("0.5", id: "b"));
        Assert.Equal(LedgerVerdict.Folded, again.Verdict);
        Assert.Same(first.Entry, again.Entry);
        Assert.Equal((2, 1), (first.Entry!.Current.Times, _journal.Count));
    }

    [Fact]
    public void An_equal_payload_with_another_of_the_key_between_is_a_row_of_its_own()
    {
        Take(Weight("0.5"));
        Take(Weight("0.6"));
        Assert.Equal(LedgerVerdict.Added, Take(Weight("0.5")).Verdict);
        Assert.Equal(LedgerVerdict.Folded, Take(Weight("0.5")).Verdict);
    }

    [Fact]
    public void Another_key_between_does_not_matter()
    {
        Take(Weight("0.5"));
        Take(Weight("0.5", sentinel: "other"));
        Assert.Equal(LedgerVerdict.Folded, Take(Weight("0.5")).Verdict);
    }

    [Fact]
    public void The_same_place_in_a_source_is_a_redelivery()
    {
        var message = Weight("0.5") with { Position = "3:41" };
        Assert.Equal(LedgerVerdict.Added, Take(message).Verdict);
        Assert.Equal(LedgerVerdict.Added, Take(Weight("0.6") with { Position = "3:42" }).Verdict);
        Assert.Equal(LedgerVerdict.Redelivered, Take(message).Verdict);
        Assert.Equal(LedgerVerdict.Added, Take(Weight("0.7") with { Position = "4:41" }).Verdict);

        _ledger.ForgetPositions("kafka", "sentinel_weight");
        Assert.Equal(LedgerVerdict.Added, Take(message).Verdict);
    }

    [Fact]
    public void A_relayed_event_is_paired_with_the_one_from_the_bus_in_order_of_occurrence()
    {
        var onBus = new[] { "0.25", "0.5", "0.25" }.Select(weight => Take(Weight(weight)).Entry!).ToArray();
        var relayed = new[] { "0.25", "0.50", "0.25" }.Select((weight, i) => Take(Relayed(weight, i + 1))).ToArray();

        Assert.All(relayed, each => Assert.Equal(LedgerVerdict.Paired, each.Verdict));
        Assert.Equal(onBus, relayed.Select(each => each.Entry));
        Assert.All(onBus, each => Assert.Equal(["gateway"], each.Current.AlsoVia));
        Assert.Equal(3, _journal.Count);
    }

    [Fact]
    public void A_repeat_in_the_second_source_is_folded_into_the_row_that_the_first_made()
    {
        var row = Take(Weight("0.25")).Entry!;
        Take(Relayed("0.25", 1));
        var again = Take(Relayed("0.25", 2));
        Assert.Equal(LedgerVerdict.Folded, again.Verdict);
        Assert.Same(row, again.Entry);
    }

    [Fact]
    public void What_stays_unpaired_is_shown()
    {
        Take(Weight("0.25"));
        Assert.Equal(LedgerVerdict.Added, Take(Relayed("0.3", 1)).Verdict);
        Assert.Equal(LedgerVerdict.Added, Take(Relayed("0.25", 2) with { ReceivedAt = Messages.Noon.AddHours(1) }).Verdict);
    }

    [Fact]
    public void One_delivery_on_two_sockets_counts_once_and_an_id_alone_suppresses_nothing()
    {
        Assert.Equal(LedgerVerdict.Added, Take(Relayed("0.25", 1, "id")).Verdict);
        Assert.Equal(LedgerVerdict.Redelivered, Take(Relayed("0.25", 1, "id")).Verdict);
        Assert.Equal(LedgerVerdict.Added, Take(Relayed("0.5", 2, "id")).Verdict);
    }

    [Fact]
    public void What_qmtls_gateway_would_drop_is_shown_and_marked()
    {
        const string Queue = """{"specversion":"1.0","id":"N","source":"qmtl.services.dagmanager","type":"queue_updated","data":{"tags":["btc"],"interval":60,"queues":[{"queue":"QUEUE","global":false}],"match_mode":"any","etag":"q:btc:60:1","version":1}}""";
        Take(Messages.Of(Queue.Replace("QUEUE", "q1"), topic: "queue", key: "btc"));
        var second = Take(Messages.Of(Queue.Replace("QUEUE", "q2"), topic: "queue", key: "btc"));
        Assert.Equal(LedgerVerdict.Added, second.Verdict);
        Assert.Contains("etag and run id equal those of the event before it", second.Entry!.Current.WouldDrop, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(NormaliserTests.Recordings), MemberType = typeof(NormaliserTests))]
    public void What_the_recorded_gateway_dropped_as_a_repeat_is_what_is_marked(string recording)
    {
        // Only where one connection heard all topics, so that silence means a drop.
        if (recording != "head/20-sentinel-weight.json") return;
        var weights = Messages.OnBus(Messages.Recording(recording)).Select(Normaliser.Read).Zip(Messages.OnBus(Messages.Recording(recording)))
            .Where(each => each.First.Event is not null).Select(each => _ledger.Take(each.First.Event!, each.Second.Key)).ToArray();
        Assert.Equal([false, true, false, false, false, false, false], weights.Select(each => each.WouldDrop is not null));
    }

    private static RawMessage Weight(string weight, string sentinel = "st1", string id = "x") =>
        Messages.Of($$$"""{"specversion":"1.0","id":"{{{id}}}","source":"qmtl.services.dagmanager","type":"sentinel_weight_updated","data":{"sentinel_id":"{{{sentinel}}}","weight":{{{weight}}},"version":1}}""", key: sentinel);

    private static RawMessage Relayed(string weight, int number, string? id = null) =>
        Messages.Of($$$"""{"specversion":"1.0","id":"{{{id ?? "r" + number}}}","source":"qmtl.services.gateway","type":"sentinel_weight","data":{"sentinel_id":"st1","weight":{{{weight}}},"version":1},"seq_no":{{{number}}}}""", "gateway", topic: null);

    private LedgerResult Take(RawMessage message)
    {
        if (message is { Source: "kafka", Position: null }) message = message with { Position = $"0:{_offset++}" };
        return _ledger.Take(Normaliser.Read(message).Event!, message.Key);
    }
}
