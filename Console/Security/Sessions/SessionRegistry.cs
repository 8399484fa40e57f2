using System.Collections.Concurrent;
using Qmtl.Console.Security.SignIn;
using Qmtl.Operations.Storage;

namespace Qmtl.Console.Security.Sessions;

/// <summary>Sessions: begun, kept, ended. The store decides; memory answers.</summary>
internal sealed class SessionRegistry : ISessions
{
    private const int EndsKept = 10_000;
    private static readonly TimeSpan InputStoredEvery = TimeSpan.FromMinutes(1);

    private readonly IDocumentStore _store;
    private readonly AccessDirectory _directory;
    private readonly SignInOptions _options;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, SessionEnd> _ended = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _endedOrder = new();

    public SessionRegistry(IDocumentStore store, AccessDirectory directory, SignInOptions options, TimeProvider time)
    {
        (_store, _directory, _options, _time) = (store, directory, options, time);
        directory.Gone += (standing, cause) =>
        {
            if (standing.Session is not null) Tell(standing.Id, cause);
        };
        directory.RightsChanged += id => RightsChanged?.Invoke(id);
    }

    public event Action<SessionEnd>? Ended;

    public event Action<string>? RightsChanged;

    public bool Stands(string sessionId) => IsShared(sessionId) || (_directory.Find(sessionId)?.StandsAt(_time.GetUtcNow().UtcTicks) ?? false);

    public string? WhyEnded(string sessionId)
    {
        if (Stands(sessionId)) return null;
        if (_ended.TryGetValue(sessionId, out var end)) return end.Words;
        return SessionWords.Of(_directory.Find(sessionId)?.UntilCause ?? SessionEndCause.Ended, _options);
    }

    public Session? Find(string sessionId) => Stands(sessionId) ? _directory.Find(sessionId)?.Session : null;

    public IReadOnlyList<Session> OfUser(string userId)
    {
        var now = _time.GetUtcNow().UtcTicks;
        return
        [
            .. _directory.All.Where(standing => standing.UserId == userId && standing.Session is not null && standing.StandsAt(now))
                .Select(standing => standing.Session!).OrderByDescending(session => session.LastInputAt).ThenBy(session => session.Id, StringComparer.Ordinal),
        ];
    }

    public async Task<(Session Session, string Token)> BeginAsync(NewSession session, CancellationToken cancellation)
    {
        var token = Secrets.NewToken();
        return (await StoreAsync(Secrets.Hash(token), session, cancellation), token);
    }

    public async Task<Session> EnsureAsync(string sessionId, NewSession session, CancellationToken cancellation)
    {
        if (Find(sessionId) is { } known) return known;
        if (await _store.FindAsync(SecurityDocuments.SessionKind, sessionId, cancellation) is { } stored)
        {
            _directory.Put(SecurityDocuments.ReadSession(stored));
            if (Find(sessionId) is { } found) return found;
            await EndAsync(sessionId, _directory.Find(sessionId)?.UntilCause ?? SessionEndCause.Ended, cancellation);
        }

        _ended.TryRemove(sessionId, out _);
        return await StoreAsync(sessionId, session, cancellation);
    }

    public async ValueTask<Session?> FindByTokenAsync(string token, CancellationToken cancellation)
    {
        var id = Secrets.Hash(token);
        if (_directory.Find(id) is null && !_ended.ContainsKey(id) && await _store.FindAsync(SecurityDocuments.SessionKind, id, cancellation) is { } stored)
        {
            var session = SecurityDocuments.ReadSession(stored);
            if (session.Role is null) await ReadAccountAsync(session.UserId, cancellation);
            _directory.Put(session);
        }

        return Find(id);
    }

    public async Task ReportInputAsync(string sessionId, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        if (Find(sessionId) is not { } session || now - session.LastInputAt < InputStoredEvery) return;
        await ChangeAsync(sessionId, current => current.LastInputAt < now ? current with { LastInputAt = now } : null, cancellation);
    }

    public Task RenewLeaseAsync(string sessionId, DateTimeOffset until, string? role, IReadOnlyList<string> scopes, CancellationToken cancellation) =>
        Find(sessionId) is null
            ? Task.CompletedTask
            : ChangeAsync(sessionId, current => current with { LeaseUntil = current.LeaseUntil > until ? current.LeaseUntil : until, Role = role, Scopes = scopes }, cancellation);

    public async Task EndAsync(string sessionId, SessionEndCause cause, CancellationToken cancellation)
    {
        if (IsShared(sessionId)) return;

        // First here, so that it has no powers from now on, whatever the store says.
        if (_directory.Remove(sessionId) is { } standing)
        {
            if (cause == SessionEndCause.AccountDisabled) _directory.Refuse(standing.UserId);
            Tell(sessionId, cause);
        }

        while (await _store.FindAsync(SecurityDocuments.SessionKind, sessionId, cancellation) is { } stored)
        {
            if (await _store.CommitAsync([new(SecurityDocuments.SessionKind, sessionId, stored.Version, null, [])], cancellation)) return;
        }
    }

