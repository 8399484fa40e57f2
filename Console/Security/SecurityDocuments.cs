using System.Text.Json;
using System.Text.Json.Serialization;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Keys;
using Qmtl.Console.Security.Sessions;
using Qmtl.Operations.Storage;

namespace Qmtl.Console.Security;

/// <summary>Accounts, sessions and keys as documents of the console's store.</summary>
internal static class SecurityDocuments
{
    public const string AccountKind = "account";
    public const string SessionKind = "session";
    public const string KeyKind = "api-key";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Label by which the documents of one user are listed.</summary>
    public static string OfUser(string userId) => "user:" + userId;

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Json);

    public static T Read<T>(StoredDocument document) =>
        JsonSerializer.Deserialize<T>(document.Body, Json) ?? throw new JsonException($"{document.Kind} {document.Id} holds null.");

    public static Session ReadSession(StoredDocument document) => Read<Session>(document) with { Id = document.Id, Version = document.Version };

    public static Account ReadAccount(StoredDocument document) => Read<Account>(document) with { UserName = document.Id, Version = document.Version };

    public static ApiKey ReadKey(StoredDocument document) => Read<ApiKey>(document) with { Id = document.Id, Version = document.Version };

    public static DocumentWrite ToWrite(this Session session) =>
        new(SessionKind, session.Id, session.Version, Write(session), [OfUser(session.UserId)], Sortable(session.CreatedAt));

    public static DocumentWrite ToWrite(this Account account) =>
        new(AccountKind, account.UserName, account.Version, Write(account), [], account.UserName);

    public static DocumentWrite ToWrite(this ApiKey key) =>
        new(KeyKind, key.Id, key.Version, Write(key), [OfUser(key.OwnerId)], Sortable(key.CreatedAt));

    /// <summary>A time as text that sorts.</summary>
    public static string Sortable(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfffffff", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>All documents of a kind, newest first, page by page, up to a bound.</summary>
    public static async Task<List<StoredDocument>> ListAllAsync(this IDocumentStore store, string kind, int bound, CancellationToken cancellation)
    {
        const int Page = 1_000;
        var all = new List<StoredDocument>();
        (string, string)? after = null;
        while (all.Count < bound)
        {
            var page = await store.ListAsync(new DocumentQuery(kind) { After = after, Limit = Page }, cancellation);
            all.AddRange(page);
            if (page.Count < Page) break;
            after = (page[^1].Order, page[^1].Id);
        }

        return all;
    }
}
