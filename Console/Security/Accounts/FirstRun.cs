using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts;

/// <summary>How the set-up stands.</summary>
public enum FirstRunState
{
    /// <summary>An account exists: there is nothing to set up.</summary>
    Done,

    /// <summary>A token was printed and still counts.</summary>
    Waiting,

    /// <summary>No token counts any more; restarting the console prints another.</summary>
    Expired,
}

/// <summary>
/// The first administrator. A token goes to standard output when the console starts without any account, and nowhere else: who can read the console's
/// output may set it up. It is stored as a hash, counts once, for 30 minutes, and only while no account exists.
/// </summary>
internal sealed class FirstRun(IDocumentStore store, AccountStore accounts, PasswordWork passwords, SignInBackOff backOff, SecurityAudit audit, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);
    private const string Kind = "setup-token";
    private const string Late = "Somebody else was faster: the console has an administrator now. Sign in, or ask for an account.";
    private const string BackOffName = "\nsetup";

    /// <summary>A new token, or null when an account exists. Tokens that have expired go.</summary>
    public async Task<string?> MakeTokenAsync(CancellationToken cancellation)
    {
        if (!await accounts.IsEmptyAsync(cancellation)) return null;
        var now = time.GetUtcNow();
        foreach (var old in await store.ListAllAsync(Kind, 1_000, cancellation))
        {
            if (Read(old).ExpiresAt <= now) await store.CommitAsync([new(Kind, old.Id, old.Version, null, [])], cancellation);
        }

        var token = Secrets.NewToken();
        var written = await store.CommitAsync([new(Kind, Secrets.Hash(token), 0, SecurityDocuments.Write(new TokenDocument(now + Lifetime)), [], SecurityDocuments.Sortable(now))], cancellation);
        return written ? token : null;
    }

    public async Task<FirstRunState> StateAsync(CancellationToken cancellation)
    {
        if (!await accounts.IsEmptyAsync(cancellation)) return FirstRunState.Done;
        var now = time.GetUtcNow();
        return (await store.ListAllAsync(Kind, 1_000, cancellation)).Any(document => Read(document).ExpiresAt > now) ? FirstRunState.Waiting : FirstRunState.Expired;
    }

    /// <summary>Makes the first administrator.</summary>
    /// <returns>What is wrong and what to do, with the wait where there is one; null when it is done.</returns>
    /// <exception cref="PasswordWorkBusyException"/>
    public async Task<(string Problem, TimeSpan? RetryAfter)?> SetUpAsync(string? token, string? user, string? displayName, string? password, string? address, string correlationId, CancellationToken cancellation)
    {
        if (await StateAsync(cancellation) == FirstRunState.Done) return ("The console has accounts already; the token no longer counts. Sign in, or ask an administrator for an account.", null);
        if (backOff.Wait(BackOffName, address) is var wait && wait > TimeSpan.Zero) return ($"Too many wrong tokens. Try again in {Math.Ceiling(wait.TotalSeconds):0} s.", wait);
        if (AccountNames.Normal(user) is not { } name) return ($"\"{user}\" cannot be a user name. {AccountNames.Rule}", null);
        if (AccountNames.DisplayProblem(displayName) is { } nameProblem) return (nameProblem, null);
        if (PasswordRules.Problem(password, name) is { } passwordProblem) return (passwordProblem, null);

        var given = token?.Trim();
        var document = given is { Length: > 0 and <= 64 } ? await store.FindAsync(Kind, Secrets.Hash(given), cancellation) : null;
        var nobody = CallerPrincipal.Nobody with { Address = address, CorrelationId = correlationId };
        if (document is null || Read(document).ExpiresAt <= time.GetUtcNow())
        {
            backOff.Failed(BackOffName, address);
            await audit.TellAsync(nobody, "account.set-up.failed", "console", "denied", document is null ? "wrong token" : "expired token", cancellation);
            return (document is null
                ? "This is not the token that the console printed. Copy the newest one from its standard output."
                : "The token has expired: it counts for 30 minutes. Restart the console; it prints another.", null);
        }

        var now = time.GetUtcNow();
        var userId = Account.UserIdPrefix + name;
        var account = new Account
        {
            UserName = name,
            Name = displayName!.Trim(),
            Role = Roles.Administrator,
            PasswordHash = await passwords.HashAsync(password!, cancellation),
            PasswordChangedAt = now,
            CreatedAt = now,
            CreatedBy = userId,
        };
        var caller = nobody with { UserId = userId, Name = account.Name };
        try
        {
            await audit.DoAsync(caller, "account.set-up", Permissions.AccountsChange, userId, "first administrator, by the token on standard output", async () =>
            {
                DocumentWrite[] spent = [new(Kind, document.Id, document.Version, null, [])];
                if (!await accounts.AddAsync(account, mustBeFirst: true, spent, [userId], cancellation)) throw new AccountRefusedException(Late, "token", "Sign in, or ask for an account.");
            }, cancellation);
            return null;
        }
        catch (AccountRefusedException refused)
        {
            return (refused.Message, null);
        }
    }

    private static TokenDocument Read(StoredDocument document) => SecurityDocuments.Read<TokenDocument>(document);

    private sealed record TokenDocument(DateTimeOffset ExpiresAt);
}
