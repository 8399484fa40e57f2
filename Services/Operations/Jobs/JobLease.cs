namespace Qmtl.Operations.Jobs;

/// <summary>
/// Whether this process may still touch items, by its own clocks and without asking anybody: a process that was stopped finds its lease over when it
/// continues, whatever happened in the store meanwhile. Both clocks must agree, because a suspended machine stops the one and not the other.
/// </summary>
internal sealed class JobLease(TimeProvider time, TimeSpan length)
{
    private readonly Lock _lock = new();
    private long _timestamp;
    private DateTimeOffset _clock;
    private bool _lost;

    public bool Holds
    {
        get
        {
            lock (_lock) return !_lost && time.GetElapsedTime(_timestamp) < length && time.GetUtcNow() - _clock < length;
        }
    }

    /// <summary>The moment to hand to <see cref="Renewed"/>; taken before the store is asked, so that this process never counts longer than the store.</summary>
    public (long Timestamp, DateTimeOffset Clock) Before() => (time.GetTimestamp(), time.GetUtcNow());

    /// <summary>The store gave the lease, counted from the moment before it was asked. What is lost stays lost.</summary>
    public void Renewed((long Timestamp, DateTimeOffset Clock) before)
    {
        lock (_lock) (_timestamp, _clock) = before;
    }

    public void Lose()
    {
        lock (_lock) _lost = true;
    }
}
