using Microsoft.AspNetCore.Components;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;

namespace Qmtl.Console.Pages.SignIn;

public sealed partial class SignInPage
{
    private string? _ended;
    private Session? _current;
    private bool _isFirstRun;

    [Inject] private SignInOptions SignIn { get; set; } = default!;

    [Inject] private ISessions Sessions { get; set; } = default!;

    [Inject] private FirstRun FirstRun { get; set; } = default!;

    [CascadingParameter] private HttpContext Http { get; set; } = default!;

    [SupplyParameterFromQuery] private string? ReturnUrl { get; set; }

    protected override async Task OnInitializedAsync()
    {
        if (Http.User.FindCaller() is { } caller) _current = Sessions.Find(caller.SessionId);

        // Says why somebody who was signed in stands here.
        if (SessionCookie.Read(Http.Request) is { } token) _ended = Sessions.WhyEnded(Secrets.Hash(token));
        if (SignIn.Mode == SignInMode.Local) _isFirstRun = await FirstRun.StateAsync(Http.RequestAborted) != FirstRunState.Done;
    }
}
