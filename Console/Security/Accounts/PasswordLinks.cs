using Qmtl.Console.Security.Sessions;
using Qmtl.Operations.ReadOnly;
using Qmtl.Operations.Storage;

namespace Qmtl.Console.Security.Accounts;

/// <summary>Links by which the owner of an account sets a password: one use, 24 h, stored as hashes.</summary>
internal sealed class PasswordLinks(IDocumentStore store, AccountStore accounts, ISessions sessions, PasswordWork passwords, SecurityAudit audit, IReadOnlySwitch readOnly, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    private const string Kind = "password-link";

    /// <summary>A link as it is shown. The token stands behind "#": browsers send that to nobody, so that no log has it.</summary>
    public static OneTimeSecret Secret(string userName, string token, DateTimeOffset now) => new(userName, "/password-link#" + token, now + Lifetime);

    /// <summary>A new link for an account as writes of one commit; earlier ones of the account go with it.</summary>
    public async Task<(string Token, IReadOnlyList<DocumentWrite> Writes)> MakeAsync(string userName, IReadOnlyList<string> by, CancellationToken cancellation)
    {
        var token = Secrets.NewToken();
        var now = time.GetUtcNow();
        var label = SecurityDocuments.OfUser(Account.UserIdPrefix + userName);
        var earlier = await store.ListAsync(new DocumentQuery(Kind) { Labels = [label], Limit = 1_000 }, cancellation);
        return (token,
        [
            .. earlier.Select(document => new DocumentWrite(Kind, document.Id, document.Version, null, [])),
            new DocumentWrite(Kind, Secrets.Hash(token), 0, SecurityDocuments.Write(new LinkDocument(userName, now + Lifetime, by)), [label], SecurityDocuments.Sortable(now)),
        ]);
    }

    /// <summary>The account that a link is for and until when; null when it is unknown, used or expired.</summary>
    public async Task<(string UserName, DateTimeOffset Until)?> FindAsync(string token, CancellationToken cancellation) =>
        await ReadAsync(token, cancellation) is var (_, link) ? (link.UserName, link.ExpiresAt) : null;

    /// <summary>Uses a link: sets the password, ends the account's sessions.</summary>
    /// <returns>What is wrong and what to do, or null when the password is set.</returns>
    /// <exception cref="PasswordWorkBusyException"/>
    public async Task<string?> UseAsync(string token, string? password, string? address, string correlationId, CancellationToken cancellation)
    {
        const string Gone = "This link is unknown, used or older than 24 hours. Ask an administrator for another.";
        if (await ReadAsync(token, cancellation) is not var (document, link)) return Gone;
        var caller = CallerPrincipal.Nobody with { UserId = Account.UserIdPrefix + link.UserName, Name = link.UserName, Address = address, CorrelationId = correlationId };
        if (readOnly.IsOn)
        {
            var why = $"{AccessWords.ReadOnly(readOnly)} The link still counts afterwards, until its 24 hours are over.";
            await audit.TellAsync(caller, "account.password.set", caller.UserId, "denied", why, cancellation);
            return why;
        }

        if (PasswordRules.Problem(password, link.UserName) is { } problem) return problem;
        var hash = await passwords.HashAsync(password!, cancellation);
        var isGone = false;
        try
        {
            await audit.DoAsync(caller, "account.password.set", Qmtl.Shared.Rail.Permissions.OwnAccountChange, caller.UserId, "by a password link", async () =>
            {
                var now = time.GetUtcNow();
                // Whoever made the link knew it: that it is used is a change of theirs too.
                var set = await accounts.ChangeAsync(
                    link.UserName,
                    account => isGone || account.IsDisabled ? throw new AccountRefusedException(Gone, "link", "Ask an administrator.") : account with { PasswordHash = hash, PasswordChangedAt = now },
                    "made the password link that was used",
                    link.By,
                    async cancel =>
                    {
                        isGone = await store.FindAsync(Kind, document.Id, cancel) is null;
                        return [new DocumentWrite(Kind, document.Id, document.Version, null, [])];
                    },
                    cancellation);
                if (set is null) throw new AccountRefusedException(Gone, "link", "Ask an administrator.");
                await sessions.EndAllAsync(set.UserId, null, SessionEndCause.Ended, cancellation);
            }, cancellation);
        }
        catch (AccountRefusedException refused)
        {
            return refused.Message;
        }

        return null;
    }

    /// <summary>Removes links that nobody used in time.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        foreach (var document in await store.ListAllAsync(Kind, 10_000, cancellation))
        {
            if (SecurityDocuments.Read<LinkDocument>(document).ExpiresAt <= now) await store.CommitAsync([new(Kind, document.Id, document.Version, null, [])], cancellation);
        }
    }

    private async Task<(StoredDocument Document, LinkDocument Link)?> ReadAsync(string token, CancellationToken cancellation)
    {
        if (token is not { Length: > 0 and <= 64 } || await store.FindAsync(Kind, Secrets.Hash(token), cancellation) is not { } document) return null;
        var link = SecurityDocuments.Read<LinkDocument>(document);
        return link.ExpiresAt > time.GetUtcNow() ? (document, link) : null;
    }

    private sealed record LinkDocument(string UserName, DateTimeOffset ExpiresAt, IReadOnlyList<string> By);
}
