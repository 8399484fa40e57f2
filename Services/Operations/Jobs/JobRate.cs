namespace Qmtl.Operations.Jobs;

/// <summary>Items a second over the last ten seconds. Not safe for several threads.</summary>
internal sealed class JobRate(TimeProvider time)
{
    private const int Seconds = 10;

    private readonly long[] _counts = new long[Seconds];
    private readonly long _start = time.GetTimestamp();
    private long _newest;

    public void Count()
    {
        Move();
        _counts[_newest % Seconds]++;
    }

    /// <summary>Null when nothing ended in the last ten seconds.</summary>
    public double? PerSecond()
    {
        Move();
        var sum = _counts.Sum();
        return sum == 0 ? null : Math.Round(sum / Math.Clamp(time.GetElapsedTime(_start).TotalSeconds, 1, Seconds), 2);
    }

    private void Move()
    {
        var now = (long)time.GetElapsedTime(_start).TotalSeconds;
        for (var second = Math.Max(_newest + 1, now - Seconds + 1); second <= now; second++) _counts[second % Seconds] = 0;
        _newest = Math.Max(_newest, now);
    }
}
