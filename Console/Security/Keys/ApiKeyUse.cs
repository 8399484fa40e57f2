using Qmtl.Console.Security.Sessions;
using Qmtl.Operations.Storage;

namespace Qmtl.Console.Security.Keys;

/// <summary>Takes keys in from requests: from memory, and from the store when another console made the key a moment ago.</summary>
internal sealed class ApiKeyUse(IDocumentStore store, AccessDirectory directory, TimeProvider time) : IApiKeyUse
{
    // qmtl_ and 43 characters; anything much longer is not looked at.
    private const int MaxLength = 64;
    private static readonly TimeSpan NotedEvery = TimeSpan.FromMinutes(1);

    public async ValueTask<(ApiKey? Key, string Why)> UseAsync(string token, CancellationToken cancellation)
    {
        if (!token.StartsWith(ApiKey.TokenPrefix, StringComparison.Ordinal) || token.Length > MaxLength) return (null, "This is not a key of the console: they begin with qmtl_.");
        var id = Secrets.Hash(token);
        if (directory.Find(id) is null && await store.FindAsync(SecurityDocuments.KeyKind, id, cancellation) is { } stored) directory.Put(SecurityDocuments.ReadKey(stored));
        if (directory.Find(id) is not { Key: { } key } standing) return (null, "The key is unknown or revoked. Make another on the page /account.");
        var now = time.GetUtcNow();
        if (now >= key.ExpiresAt) return (null, $"The key expired at {key.ExpiresAt:u}. Make another on the page /account.");
        if (!standing.StandsAt(now.UtcTicks) || standing.OwnerRights is null) return (null, "The key's owner has no rights now: the account is disabled, or its owner is not signed in where others keep the accounts.");
        if (key.LastUsedAt is not { } last || now - last >= NotedEvery) await NoteAsync(id, now, cancellation);
        return (key, "");
    }

    private async Task NoteAsync(string id, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await store.FindAsync(SecurityDocuments.KeyKind, id, cancellation) is not { } stored) return;
        var used = SecurityDocuments.ReadKey(stored) with { LastUsedAt = now };

        // When another request or console was faster it has noted the same minute.
        if (await store.CommitAsync([used.ToWrite()], cancellation)) directory.Put(used with { Version = used.Version + 1 });
    }
}
