using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts;

/// <summary>
/// Accounts, sessions and keys of everybody: read with a permission, changed with a ticket of the rail alone. One's own are
/// <see cref="IOwnAccount"/>.
/// </summary>
public interface IAccounts
{
    /// <summary>Whether accounts are kept here (mode Local); else <see cref="Where"/> says where they are.</summary>
    bool AreKeptHere { get; }

    /// <summary>Where accounts are kept, in words, with what to do there.</summary>
    string Where { get; }

    /// <summary>
    /// Everybody who has an account, a session or a key, by user id. Where accounts are kept elsewhere only those who are signed in or have keys.
    /// Needs <see cref="Permissions.AccessRead"/>.
    /// </summary>
    /// <exception cref="PermissionDeniedException"/>
    Task<IReadOnlyList<AccountView>> ListAsync(Caller caller, CancellationToken cancellation);

    /// <summary>One of them; null when there is none of this user id.</summary>
    /// <exception cref="PermissionDeniedException"/>
    Task<AccountView?> FindAsync(Caller caller, string userId, CancellationToken cancellation);

    /// <summary>Raised after an account, session or key changed, by whichever console when it is noticed.</summary>
    event Action Changed;

    /// <summary>State that a plan on a target depends on; the same form for each kind of <see cref="AccountKinds"/>.</summary>
    Task<string> FingerprintAsync(string kind, string target, CancellationToken cancellation);

    /// <summary>Adds an account without a password, and makes a link by which its owner sets one.</summary>
    /// <returns>The link's token: shown once, kept nowhere.</returns>
    /// <exception cref="RailTicketRefusedException"/>
    /// <exception cref="AccountRefusedException">The name is taken.</exception>
    Task<string> AddAsync(RailTicket ticket, NewAccount account, AccountChangers by, string? fingerprint, CancellationToken cancellation);

    /// <exception cref="RailTicketRefusedException"/>
    /// <exception cref="LastAdministratorException"/>
    Task SetDisabledAsync(RailTicket ticket, string userName, bool disabled, AccountChangers by, string? fingerprint, CancellationToken cancellation);

    /// <exception cref="RailTicketRefusedException"/>
    /// <exception cref="LastAdministratorException"/>
    Task SetRoleAsync(RailTicket ticket, string userName, string role, IReadOnlyList<string> scopes, AccountChangers by, string? fingerprint, CancellationToken cancellation);

    /// <summary>Makes a link by which the owner sets a new password: one use, 24 h; earlier links no longer count.</summary>
    /// <returns>The link's token: shown once, kept nowhere.</returns>
    /// <exception cref="RailTicketRefusedException"/>
    Task<string> MakePasswordLinkAsync(RailTicket ticket, string userName, AccountChangers by, string? fingerprint, CancellationToken cancellation);

    /// <exception cref="RailTicketRefusedException"/>
    Task RevokeKeyAsync(RailTicket ticket, string keyId, AccountChangers by, string? fingerprint, CancellationToken cancellation);

    /// <exception cref="RailTicketRefusedException"/>
    Task EndSessionAsync(RailTicket ticket, string sessionId, string? fingerprint, CancellationToken cancellation);
}

/// <summary>The kinds of operations on accounts.</summary>
public static class AccountKinds
{
    public const string Add = "account.add";
    public const string Disable = "account.disable";
    public const string Enable = "account.enable";
    public const string Role = "account.role";
    public const string PasswordLink = "account.password-link";
    public const string RevokeKey = "account.key.revoke";
    public const string EndSession = "account.session.end";
}

/// <summary>Who somebody is and what belongs to them, for the Access page.</summary>
public sealed record AccountView
{
    public required string UserId { get; init; }

    /// <summary>Target of the operations on accounts; null where accounts are kept elsewhere.</summary>
    public string? UserName { get; init; }

    public required string Name { get; init; }

    /// <summary>Null when it is not known: others keep the account and it has no session now.</summary>
    public string? Role { get; init; }

    public IReadOnlyList<string> Scopes { get; init; } = [];

    public bool IsDisabled { get; init; }

    /// <summary>False until the first password is set by a link.</summary>
    public bool HasPassword { get; init; }

    /// <summary>Whether nobody could administer the console without it.</summary>
    public bool IsLastAdministrator { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public string? CreatedBy { get; init; }

    /// <summary>Last input of a session or use of a key; null: none since the sessions that are known.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Those that stand, the one used last first.</summary>
    public required IReadOnlyList<SessionView> Sessions { get; init; }

    /// <summary>Those that are not revoked, newest first.</summary>
    public required IReadOnlyList<KeyView> Keys { get; init; }
}

/// <param name="Id">Target of <see cref="AccountKinds.EndSession"/>.</param>
/// <param name="Client">Browser and system in words.</param>
public sealed record SessionView(string Id, string? Address, string Client, DateTimeOffset CreatedAt, DateTimeOffset LastInputAt, DateTimeOffset EndsAt);

/// <param name="Id">Target of <see cref="AccountKinds.RevokeKey"/>.</param>
/// <param name="Ending">Last four characters of the token.</param>
/// <param name="Permissions">Empty: all that its owner has.</param>
/// <param name="Scopes">Empty: all that its owner has.</param>
/// <param name="LastUsedAt">To the minute; null: never.</param>
public sealed record KeyView(
    string Id, string Name, string Ending, IReadOnlyList<string> Permissions, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt);

public sealed record NewAccount(string UserName, string Name, string Role, IReadOnlyList<string> Scopes);

/// <summary>Whose doing a change is: user ids of who asked for it and who carried it out. None of them approves for the account in the next 24 h.</summary>
public sealed record AccountChangers(string PlannedBy, string ExecutedBy)
{
    public IReadOnlyList<string> All => PlannedBy == ExecutedBy ? [ExecutedBy] : [PlannedBy, ExecutedBy];
}

/// <summary>The change does not fit what is stored. Nothing happened.</summary>
public sealed class AccountRefusedException(string message, string where, string advice) : Exception(message)
{
    public string Where { get; } = where;

    public string Advice { get; } = advice;
}
