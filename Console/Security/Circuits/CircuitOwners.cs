using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Circuits;

/// <summary>Which session opened which circuit. Bounded: the circuit opened first is forgotten first, and what is forgotten cannot be reconnected.</summary>
public sealed class CircuitOwners
{
    public const int Max = 20_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string SessionId, string UserId)> _owners = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <param name="secret">What the framework gave the page to come back with; only its hash is kept.</param>
    public void Opened(string secret, Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var key = Secrets.Hash(secret);
        lock (_lock)
        {
            if (_owners.TryAdd(key, (caller.SessionId, caller.UserId))) _order.Enqueue(key);
            while (_owners.Count > Max && _order.TryDequeue(out var oldest)) _owners.Remove(oldest);
        }
    }

    /// <summary>Whether the session that opened the circuit is the one that comes back to it.</summary>
    public bool IsOwner(string secret, Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        lock (_lock) return _owners.TryGetValue(Secrets.Hash(secret), out var owner) && owner == (caller.SessionId, caller.UserId);
    }
}