    public async Task EndAllAsync(string userId, string? except, SessionEndCause cause, CancellationToken cancellation)
    {
        var stored = await _store.ListAsync(new DocumentQuery(SecurityDocuments.SessionKind) { Labels = [SecurityDocuments.OfUser(userId)], Limit = 10_000 }, cancellation);
        foreach (var document in stored.Where(document => document.Id != except)) await EndAsync(document.Id, cause, cancellation);
    }

    /// <summary>Reads the store again and ends what has run out. True for each session that this process was the one to end.</summary>
    public async Task<IReadOnlyList<(Session Session, SessionEndCause Cause)>> SweepAsync(CancellationToken cancellation)
    {
        await _directory.RefreshAsync(_ended.ContainsKey, cancellation);
        var now = _time.GetUtcNow().UtcTicks;
        var ended = new List<(Session, SessionEndCause)>();
        foreach (var standing in _directory.All.Where(standing => standing.Session is not null && !standing.StandsAt(now)).ToArray())
        {
            // Whoever deletes it is the one that ended it; a newer input or lease on another console refuses the deletion.
            var gone = await _store.CommitAsync([new(SecurityDocuments.SessionKind, standing.Id, standing.Session!.Version, null, [])], cancellation);
            if (!gone) continue;
            if (_directory.Remove(standing.Id) is not null) Tell(standing.Id, standing.UntilCause);
            ended.Add((standing.Session, standing.UntilCause));
        }

        return ended;
    }

    private static bool IsSharedId(string sessionId) => sessionId == OpenUsers.SharedSessionId;

    private bool IsShared(string sessionId) => _options.Mode == SignInMode.Open && IsSharedId(sessionId);

    private async Task<Session> StoreAsync(string id, NewSession begun, CancellationToken cancellation)
    {
        if (await _store.CountAsync(SecurityDocuments.SessionKind, null, cancellation) >= _options.Sessions)
        {
            throw new SessionsFullException($"{_options.Sessions} people are signed in, which is the bound. Somebody must sign out first.");
        }

        foreach (var old in OfUser(begun.UserId).Skip(_options.SessionsPerUser - 1)) await EndAsync(old.Id, SessionEndCause.Ended, cancellation);
        var now = _time.GetUtcNow();
        var session = new Session
        {
            Id = id,
            UserId = begun.UserId,
            Name = begun.Name,
            Role = begun.Role,
            Scopes = begun.Scopes,
            CreatedAt = now,
            LastInputAt = now,
            EndsAt = now + _options.AbsoluteEnd,
            LeaseUntil = begun.LeaseUntil,
            Address = begun.Address,
            Client = begun.Client,
        };
        if (!await _store.CommitAsync([session.ToWrite()], cancellation))
        {
            // Another request of the same identity was faster.
            var stored = await _store.FindAsync(SecurityDocuments.SessionKind, id, cancellation);
            session = stored is null ? session : SecurityDocuments.ReadSession(stored);
            _directory.Put(session);
            return session;
        }

        session = session with { Version = 1 };
        if (session.Role is null) await ReadAccountAsync(session.UserId, cancellation);
        _directory.Put(session);
        return session;
    }

    private async Task ReadAccountAsync(string userId, CancellationToken cancellation)
    {
        var name = userId[Accounts.Account.UserIdPrefix.Length..];
        if (await _store.FindAsync(SecurityDocuments.AccountKind, name, cancellation) is { } stored) _directory.Put(SecurityDocuments.ReadAccount(stored));
    }

    /// <summary>Changes a stored session by compare-and-set. Null from the change: leave it.</summary>
    private async Task ChangeAsync(string id, Func<Session, Session?> change, CancellationToken cancellation)
    {
        while (await _store.FindAsync(SecurityDocuments.SessionKind, id, cancellation) is { } stored)
        {
            var current = SecurityDocuments.ReadSession(stored);
            var changed = change(current);
            if (changed is not null && !await _store.CommitAsync([changed.ToWrite()], cancellation)) continue;
            if (!_ended.ContainsKey(id)) _directory.Put(changed is null ? current : changed with { Version = current.Version + 1 });
            return;
        }

        if (_directory.Remove(id) is not null) Tell(id, SessionEndCause.Ended);
    }

    private void Tell(string id, SessionEndCause cause)
    {
        var end = new SessionEnd(id, cause, SessionWords.Of(cause, _options));
        if (!_ended.TryAdd(id, end)) return;
        _endedOrder.Enqueue(id);
        while (_ended.Count > EndsKept && _endedOrder.TryDequeue(out var oldest)) _ended.TryRemove(oldest, out _);
        Ended?.Invoke(end);
    }
}
