using Qmtl.Console.Security.Keys;
using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;
using Qmtl.Operations.Storage;

namespace Qmtl.Console.Security.Accounts;

/// <summary>Puts accounts, sessions and keys together by user.</summary>
internal sealed class AccountDirectoryView(AccountStore accounts, ApiKeyStore keys, IDocumentStore store, SignInOptions options, TimeProvider time)
{
    public async Task<IReadOnlyList<AccountView>> ListAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var sessions = (await store.ListAllAsync(SecurityDocuments.SessionKind, options.Sessions, cancellation)).ConvertAll(SecurityDocuments.ReadSession)
            .Where(session => session.EndsAt > now && session.LastInputAt + options.IdleEnd > now && !(session.LeaseUntil <= now))
            .ToLookup(session => session.UserId, StringComparer.Ordinal);
        var made = (await keys.ListAsync(null, cancellation)).ToLookup(key => key.OwnerId, StringComparer.Ordinal);
        var kept = (await accounts.ListAsync(options.Accounts, cancellation)).ToDictionary(account => account.UserId, StringComparer.Ordinal);
        if (options.Mode != SignInMode.Local) kept.Clear();
        var administrators = kept.Values.Where(AccountStore.CanAdminister).ToList();

        var users = kept.Keys.Concat(sessions.Select(group => group.Key)).Concat(made.Select(group => group.Key)).Concat(options.Mode == SignInMode.Open ? OpenUsers.All.Select(user => user.UserId) : []);
        return
        [
            .. users.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(user => Of(user, kept.GetValueOrDefault(user), [.. sessions[user]], [.. made[user]], administrators is [var last] && last.UserId == user)),
        ];
    }

    /// <summary>One user's own entry.</summary>
    public async Task<AccountView?> FindAsync(string userId, CancellationToken cancellation) =>
        (await ListAsync(cancellation)).FirstOrDefault(view => view.UserId == userId);

    public static SessionView Of(Session session) => new(session.Id, session.Address, session.Client, session.CreatedAt, session.LastInputAt, session.EndsAt);

    public static KeyView Of(ApiKey key) => new(key.Id, key.Name, key.Ending, key.Permissions, key.Scopes, key.CreatedAt, key.ExpiresAt, key.LastUsedAt);

    private static AccountView Of(string userId, Account? account, IReadOnlyList<Session> sessions, IReadOnlyList<ApiKey> keys, bool isLast)
    {
        var demo = OpenUsers.Find(userId);
        var newest = sessions.MaxBy(session => session.LastInputAt);
        var used = keys.Select(key => key.LastUsedAt).Append(newest?.LastInputAt).Max();
        return new()
        {
            UserId = userId,
            UserName = account?.UserName,
            Name = account?.Name ?? demo?.Name ?? newest?.Name ?? keys.Select(key => key.OwnerName).FirstOrDefault() ?? userId,
            Role = account?.Role ?? demo?.Role ?? newest?.Role,
            Scopes = account?.Scopes ?? newest?.Scopes ?? [],
            IsDisabled = account?.IsDisabled ?? false,
            HasPassword = account?.PasswordHash is not null,
            IsLastAdministrator = isLast,
            CreatedAt = account?.CreatedAt,
            CreatedBy = account?.CreatedBy,
            LastUsedAt = used,
            Sessions = [.. sessions.OrderByDescending(session => session.LastInputAt).Select(Of)],
            Keys = [.. keys.OrderByDescending(key => key.CreatedAt).Select(Of)],
        };
    }
}
