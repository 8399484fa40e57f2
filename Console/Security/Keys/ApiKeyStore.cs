using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;
using Qmtl.Operations.Storage;

namespace Qmtl.Console.Security.Keys;

/// <summary>Keys as documents.</summary>
internal sealed class ApiKeyStore(IDocumentStore store, AccountStore accounts, AccessDirectory directory, SignInOptions options, TimeProvider time)
{
    public async Task<ApiKey?> FindAsync(string id, CancellationToken cancellation) =>
        await store.FindAsync(SecurityDocuments.KeyKind, id, cancellation) is { } stored ? SecurityDocuments.ReadKey(stored) : null;

    /// <summary>Keys, newest first, of one owner or of all; revoked ones are gone.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(string? ownerId, CancellationToken cancellation)
    {
        var stored = ownerId is null
            ? await store.ListAllAsync(SecurityDocuments.KeyKind, options.Keys, cancellation)
            : [.. await store.ListAsync(new DocumentQuery(SecurityDocuments.KeyKind) { Labels = [SecurityDocuments.OfUser(ownerId)], Limit = 10_000 }, cancellation)];
        return stored.ConvertAll(SecurityDocuments.ReadKey);
    }

    /// <summary>Stores a new key.</summary>
    /// <returns>It, and its token.</returns>
    /// <exception cref="AccountRefusedException">There are as many keys as are allowed.</exception>
    public async Task<(ApiKey Key, string Token)> AddAsync(string ownerId, string ownerName, NewKey made, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if ((await ListAsync(ownerId, cancellation)).Count(key => key.ExpiresAt > now) >= options.KeysPerUser)
        {
            throw new AccountRefusedException($"You have {options.KeysPerUser} keys, which is the bound.", "key", "Revoke one that is not used any more.");
        }

        if (await store.CountAsync(SecurityDocuments.KeyKind, null, cancellation) >= options.Keys)
        {
            throw new AccountRefusedException($"The console holds {options.Keys} keys, which is the bound.", "key", "Ask an administrator to revoke keys that are not used any more.");
        }

        var token = ApiKey.TokenPrefix + Secrets.NewToken();
        var key = new ApiKey
        {
            Id = Secrets.Hash(token),
            Name = made.Name.Trim(),
            OwnerId = ownerId,
            OwnerName = ownerName,
            Ending = token[^4..],
            Permissions = made.Permissions,
            Scopes = made.Scopes,
            CreatedAt = now,
            ExpiresAt = now + made.Lifetime,
        };
        if (!await store.CommitAsync([key.ToWrite()], cancellation)) throw new InvalidOperationException("Two random tokens were equal.");
        key = key with { Version = 1 };
        directory.Put(key);
        return (key, token);
    }

    /// <summary>Revokes a key: it is gone from the store, and has no powers here from now on.</summary>
    /// <param name="ownerId">Whose it must be; null: anybody's.</param>
    /// <param name="by">Whose doing it is.</param>
    /// <returns>False when there is no such key.</returns>
    public async Task<bool> RevokeAsync(string id, string? ownerId, IReadOnlyList<string> by, CancellationToken cancellation)
    {
        while (await FindAsync(id, cancellation) is { } key && (ownerId is null || key.OwnerId == ownerId))
        {
            DocumentWrite[] writes = [new(SecurityDocuments.KeyKind, id, key.Version, null, []), accounts.Change(key.OwnerId, "revoked a key", by)];
            if (!await store.CommitAsync(writes, cancellation)) continue;
            directory.Remove(id);
            return true;
        }

        return false;
    }

    /// <summary>Removes keys that expired long ago.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        var before = time.GetUtcNow() - TimeSpan.FromDays(30);
        foreach (var key in await ListAsync(null, cancellation))
        {
            if (key.ExpiresAt < before) await store.CommitAsync([new(SecurityDocuments.KeyKind, key.Id, key.Version, null, [])], cancellation);
        }
    }
}
