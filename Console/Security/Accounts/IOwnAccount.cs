using Qmtl.Console.Security.Keys;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts;

/// <summary>
/// What belongs to oneself: password, sessions, keys. Each change asks for <see cref="Permissions.OwnAccountChange"/>, and what only ends something for
/// <see cref="Permissions.OwnAccountEnd"/>, which the read-only switch leaves; each needs a person (never a key), and is recorded before it is done.
/// </summary>
public interface IOwnAccount
{
    /// <summary>The caller's own entry.</summary>
    Task<AccountView> FindAsync(Caller caller, CancellationToken cancellation);

    /// <summary>Sets a new password; the old one is asked, and all other sessions end.</summary>
    /// <exception cref="AccountRefusedException">A wrong old password, or a new one that is refused.</exception>
    /// <exception cref="PermissionDeniedException"/>
    Task ChangePasswordAsync(Caller caller, string oldPassword, string newPassword, CancellationToken cancellation);

    /// <summary>Ends one of the caller's own sessions, this one included.</summary>
    /// <exception cref="AccountRefusedException">It is not one of the caller's own.</exception>
    Task EndSessionAsync(Caller caller, string sessionId, CancellationToken cancellation);

    /// <summary>Makes a key that acts as the caller.</summary>
    /// <returns>The key and its token, which is shown once and kept nowhere.</returns>
    Task<(KeyView Key, string Token)> MakeKeyAsync(Caller caller, NewKey key, CancellationToken cancellation);

    Task RevokeKeyAsync(Caller caller, string keyId, CancellationToken cancellation);
}

/// <param name="Permissions">Empty: all that its owner has.</param>
/// <param name="Scopes">Empty: all that its owner has.</param>
/// <param name="Lifetime">More than nothing, at most a year.</param>
public sealed record NewKey(string Name, IReadOnlyList<string> Permissions, IReadOnlyList<string> Scopes, TimeSpan Lifetime);
