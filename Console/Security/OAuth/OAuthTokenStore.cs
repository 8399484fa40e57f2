using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Qmtl.Operations.Storage;

namespace Qmtl.Console.Security.OAuth;

/// <summary>Tokens of sessions in the console's store, each protected by the data-protection keys. Several consoles may share them.</summary>
public sealed class OAuthTokenStore(IDocumentStore store, IDataProtectionProvider protection)
{
    public const string Kind = "oauth-tokens";

    private readonly IDataProtector _protector = protection.CreateProtector("qmtl.console.oauth.tokens");

    /// <summary>A session's tokens with when its user is to be read next.</summary>
    public sealed record Kept(string SessionId, long Version, string Protected, DateTimeOffset NextReadAt);

    public async Task<IReadOnlyList<Kept>> ListAsync(CancellationToken cancellation) =>
        [.. (await store.ListAsync(new DocumentQuery(Kind) { Limit = 10_000 }, cancellation)).Select(Read)];

    public Task<bool> AddAsync(string sessionId, OAuthTokens tokens, DateTimeOffset nextReadAt, CancellationToken cancellation) =>
        store.CommitAsync([Write(new(sessionId, 0, Protect(tokens), nextReadAt))], cancellation);

    /// <summary>Moves the next reading; whoever succeeds is the one console that reads. Null: another one does.</summary>
    public async Task<Kept?> ClaimAsync(Kept kept, DateTimeOffset nextReadAt, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(kept);
        return await store.CommitAsync([Write(kept with { NextReadAt = nextReadAt })], cancellation) ? kept with { Version = kept.Version + 1, NextReadAt = nextReadAt } : null;
    }

    public async Task<Kept?> ReplaceAsync(Kept kept, OAuthTokens tokens, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(kept);
        var changed = kept with { Protected = Protect(tokens) };
        return await store.CommitAsync([Write(changed)], cancellation) ? changed with { Version = kept.Version + 1 } : null;
    }

    public Task RemoveAsync(Kept kept, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(kept);
        return store.CommitAsync([new(Kind, kept.SessionId, kept.Version, null, [])], cancellation);
    }

    /// <summary>Null when the keys that protected them are gone.</summary>
    public OAuthTokens? Open(Kept kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        try
        {
            return JsonSerializer.Deserialize<OAuthTokens>(_protector.Unprotect(kept.Protected));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private string Protect(OAuthTokens tokens) => _protector.Protect(JsonSerializer.Serialize(tokens));

    private static DocumentWrite Write(Kept kept) => new(Kind, kept.SessionId, kept.Version, JsonSerializer.Serialize(new Body(kept.Protected, kept.NextReadAt)), []);

    private static Kept Read(StoredDocument document)
    {
        var body = JsonSerializer.Deserialize<Body>(document.Body)!;
        return new(document.Id, document.Version, body.Tokens, body.NextReadAt);
    }

    private sealed record Body(string Tokens, DateTimeOffset NextReadAt);
}
