using System.Globalization;
using Qmtl.Console.Security.Keys;
using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts;

/// <summary>See <see cref="IAccounts"/>. Each change asks its ticket first.</summary>
internal sealed class ConsoleAccounts : IAccounts
{
    private readonly AccountStore _accounts;
    private readonly AccountDirectoryView _view;
    private readonly PasswordLinks _links;
    private readonly ApiKeyStore _keys;
    private readonly ISessions _sessions;
    private readonly IAuthorizer _authorizer;
    private readonly IDocumentStore _store;
    private readonly SignInOptions _options;
    private readonly TimeProvider _time;

    public ConsoleAccounts(
        AccountStore accounts, AccountDirectoryView view, PasswordLinks links, ApiKeyStore keys, ISessions sessions, AccessDirectory directory, IAuthorizer authorizer,
        IDocumentStore store, SignInOptions options, TimeProvider time)
    {
        (_accounts, _view, _links, _keys, _sessions, _authorizer, _store, _options, _time) = (accounts, view, links, keys, sessions, authorizer, store, options, time);
        directory.Moved += () => Changed?.Invoke();
    }

    public event Action? Changed;

    public bool AreKeptHere => _options.Mode == SignInMode.Local;

    public string Where => _options.Mode switch
    {
        SignInMode.Local => "Accounts are kept here, in the console's own store.",
        SignInMode.Proxy => "Accounts are kept by the proxy in front of the console: add, disable and change people there. Here are those who are signed in or have keys.",
        SignInMode.OAuth => "Accounts are kept by the identity provider: add, disable and change people there. Here are those who are signed in or have keys.",
        _ => "This console is open: it has four demo users and no accounts. Start it with SignIn:Mode Local, Proxy or OAuth to have some.",
    };

    public async Task<IReadOnlyList<AccountView>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        await _authorizer.RequireAsync(caller, Permissions.AccessRead, null, "accounts", cancellation);
        return await _view.ListAsync(cancellation);
    }

    public async Task<AccountView?> FindAsync(Caller caller, string userId, CancellationToken cancellation)
    {
        await _authorizer.RequireAsync(caller, Permissions.AccessRead, null, userId, cancellation);
        return (await _view.ListAsync(cancellation)).FirstOrDefault(view => view.UserId == userId);
    }

    public async Task<string> FingerprintAsync(string kind, string target, CancellationToken cancellation)
    {
        switch (kind)
        {
            case AccountKinds.RevokeKey:
                return await _keys.FindAsync(target, cancellation) is null ? "gone" : "stands";
            case AccountKinds.EndSession:
                return await _store.FindAsync(SecurityDocuments.SessionKind, target, cancellation) is null ? "gone" : "stands";
            default:
                return Fingerprint(await _accounts.FindAsync(target, cancellation));
        }
    }

    public async Task<string> AddAsync(RailTicket ticket, NewAccount account, AccountChangers by, string? fingerprint, CancellationToken cancellation)
    {
        Require(ticket, AccountKinds.Add, account.UserName);
        var made = new Account
        {
            UserName = account.UserName,
            Name = account.Name,
            Role = account.Role,
            Scopes = account.Scopes,
            CreatedAt = _time.GetUtcNow(),
            CreatedBy = by.ExecutedBy,
        };
        var (token, writes) = await _links.MakeAsync(account.UserName, by.All, cancellation);
        if (!await _accounts.AddAsync(made, mustBeFirst: false, writes, by.All, cancellation)) throw new AccountRefusedException($"There is an account {account.UserName} already.", "target", "Choose another user name.");
        return token;
    }

    public Task SetDisabledAsync(RailTicket ticket, string userName, bool disabled, AccountChangers by, string? fingerprint, CancellationToken cancellation)
    {
        Require(ticket, disabled ? AccountKinds.Disable : AccountKinds.Enable, userName);
        return ChangeAsync(userName, account => account with { IsDisabled = disabled }, disabled ? "disabled the account" : "enabled the account", by, fingerprint, null, cancellation);
    }

    public Task SetRoleAsync(RailTicket ticket, string userName, string role, IReadOnlyList<string> scopes, AccountChangers by, string? fingerprint, CancellationToken cancellation)
    {
        Require(ticket, AccountKinds.Role, userName);
        return ChangeAsync(userName, account => account with { Role = role, Scopes = scopes }, "changed the role", by, fingerprint, null, cancellation);
    }

    public async Task<string> MakePasswordLinkAsync(RailTicket ticket, string userName, AccountChangers by, string? fingerprint, CancellationToken cancellation)
    {
        Require(ticket, AccountKinds.PasswordLink, userName);
        var token = "";
        await ChangeAsync(userName, account => account, "made a password link", by, fingerprint, async cancel =>
        {
            (token, var writes) = await _links.MakeAsync(userName, by.All, cancel);
            return writes;
        }, cancellation);
        return token;
    }

    public async Task RevokeKeyAsync(RailTicket ticket, string keyId, AccountChangers by, string? fingerprint, CancellationToken cancellation)
    {
        Require(ticket, AccountKinds.RevokeKey, keyId);
        if (!await _keys.RevokeAsync(keyId, null, by.All, cancellation)) throw new AccountRefusedException("The key is unknown or revoked already.", "target", "Nothing is left to do.");
    }

    public async Task EndSessionAsync(RailTicket ticket, string sessionId, string? fingerprint, CancellationToken cancellation)
    {
        Require(ticket, AccountKinds.EndSession, sessionId);
        await _sessions.EndAsync(sessionId, SessionEndCause.Ended, cancellation);
    }

    /// <summary>What plans on an account depend on: everything but the version, which the password's own changes move too.</summary>
    internal static string Fingerprint(Account? account) =>
        account is null
            ? "none"
            : string.Create(CultureInfo.InvariantCulture, $"{account.Role} {string.Join(',', account.Scopes.Order(StringComparer.Ordinal))} {(account.IsDisabled ? "disabled" : "enabled")} {(account.PasswordHash is null ? "without" : "with")} password");

    private void Require(RailTicket ticket, string kind, string target)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        ticket.Require(kind, target, target, _time.GetUtcNow());
        if (!AreKeptHere && kind is not (AccountKinds.RevokeKey or AccountKinds.EndSession)) throw new AccountRefusedException(Where, "target", "Change it there.");
    }

    private async Task ChangeAsync(
        string userName, Func<Account, Account> change, string what, AccountChangers by, string? fingerprint, Func<CancellationToken, Task<IReadOnlyList<DocumentWrite>>>? also, CancellationToken cancellation)
    {
        // Inside the compare-and-set: what is written is what was compared.
        Account Compared(Account account) => fingerprint is null || fingerprint == Fingerprint(account)
            ? change(account)
            : throw new AccountRefusedException($"{userName} is no longer as planned: now {Fingerprint(account)}.", "target", "Plan again.");
        if (await _accounts.ChangeAsync(userName, Compared, what, by.All, also, cancellation) is null) throw new AccountRefusedException($"There is no account {userName}.", "target", "Look at the Access page for those there are.");
    }
}
