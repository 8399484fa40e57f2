using Microsoft.Extensions.Options;

namespace Qmtl.Console.Api;

/// <summary>
/// Bounds how many DAG bodies are in memory at once. Large ones have few slots and never wait; small ones have their own slots and a bounded
/// queue, so that they do not starve behind large ones.
/// </summary>
public sealed class BodyAdmission(IOptions<LimitsOptions> limits) : IDisposable
{
    private readonly SemaphoreSlim _large = new(limits.Value.ConcurrentLargeBodies);
    private readonly SemaphoreSlim _small = new(limits.Value.ConcurrentSmallBodies);
    private int _waiting;

    /// <summary>Takes a slot, or answers null when there is none.</summary>
    /// <param name="large">More than <see cref="LimitsOptions.BodyBytes"/>, or of unknown length.</param>
    /// <param name="cancellation">Ends the wait of a small body.</param>
    public async ValueTask<IDisposable?> EnterAsync(bool large, CancellationToken cancellation)
    {
        if (large)
        {
            return await _large.WaitAsync(TimeSpan.Zero, cancellation) ? new Slot(_large) : null;
        }

        if (await _small.WaitAsync(TimeSpan.Zero, cancellation))
        {
            return new Slot(_small);
        }

        if (Interlocked.Increment(ref _waiting) > limits.Value.WaitingSmallBodies)
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }

        try
        {
            await _small.WaitAsync(cancellation);
            return new Slot(_small);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose()
    {
        _large.Dispose();
        _small.Dispose();
    }

    private sealed class Slot(SemaphoreSlim semaphore) : IDisposable
    {
        private SemaphoreSlim? _semaphore = semaphore;

        public void Dispose() => Interlocked.Exchange(ref _semaphore, null)?.Release();
    }
}
