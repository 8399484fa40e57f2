using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security;

/// <summary>
/// What the framework says about who is behind a circuit or a page that it renders. The first to be named stays: a circuit belongs to the session that
/// opened it, and another one that reconnects to it makes it <see cref="IsForeign"/>.
/// </summary>
public sealed class CallerState : AuthenticationStateProvider, IHostEnvironmentAuthenticationStateProvider
{
    private Task<AuthenticationState>? _state;

    /// <summary>Null before the framework has said anything, as in a plain request.</summary>
    public Caller? Caller { get; private set; }

    /// <summary>Whether another session or identity came back to this circuit than opened it.</summary>
    public bool IsForeign { get; private set; }

    /// <summary>Raised when <see cref="IsForeign"/> becomes true.</summary>
    public event Action? BecameForeign;

    public override Task<AuthenticationState> GetAuthenticationStateAsync() => _state ?? Task.FromResult(new AuthenticationState(new ClaimsPrincipal()));

    public void SetAuthenticationState(Task<AuthenticationState> authenticationStateTask)
    {
        ArgumentNullException.ThrowIfNull(authenticationStateTask);

        // The framework hands over what it already knows: the task is complete.
        var caller = authenticationStateTask.GetAwaiter().GetResult().User.FindCaller() ?? CallerPrincipal.Nobody;
        if (Caller is null)
        {
            Caller = caller;
            _state = authenticationStateTask;
            NotifyAuthenticationStateChanged(authenticationStateTask);
            return;
        }

        if (caller.SessionId == Caller.SessionId && caller.UserId == Caller.UserId) return;
        IsForeign = true;
        BecameForeign?.Invoke();
    }
}
