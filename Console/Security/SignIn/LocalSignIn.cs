using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Sessions;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.SignIn;

/// <summary>Where a sign-in comes from.</summary>
/// <param name="Address">After trusted proxies were taken away.</param>
/// <param name="Client">Browser and system in words.</param>
public sealed record SignInClient(string? Address, string Client, string CorrelationId)
{
    public static SignInClient Of(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var address = http.Connection.RemoteIpAddress;
        return new((address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString(), SessionWords.Client(http.Request.Headers.UserAgent.ToString()), Correlation.Of(http.Request));
    }
}

/// <summary>How a sign-in ended.</summary>
/// <param name="Token">For the cookie; null when it was refused.</param>
/// <param name="Problem">Why it was refused, for the person; it does not tell whether the account exists.</param>
/// <param name="RetryAfter">How long to wait; null when waiting does not matter.</param>
public sealed record SignInOutcome(string? Token, string Problem = "", TimeSpan? RetryAfter = null);

/// <summary>Signs people in by name and password.</summary>
internal sealed class LocalSignIn(AccountStore accounts, PasswordWork passwords, SignInBackOff backOff, ISessions sessions, SecurityAudit audit)
{
    private const string Wrong = "User name and password do not fit together.";

    public async Task<SignInOutcome> SignInAsync(string? user, string? password, SignInClient client, CancellationToken cancellation)
    {
        var name = AccountNames.Normal(user) ?? "";
        if (backOff.Wait(name, client.Address) is var wait && wait > TimeSpan.Zero)
        {
            await FailedAsync(name, client, "asked again before the time that it was told to wait", cancellation);
            return new(null, $"Too many attempts failed. Try again in {Math.Ceiling(wait.TotalSeconds):0} s.", wait);
        }

        // Too long a password costs nothing and tells nothing: no account can have it.
        var account = name.Length == 0 ? null : await accounts.FindAsync(name, cancellation);
        bool fits;
        try
        {
            fits = await passwords.VerifyAsync(Bounded(password), account?.PasswordHash, cancellation);
        }
        catch (PasswordWorkBusyException busy)
        {
            return new(null, busy.Message, TimeSpan.FromSeconds(5));
        }

        if (!fits || account is null || account.IsDisabled)
        {
            backOff.Failed(name, client.Address);
            await FailedAsync(account is null ? "" : name, client, account is null ? "no such account" : !fits ? "wrong password" : "the account is disabled", cancellation);

            // Only who knows the password hears that the account is disabled.
            return new(null, fits && account is { IsDisabled: true } ? "This account is disabled. An administrator can enable it again on the Access page." : Wrong);
        }

        backOff.Succeeded(name, client.Address);
        try
        {
            var (session, token) = await sessions.BeginAsync(new NewSession(account.UserId, account.Name, null, []) { Address = client.Address, Client = client.Client }, cancellation);
            await audit.TellAsync(CallerOf(session, client), SecurityAudit.SignIn, account.UserId, "done", client.Client, cancellation);
            return new(token);
        }
        catch (SessionsFullException full)
        {
            return new(null, full.Message);
        }
    }

    internal static Caller CallerOf(Session session, SignInClient client) => new()
    {
        UserId = session.UserId,
        Name = session.Name,
        Kind = CallerKind.Person,
        SessionId = session.Id,
        Address = client.Address,
        CorrelationId = client.CorrelationId,
    };

    private static string Bounded(string? password) => password is null ? "" : password.Length <= PasswordRules.Longest ? password : password[..PasswordRules.Longest] + "…";

    /// <summary>Names only accounts that exist: what was typed in the field may be a password.</summary>
    private Task FailedAsync(string name, SignInClient client, string why, CancellationToken cancellation)
    {
        var caller = CallerPrincipal.Nobody with { Address = client.Address, CorrelationId = client.CorrelationId };
        return audit.TellAsync(caller, SecurityAudit.SignInFailed, name.Length > 0 ? Account.UserIdPrefix + name : "an account that does not exist", "denied", why, cancellation);
    }
}
