using Qmtl.Operations.ReadOnly;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts;

/// <summary>Adds accounts for who has a shell on the console's host: on the console's own store, recorded as the operating system's user.</summary>
internal sealed class AccountsOnHost(AccountStore accounts, PasswordLinks links, SecurityAudit audit, IReadOnlySwitch readOnly, TimeProvider time)
{
    /// <returns>The token of the password link.</returns>
    /// <exception cref="AccountRefusedException">The name is taken, the console is read-only, or the first account is no administrator.</exception>
    public async Task<string> AddAsync(Caller caller, NewAccount made, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(made);
        var isFirst = await accounts.IsEmptyAsync(cancellation);

        // Without any account nobody could turn the switch off.
        if (readOnly.IsOn && !isFirst)
        {
            var why = AccessWords.ReadOnly(readOnly);
            await audit.TellAsync(caller, AccountKinds.Add, Account.UserIdPrefix + made.UserName, "denied", why, cancellation);
            throw new AccountRefusedException(why, "console", "Turn the switch off first.");
        }

        if (isFirst && made is not { Role: Roles.Administrator, Scopes.Count: 0 })
        {
            throw new AccountRefusedException("The first account must be an administrator without scopes: nobody could administer the console otherwise.", "role", "Use --role administrator.");
        }

        var account = new Account
        {
            UserName = made.UserName,
            Name = made.Name,
            Role = made.Role,
            Scopes = made.Scopes,
            CreatedAt = time.GetUtcNow(),
            CreatedBy = caller.UserId,
        };
        var words = $"{made.Role}{(made.Scopes.Count == 0 ? ", everywhere" : " in " + string.Join(", ", made.Scopes))}; users add";
        return await audit.DoAsync(caller, AccountKinds.Add, Permissions.AccountsChange, account.UserId, words, async () =>
        {
            var (token, writes) = await links.MakeAsync(made.UserName, [caller.UserId], cancellation);
            return await accounts.AddAsync(account, mustBeFirst: false, writes, [caller.UserId], cancellation)
                ? token
                : throw new AccountRefusedException($"There is an account {made.UserName} already. An administrator can hand out a password link on the Access page.", "name", "Choose another user name.");
        }, cancellation);
    }
}
