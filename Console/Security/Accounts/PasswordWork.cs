namespace Qmtl.Console.Security.Accounts;

/// <summary>
/// Hashes passwords, at most two at once: the work is heavy, and strangers can ask for it. A bounded number waits; beyond it is refused, and whoever is
/// refused tries again. Somebody without an account, or without a password, costs as much as everybody else.
/// </summary>
public sealed class PasswordWork(IPasswordHasher hasher) : IDisposable
{
    public const int AtOnce = 2;
    public const int Waiting = 20;

    private readonly SemaphoreSlim _slots = new(AtOnce);
    private readonly Lazy<string> _nobody = new(() => hasher.Hash(Secrets.NewToken()));
    private int _inside;

    /// <exception cref="PasswordWorkBusyException">Too many wait already.</exception>
    public Task<string> HashAsync(string password, CancellationToken cancellation) => RunAsync(() => hasher.Hash(password), cancellation);

    /// <summary>Checks a password against a hash, or, for the same cost, against nobody's.</summary>
    /// <exception cref="PasswordWorkBusyException">Too many wait already.</exception>
    public Task<bool> VerifyAsync(string password, string? hash, CancellationToken cancellation) =>
        RunAsync(() => hasher.Verify(password, hash ?? _nobody.Value) && hash is not null, cancellation);

    /// <summary>Makes nobody's hash now, so that the first stranger does not cost twice.</summary>
    public void Prepare() => _ = _nobody.Value;

    public void Dispose() => _slots.Dispose();

    private async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _inside) > AtOnce + Waiting)
        {
            Interlocked.Decrement(ref _inside);
            throw new PasswordWorkBusyException("Many people are signing in at once. Try again in a few seconds.");
        }

        try
        {
            await _slots.WaitAsync(cancellation);
            try
            {
                return await Task.Run(work, CancellationToken.None);
            }
            finally
            {
                _slots.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }
}

/// <summary>No password can be checked right now.</summary>
public sealed class PasswordWorkBusyException(string message) : Exception(message);
