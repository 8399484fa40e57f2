using Qmtl.ControlBus.Journal;
using Qmtl.Shared.Control;

namespace Qmtl.Tests.Unit.Live;

public sealed class EventJournalTests
{
    [Fact]
    public void It_keeps_no_more_events_and_no_more_bytes_than_its_bounds()
    {
        var few = new EventJournal(3, long.MaxValue);
        for (var i = 1; i <= 10; i++) few.Add(Event(i));
        Assert.Equal((3, 8L, 10L), (few.Count, few.Oldest, few.Newest));
        Assert.Null(few.Find(7));
        Assert.Null(few.Find(11));

        var small = new EventJournal(1000, 5_000);
        for (var i = 1; i <= 100; i++) small.Add(Event(i, bytes: 600));
        Assert.InRange(small.Bytes, 1, 5_000);
        Assert.Equal(small.Bytes, Enumerable.Range((int)small.Oldest, small.Count).Sum(each => (long)small.Find(each)!.Bytes));
        small.Add(Event(101, bytes: 50_000));
        Assert.Equal(1, small.Count);
    }

    [Fact]
    public void The_history_of_a_key_and_of_a_type_ends_where_the_journal_does()
    {
        var journal = new EventJournal(50, long.MaxValue);
        var random = new Random(3);
        var all = new List<ControlEvent>();
        for (var i = 1; i <= 500; i++)
        {
            var next = Event(i, key: "k" + random.Next(7), type: "t" + random.Next(3));
            all.Add(next);
            journal.Add(next);
            var kept = all.TakeLast(50).Reverse().ToArray();
            for (var k = 0; k < 7; k++) Assert.Equal(kept.Where(each => each.Key == "k" + k).Select(each => each.Sequence), journal.OfKey("k" + k).Select(each => each.Event.Sequence));
            for (var t = 0; t < 3; t++) Assert.Equal(kept.Where(each => each.Type == "t" + t).Select(each => each.Sequence), journal.OfType("t" + t).Select(each => each.Event.Sequence));
        }

        Assert.Equal(all.TakeLast(50).Select(each => each.Key).Distinct().Count(), journal.Keys);
    }

    [Fact]
    public void A_time_is_found_also_when_the_clock_stepped_back()
    {
        var journal = new EventJournal(10, long.MaxValue);
        int[] seconds = [0, 10, 5, 20, 30];
        for (var i = 0; i < seconds.Length; i++) journal.Add(Event(i + 1) with { ReceivedAt = Messages.Noon.AddSeconds(seconds[i]) });
        Assert.Equal(1, journal.FirstSince(Messages.Noon.AddSeconds(-1)));
        Assert.Equal(2, journal.FirstSince(Messages.Noon.AddSeconds(7)));
        Assert.Equal(4, journal.FirstSince(Messages.Noon.AddSeconds(15)));
        Assert.Equal(6, journal.FirstSince(Messages.Noon.AddSeconds(31)));
    }

    [Fact]
    public void A_sequence_that_does_not_follow_is_refused()
    {
        var journal = new EventJournal(10, long.MaxValue);
        journal.Add(Event(1));
        Assert.Throws<ArgumentException>(() => journal.Add(Event(3)));
    }

    private static ControlEvent Event(int sequence, string key = "k", string type = "t", int bytes = 2) =>
        new() { Sequence = sequence, Key = key, Type = type, Data = new byte[bytes], ReceivedAt = Messages.Noon };
}
