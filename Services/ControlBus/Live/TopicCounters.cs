using Qmtl.ControlBus.Ordering;

namespace Qmtl.ControlBus.Live;

/// <summary>What one source, topic and world brought. Changed under the engine's lock.</summary>
internal sealed class TopicCounters
{
    private const int Seconds = 10;

    // One more than is summed: the second that is not over yet.
    private readonly long[] _perSecond = new long[Seconds + 1];
    private readonly long[] _second = new long[Seconds + 1];

    public long Received { get; private set; }

    public long Redelivered { get; private set; }

    public long Folded { get; private set; }

    public long Paired { get; private set; }

    public long Quarantined { get; private set; }

    public long Gaps { get; private set; }

    public long WouldDrop { get; private set; }

    public DateTimeOffset? LastReceivedAt { get; private set; }

    public TimeSpan? Skew { get; private set; }

    public void Count(LedgerResult result, DateTimeOffset at, TimeSpan? skew)
    {
        Came(at);
        Skew = skew ?? Skew;
        if (result.WouldDrop is not null) WouldDrop++;
        switch (result.Verdict)
        {
            case LedgerVerdict.Redelivered: Redelivered++; break;
            case LedgerVerdict.Folded: Folded++; break;
            case LedgerVerdict.Paired: Paired++; break;
            case LedgerVerdict.Added: break;
        }
    }

    public void CountQuarantined(DateTimeOffset at)
    {
        Came(at);
        Quarantined++;
    }

    public void CountRedelivered(DateTimeOffset at)
    {
        Came(at);
        Redelivered++;
    }

    public void CountGap() => Gaps++;

    /// <summary>Messages a second over the last ten full seconds.</summary>
    public double PerSecond(DateTimeOffset now)
    {
        var second = now.ToUnixTimeSeconds();
        var sum = 0L;
        for (var i = 0; i <= Seconds; i++) if (_second[i] >= second - Seconds && _second[i] < second) sum += _perSecond[i];
        return sum / (double)Seconds;
    }

    private void Came(DateTimeOffset at)
    {
        Received++;
        LastReceivedAt = at;
        var second = at.ToUnixTimeSeconds();
        var slot = (int)(second % (Seconds + 1));
        if (_second[slot] != second) (_second[slot], _perSecond[slot]) = (second, 0);
        _perSecond[slot]++;
    }
}
