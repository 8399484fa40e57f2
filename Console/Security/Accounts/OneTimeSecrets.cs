using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts;

/// <summary>
/// What an executed plan made that only its executor may see, once: the token of a password link. In memory only: plans, jobs and audit never hold it,
/// and a restart loses it (then another link is made).
/// </summary>
public sealed class OneTimeSecrets(TimeProvider time)
{
    public const int Bound = 1_000;
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, KeptSecret> _secrets = new(StringComparer.Ordinal);

    /// <summary>Keeps a secret for whoever executes a plan, for 15 minutes.</summary>
    public void Put(Caller executor, string planId, OneTimeSecret secret)
    {
        ArgumentNullException.ThrowIfNull(executor);
        var now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (var old in _secrets.Where(pair => pair.Value.Until <= now).Select(pair => pair.Key).ToArray()) _secrets.Remove(old);
            if (_secrets.Count >= Bound) _secrets.Remove(_secrets.MinBy(pair => pair.Value.Until).Key);
            _secrets[planId] = new(executor.UserId, executor.SessionId, secret, now + Kept);
        }
    }

    /// <summary>Whether a secret of this plan waits for this caller.</summary>
    public bool Waits(Caller caller, string planId)
    {
        lock (_lock) return Find(caller, planId) is not null;
    }

    /// <summary>Gives it to its executor, in the session that executed, once; null otherwise.</summary>
    public OneTimeSecret? Take(Caller caller, string planId)
    {
        lock (_lock)
        {
            if (Find(caller, planId) is not { } kept) return null;
            _secrets.Remove(planId);
            return kept.Secret;
        }
    }

    private KeptSecret? Find(Caller caller, string planId)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return _secrets.TryGetValue(planId, out var kept) && kept.UserId == caller.UserId && kept.SessionId == caller.SessionId && kept.Until > time.GetUtcNow() ? kept : null;
    }

    private sealed record KeptSecret(string UserId, string SessionId, OneTimeSecret Secret, DateTimeOffset Until);
}

/// <param name="UserName">Whose password link it is.</param>
/// <param name="Path">Path of the link on this console, with the token behind "#".</param>
/// <param name="Until">Until when it counts.</param>
public sealed record OneTimeSecret(string UserName, string Path, DateTimeOffset Until);
