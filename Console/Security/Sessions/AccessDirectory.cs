using System.Collections.Concurrent;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Keys;
using Qmtl.Console.Security.SignIn;
using Qmtl.Operations.Storage;

namespace Qmtl.Console.Security.Sessions;

/// <summary>
/// Accounts, sessions and keys in memory, so that a right is decided without waiting. The store holds the truth: it is read again every
/// <see cref="SignInOptions.Refresh"/>, and what this process changes holds here at once.
/// </summary>
internal sealed class AccessDirectory(IDocumentStore store, SignInOptions options, TimeProvider time) : IDisposable
{
    private readonly RightsCache _rights = new();
    private readonly ConcurrentDictionary<string, Standing> _standings = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _refused = new(StringComparer.Ordinal);
    private readonly Lock _changing = new();
    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private long _sequence;

    /// <summary>A session or key that was here is gone, or its account is disabled.</summary>
    public event Action<Standing, SessionEndCause>? Gone;

    /// <summary>What a session or key may do has changed.</summary>
    public event Action<string>? RightsChanged;

    /// <summary>Something changed, here or elsewhere.</summary>
    public event Action? Moved;

    /// <summary>When the store was read last; null before the first time.</summary>
    public DateTimeOffset? ReadAt { get; private set; }

    public Standing? Find(string id) => _standings.GetValueOrDefault(id);

    public Account? Account(string userName) => _accounts.GetValueOrDefault(userName);

    /// <summary>
    /// What somebody may do now, whether or not he is signed in; null rights: disabled or gone. Where others keep the accounts it is known of those who
    /// have a session, and of those whose last one ended because the identity provider refused them.
    /// </summary>
    public (bool IsKnown, Rights? Rights) OfUser(string userId)
    {
        if (options.Mode == SignInMode.Local) return (true, AccountOf(userId) is { IsDisabled: false } account ? _rights.Of(account.Role, account.Scopes) : null);
        return OwnerOf(userId).Rights is { } rights ? (true, rights) : (_refused.ContainsKey(userId), null);
    }

    /// <summary>The identity provider said that the user is not one any more. Holds until a session of the user begins.</summary>
    public void Refuse(string userId)
    {
        if (_refused.Count < options.Sessions) _refused[userId] = true;
    }

    public ICollection<Account> Accounts => _accounts.Values;

    public IEnumerable<Standing> All => _standings.Values;

    /// <summary>Takes in a session as this process just stored or read it.</summary>
    public void Put(Session session)
    {
        lock (_changing)
        {
            if (_standings.TryGetValue(session.Id, out var old) && old.Session is { } known && known.Version > session.Version) return;
            if (old is null) _refused.TryRemove(session.UserId, out _);
            Set(session.Id, ToStanding(session, ++_sequence), SessionEndCause.AccountDisabled);
            ResetKeysOf(session.UserId);
        }

        Moved?.Invoke();
    }

    public void Put(ApiKey key)
    {
        lock (_changing)
        {
            if (_standings.TryGetValue(key.Id, out var old) && old.Key is { } known && known.Version > key.Version) return;
            Set(key.Id, ToStanding(key, ++_sequence), SessionEndCause.Ended);
        }

        Moved?.Invoke();
    }

    /// <summary>Takes in an account as this process just stored or read it, with what that does to its sessions and keys.</summary>
    public void Put(Account account)
    {
        lock (_changing)
        {
            if (_accounts.TryGetValue(account.UserName, out var known) && known.Version > account.Version) return;
            _accounts[account.UserName] = account;
            ResetUser(account.UserId);
        }

        Moved?.Invoke();
    }

    /// <summary>Takes a session or key out, because this process ended it.</summary>
    public Standing? Remove(string id)
    {
        Standing? standing;
        lock (_changing)
        {
            _sequence++;
            if (!_standings.TryRemove(id, out standing)) return null;
            if (standing.Session is not null) ResetKeysOf(standing.UserId);
        }

        Moved?.Invoke();
        return standing;
    }

    /// <summary>Reads everything again. One at a time.</summary>
    /// <param name="ended">Whether a session is known to have ended here: a reading from before must not bring it back.</param>
    public async Task RefreshAsync(Func<string, bool> ended, CancellationToken cancellation)
    {
        await _refreshing.WaitAsync(cancellation);
        try
        {
            var before = Volatile.Read(ref _sequence);
            var accounts = (await store.ListAllAsync(SecurityDocuments.AccountKind, options.Accounts, cancellation)).ConvertAll(SecurityDocuments.ReadAccount);
            var sessions = (await store.ListAllAsync(SecurityDocuments.SessionKind, options.Sessions, cancellation)).ConvertAll(SecurityDocuments.ReadSession);
            var keys = (await store.ListAllAsync(SecurityDocuments.KeyKind, options.Keys, cancellation)).ConvertAll(SecurityDocuments.ReadKey);
            var versions = Versions();
            lock (_changing) TakeOver(before, accounts, sessions.FindAll(session => !ended(session.Id)), keys);
            if (versions != Versions()) Moved?.Invoke();
            ReadAt = time.GetUtcNow();
        }
        finally
        {
            _refreshing.Release();
        }
    }

    public void Dispose() => _refreshing.Dispose();

