using Microsoft.AspNetCore.Components;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;

namespace Qmtl.Console.Pages.SignIn;

public sealed partial class SignInPage
{
    private string? _ended;
    private Session? _current;

    [Inject] private SignInOptions SignIn { get; set; } = default!;

    [Inject] private ISessions Sessions { get; set; } = default!;

    [CascadingParameter] private HttpContext Http { get; set; } = default!;

    [SupplyParameterFromQuery] private string? ReturnUrl { get; set; }

    protected override void OnInitialized()
    {
        if (Http.User.FindCaller() is { } caller) _current = Sessions.Find(caller.SessionId);

        // Says why somebody who was signed in stands here.
        if (SessionCookie.Read(Http.Request) is { } token) _ended = Sessions.WhyEnded(Secrets.Hash(token));
    }
}
