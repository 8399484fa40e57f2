using Qmtl.ControlBus.Sources;

namespace Qmtl.ControlBus.Redis;

/// <summary>
/// Where we are in one stream, and whether something of it is missing. Pure: it is told what the server says and what was read. Not thread-safe.
/// </summary>
/// <remarks>
/// A server of version 7 counts what ever came. Of a stream that was read to its end, all that came is known; from then on reading counts along, and every
/// difference is a proof: more removed than read was trimmed unread, fewer is another stream of the same name.
/// </remarks>
internal sealed class RedisStreamReader(string topic, IControlSink sink)
{
    private StreamId _atLastLook;

    // The same place is told once.
    private StreamId? _toldAt;
    private bool _wasLookedAt;

    public string Topic { get; } = topic;

    public string Stream { get; } = RedisSettings.Prefix + topic;

    /// <summary>The newest entry that was read; null before the stream was there.</summary>
    public StreamId? Place { get; private set; }

    /// <summary>Entries that ever came up to the place; null when that is not known yet.</summary>
    public long? Counted { get; private set; }

    /// <summary>Not there now.</summary>
    public bool IsMissing { get; private set; } = true;

    /// <summary>Not there now, although it was.</summary>
    public bool IsLost => IsMissing && Place is not null;

    /// <summary>Why it cannot be read although it is there; null when it can.</summary>
    public string? Problem { get; set; }

    public bool IsRead => !IsMissing && Problem is null;

    /// <summary>An entry was handed over.</summary>
    public void Read(StreamId id)
    {
        Place = id;
        Counted++;
    }

    /// <summary>The server knows no such stream.</summary>
    public void Lost()
    {
        _wasLookedAt = true;
        IsMissing = true;
        Problem = null;
        sink.Lag(Topic, null);
    }

    /// <summary>The server has it, and this is how it is.</summary>
    /// <param name="firstStart">Where the first start begins.</param>
    public void Found(StreamFacts facts, StreamId firstStart)
    {
        Problem = null;
        var why = Place is null ? Begin(facts, firstStart) : IsMissing ? "was away and is there again: it was made anew" : WhyAnew(facts);
        if (why is not null) StartOver(facts, why);
        IsMissing = false;
        _wasLookedAt = true;
        if (why is null || Counted is not null) TellTrimmed(facts);
        if (facts.Newest == Place)
        {
            if (facts.Added > Counted) Gap($"{Entries(facts.Added.Value - Counted.Value, "", "added and removed before")}.", isProven: true);
            Counted = facts.Added;
        }

        _atLastLook = Place!.Value;
        sink.Lag(Topic, facts.Newest <= Place ? 0 : facts.Added - Counted);
    }

    /// <summary>Takes the first place, and returns why what the journal knows is another stream; null when it does not.</summary>
    private string? Begin(StreamFacts facts, StreamId firstStart)
    {
        if (sink.PlaceOf(Topic, "") is { } place)
        {
            Place = _atLastLook = new((ulong)place.Major, (ulong)place.Minor);
            return WhyAnew(facts);
        }

        // Later than at the first look it is a new one: all of it is news.
        if (_wasLookedAt) (Place, Counted) = (StreamId.Start, 0);
        // All of it is older: what comes next is read, whatever the clocks say.
        else Place = facts.Newest < firstStart ? facts.Newest : firstStart;
        return null;
    }

    /// <summary>How the server's answer contradicts that it is the stream that we know; null when it does not.</summary>
    private string? WhyAnew(StreamFacts facts)
    {
        if (facts.Newest < Place && Place != StreamId.Start && !IsFirstStart) return $"was made anew or went back: its newest entry is {facts.Newest}, and {Place} had been read";
        if (facts.Added < Counted) return FormattableString.Invariant($"was made anew: {facts.Added} entries ever came, and {Counted} had been counted");
        return IsPast(facts) && facts.Removed < Counted ? FormattableString.Invariant($"was made anew: {Counted} entries had been read and are not held, but only {facts.Removed} were removed") : null;
    }

    /// <summary>Nothing was read yet: the place is a time, not an entry.</summary>
    private bool IsFirstStart => Place is { Number: ulong.MaxValue };

    /// <summary>Whether all that it holds came after our place.</summary>
    private bool IsPast(StreamFacts facts) => facts.First is null || facts.First > Place;

    private void StartOver(StreamFacts facts, string why)
    {
        Gap($"It {why}. What the old one held and was not read is lost.", isProven: true);
        sink.StartsOver(Topic);
        // Where all its ids lie after what was read of the old one, nothing of it was passed over, and what was read of it meanwhile is not read again.
        var passed = facts.First is { } first && first <= (IsMissing ? Place : _atLastLook);
        Counted = IsMissing || passed ? 0 : null;
        if (passed) Place = StreamId.Start;
    }

    private void TellTrimmed(StreamFacts facts)
    {
        if (!IsPast(facts) || IsFirstStart) return;
        if (facts.Removed is { } removed && Counted is { } counted)
        {
            if (removed <= counted) return;
            Gap($"{Entries(removed - counted, $"after {Place} ", "trimmed or deleted before")}; it goes on at {Next(facts)}.", isProven: true);
            Counted = removed;
        }
        else if (Counted is null && facts.Newest > Place && Place != _toldAt)
        {
            _toldAt = Place;
            Gap($"It was trimmed past {Place}, which was read last; it goes on at {Next(facts)}. Whether there was any between is not told.", isProven: facts.Deleted > Place);
        }
    }

    private static string Next(StreamFacts facts) => facts.First?.ToString() ?? "the next that comes";

    private static string Entries(long count, string where, string what) =>
        count == 1 ? $"1 entry {where}was {what} it was read" : FormattableString.Invariant($"{count} entries {where}were {what} they were read");

    private void Gap(string what, bool isProven) => sink.Gap(Topic, $"Stream {Stream}: {what}", isProven);
}