    private void TakeOver(long before, List<Account> accounts, List<Session> sessions, List<ApiKey> keys)
    {
        foreach (var account in accounts)
        {
            if (!_accounts.TryGetValue(account.UserName, out var known) || known.Version < account.Version) _accounts[account.UserName] = account;
        }

        // Accounts are never deleted; sessions and keys are.
        foreach (var session in sessions)
        {
            if (Find(session.Id) is not { } old || (old.Sequence <= before && old.Session!.Version <= session.Version)) Set(session.Id, ToStanding(session, before), SessionEndCause.AccountDisabled);
        }

        foreach (var key in keys)
        {
            if (Find(key.Id) is not { } old || (old.Sequence <= before && old.Key!.Version <= key.Version)) Set(key.Id, ToStanding(key, before), SessionEndCause.Ended);
        }

        var read = sessions.Select(session => session.Id).Concat(keys.Select(key => key.Id)).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, standing) in _standings)
        {
            if (standing.Sequence > before || read.Contains(id)) continue;
            if (_standings.TryRemove(id, out _)) Gone?.Invoke(standing, SessionEndCause.Ended);
        }
    }

    /// <summary>Differs when anything was taken over that was not known.</summary>
    private (int, int, long) Versions() => (_standings.Count, _accounts.Count, _accounts.Values.Sum(account => account.Version) + _standings.Values.Sum(standing => standing.Session?.Version ?? standing.Key!.Version));

    private void ResetUser(string userId)
    {
        foreach (var (id, standing) in _standings)
        {
            if (standing.UserId == userId && standing.Session is { } session) Set(id, ToStanding(session, ++_sequence), SessionEndCause.AccountDisabled);
        }

        ResetKeysOf(userId);
    }

    /// <summary>Keys act with the rights that their owner has now.</summary>
    private void ResetKeysOf(string userId)
    {
        foreach (var (id, standing) in _standings)
        {
            if (standing.UserId == userId && standing.Key is { } key) Set(id, ToStanding(key, ++_sequence), SessionEndCause.Ended);
        }
    }

    private void Set(string id, Standing? standing, SessionEndCause otherwise)
    {
        var old = Find(id);
        if (standing is null)
        {
            if (old is not null && _standings.TryRemove(id, out _)) Gone?.Invoke(old, otherwise);
            return;
        }

        _standings[id] = standing;
        if (old is not null && !ReferenceEquals(old.Rights, standing.Rights)) RightsChanged?.Invoke(id);
    }

    /// <summary>Null when the session has no powers: its account is disabled or gone.</summary>
    private Standing? ToStanding(Session session, long sequence)
    {
        Rights rights;
        if (session.Role is { } role)
        {
            rights = _rights.Of(role, session.Scopes);
        }
        else
        {
            if (AccountOf(session.UserId) is not { IsDisabled: false } account) return null;
            rights = _rights.Of(account.Role, account.Scopes);
        }

        var (until, cause) = (session.EndsAt, SessionEndCause.Absolute);
        if (session.LastInputAt + options.IdleEnd is var idle && idle < until) (until, cause) = (idle, SessionEndCause.Idle);
        if (session.LeaseUntil is { } lease && lease < until) (until, cause) = (lease, SessionEndCause.LeaseLost);
        return new() { Id = session.Id, UserId = session.UserId, Rights = rights, UntilTicks = until.UtcTicks, UntilCause = cause, Sequence = sequence, Session = session };
    }

    /// <summary>A key whose owner has no rights now keeps its place, without powers: they may come back.</summary>
    private Standing ToStanding(ApiKey key, long sequence)
    {
        var (owner, until) = OwnerOf(key.OwnerId);
        var rights = Find(key.Id) is { } old && old.Key!.Version == key.Version && ReferenceEquals(old.OwnerRights, owner)
            ? old.Rights
            : owner?.NarrowedTo(key.Permissions, key.Scopes) ?? Rights.None("");
        if (until > key.ExpiresAt.UtcTicks) until = key.ExpiresAt.UtcTicks;
        return new() { Id = key.Id, UserId = key.OwnerId, Rights = rights, UntilTicks = until, UntilCause = SessionEndCause.Absolute, Sequence = sequence, Key = key, OwnerRights = owner };
    }

    /// <summary>
    /// What the owner of keys may do now, and until when that is known. Where others keep the accounts it is known only while the owner has a session
    /// that stands.
    /// </summary>
    private (Rights? Rights, long Until) OwnerOf(string userId)
    {
        if (AccountOf(userId) is { } account) return (account.IsDisabled ? null : _rights.Of(account.Role, account.Scopes), long.MaxValue);
        if (options.Mode == SignInMode.Open) return (OpenUsers.Find(userId) is { } demo ? _rights.Of(demo.Role, []) : null, long.MaxValue);
        var session = _standings.Values.Where(standing => standing.UserId == userId && standing.Session?.Role is not null).MaxBy(standing => standing.UntilTicks);
        return (session?.Rights, session?.UntilTicks ?? long.MaxValue);
    }

    private Account? AccountOf(string userId) =>
        options.Mode == SignInMode.Local && userId.StartsWith(Security.Accounts.Account.UserIdPrefix, StringComparison.Ordinal) ? Account(userId[Security.Accounts.Account.UserIdPrefix.Length..]) : null;
}
