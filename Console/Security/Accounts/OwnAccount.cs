using Qmtl.Console.Security.Keys;
using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts;

/// <summary>See <see cref="IOwnAccount"/>.</summary>
internal sealed class OwnAccount(
    AccountStore accounts, AccountDirectoryView view, ApiKeyStore keys, ISessions sessions, PasswordWork passwords, SignInBackOff backOff, IAuthorizer authorizer,
    SecurityAudit audit, SignInOptions options, TimeProvider time) : IOwnAccount
{
    private static readonly TimeSpan LongestKey = TimeSpan.FromDays(366);

    public async Task<AccountView> FindAsync(Caller caller, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.SessionId.Length == 0) throw new PermissionDeniedException(Permissions.OwnAccountChange, null, "You are not signed in.");
        return await view.FindAsync(caller.UserId, cancellation) ?? new AccountView { UserId = caller.UserId, Name = caller.Name, Sessions = [], Keys = [] };
    }

    public async Task ChangePasswordAsync(Caller caller, string oldPassword, string newPassword, CancellationToken cancellation)
    {
        await RequireAsync(caller, Permissions.OwnAccountChange, caller.UserId, cancellation);
        if (options.Mode != SignInMode.Local || await accounts.FindAsync(NameOf(caller), cancellation) is not { PasswordHash: { } hash } account)
        {
            throw new AccountRefusedException("Your password is not kept here.", "password", "Change it where your account is kept.");
        }

        if (backOff.Wait(account.UserName, caller.Address) is var wait && wait > TimeSpan.Zero)
        {
            throw new AccountRefusedException($"Too many attempts failed. Try again in {Math.Ceiling(wait.TotalSeconds):0} s.", "old password", "Wait that long.");
        }

        if (PasswordRules.Problem(newPassword, account.UserName) is { } problem) throw new AccountRefusedException(problem, "new password", "Choose another.");
        if (newPassword == oldPassword) throw new AccountRefusedException("The new password is the old one.", "new password", "Choose another.");
        if (!await passwords.VerifyAsync(oldPassword, hash, cancellation))
        {
            backOff.Failed(account.UserName, caller.Address);
            await audit.TellAsync(caller, "account.password.change", caller.UserId, "denied", "wrong old password", cancellation);
            throw new AccountRefusedException("The old password is wrong.", "old password", "Type the one that you signed in with.");
        }

        var changed = await passwords.HashAsync(newPassword, cancellation);
        await audit.DoAsync(caller, "account.password.change", Permissions.OwnAccountChange, caller.UserId, "all other sessions end", async () =>
        {
            await accounts.ChangeAsync(
                account.UserName,
                // Only over the password that was checked.
                current => current.PasswordHash == hash
                    ? current with { PasswordHash = changed, PasswordChangedAt = time.GetUtcNow() }
                    : throw new AccountRefusedException("The password was changed a moment ago.", "old password", "Sign in again."),
                null, [], null, cancellation);
            await sessions.EndAllAsync(caller.UserId, caller.SessionId, SessionEndCause.Ended, cancellation);
        }, cancellation);
    }

    public async Task EndSessionAsync(Caller caller, string sessionId, CancellationToken cancellation)
    {
        await RequireAsync(caller, Permissions.OwnAccountEnd, sessionId, cancellation);
        if (sessions.OfUser(caller.UserId).All(session => session.Id != sessionId)) throw new AccountRefusedException("This session is not one of yours, or has ended.", "session", "Reload the page.");
        await audit.DoAsync(caller, "account.session.end", Permissions.OwnAccountEnd, sessionId, "own session", () => sessions.EndAsync(sessionId, SessionEndCause.Ended, cancellation), cancellation);
    }

    public async Task<(KeyView Key, string Token)> MakeKeyAsync(Caller caller, NewKey key, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(key);
        await RequireAsync(caller, Permissions.OwnAccountChange, "key", cancellation);
        if (AccountNames.DisplayProblem(key.Name) is { } nameProblem) throw new AccountRefusedException(nameProblem, "name", "Say what the key is for.");
        if (key.Lifetime <= TimeSpan.Zero || key.Lifetime > LongestKey) throw new AccountRefusedException("A key lasts at least a moment and at most a year.", "lifetime", "Choose 1 to 366 days.");
        if (key.Permissions.FirstOrDefault(permission => !Permissions.All.Contains(permission)) is { } unknown) throw new AccountRefusedException($"There is no permission {unknown}.", "permissions", "Choose from the list.");
        if (key.Permissions.FirstOrDefault(permission => authorizer.ScopesOf(caller, permission) is { Count: 0 }) is { } lacking)
        {
            throw new AccountRefusedException($"You do not hold {lacking}, so no key of yours can.", "permissions", "Choose from those that you hold.");
        }

        if (AccountNames.ScopesProblem(key.Scopes) is { } scopesProblem) throw new AccountRefusedException(scopesProblem, "scopes", "Correct it.");
        var words = $"\"{key.Name}\" for {(key.Permissions.Count == 0 ? "all that its owner has" : string.Join(", ", key.Permissions))}{(key.Scopes.Count == 0 ? "" : " in " + string.Join(", ", key.Scopes))}, {key.Lifetime.TotalDays:0} days";
        return await audit.DoAsync(caller, "account.key.make", Permissions.OwnAccountChange, caller.UserId, words, async () =>
        {
            var (made, token) = await keys.AddAsync(caller.UserId, caller.Name, key, cancellation);
            return (AccountDirectoryView.Of(made), token);
        }, cancellation);
    }

    public async Task RevokeKeyAsync(Caller caller, string keyId, CancellationToken cancellation)
    {
        await RequireAsync(caller, Permissions.OwnAccountEnd, keyId, cancellation);
        await audit.DoAsync(caller, "account.key.revoke", Permissions.OwnAccountEnd, keyId, "own key", async () =>
        {
            if (!await keys.RevokeAsync(keyId, caller.UserId, [caller.UserId], cancellation)) throw new AccountRefusedException("This key is not one of yours, or is revoked.", "key", "Reload the page.");
        }, cancellation);
    }

    private async ValueTask RequireAsync(Caller caller, string permission, string target, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        await authorizer.RequireAsync(caller, permission, null, target, cancellation);

        // A stolen key must not make others, nor throw its owner out.
        if (caller.Kind == CallerKind.Person) return;
        const string Why = "This needs a person who is signed in, never a key.";
        await audit.TellAsync(caller, "access.denied", target, "denied", Why, cancellation);
        throw new PermissionDeniedException(permission, null, Why);
    }

    private static string NameOf(Caller caller) =>
        caller.UserId.StartsWith(Account.UserIdPrefix, StringComparison.Ordinal) ? caller.UserId[Account.UserIdPrefix.Length..] : "";
}
