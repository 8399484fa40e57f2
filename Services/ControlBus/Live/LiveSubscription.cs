namespace Qmtl.ControlBus.Live;

/// <summary>One reader's place: the sequence that it reads next, and a signal. It holds no events.</summary>
internal sealed class LiveSubscription(LiveEngine engine, LiveFilter filter, long next, long change) : ILiveSubscription
{
    private readonly SemaphoreSlim _signal = new(0, 1);
    private int _isSignalled;

    public LiveFilter Filter { get; } = filter;

    public long Next { get; set; } = next;

    public long At => Next - 1;

    public long Change { get; set; } = change;

    public async ValueTask<LiveBatch> ReadAsync(int count, CancellationToken cancellation)
    {
        while (true)
        {
            Volatile.Write(ref _isSignalled, 0);
            if (engine.Read(this, count) is { } batch) return batch;
            // Between the reading and here something may have come that does not match; then the next one wakes.
            if (!engine.HasMore(this)) await _signal.WaitAsync(cancellation);
        }
    }

    /// <summary>Called under the engine's lock, for each event: cheap when the reader is awake already.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _isSignalled, 1) != 0) return;
        if (_signal.CurrentCount == 0) _signal.Release();
    }

    public void Dispose() => engine.Remove(this);
}
