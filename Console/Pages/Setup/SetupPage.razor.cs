using Microsoft.AspNetCore.Components;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;

namespace Qmtl.Console.Pages.Setup;

public sealed partial class SetupPage
{
    private FirstRunState _state;
    private string? _problem;

    [Inject] private SignInOptions SignIn { get; set; } = default!;

    [Inject] private FirstRun FirstRun { get; set; } = default!;

    [Inject] private LocalSignIn Local { get; set; } = default!;

    [Inject] private NavigationManager Navigation { get; set; } = default!;

    [CascadingParameter] private HttpContext Http { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "setup", Name = "token")] private string? Token { get; set; }

    [SupplyParameterFromForm(FormName = "setup", Name = "user")] private string? User { get; set; }

    [SupplyParameterFromForm(FormName = "setup", Name = "name")] private string? DisplayName { get; set; }

    [SupplyParameterFromForm(FormName = "setup", Name = "password")] private string? Password { get; set; }

    protected override async Task OnInitializedAsync()
    {
        if (SignIn.Mode == SignInMode.Local) _state = await FirstRun.StateAsync(Http.RequestAborted);
    }

    private async Task SubmitAsync()
    {
        var client = SignInClient.Of(Http);
        try
        {
            if (await FirstRun.SetUpAsync(Token, User, DisplayName, Password, client.Address, client.CorrelationId, Http.RequestAborted) is var (problem, retry))
            {
                Refuse(problem, retry);
                return;
            }
        }
        catch (PasswordWorkBusyException busy)
        {
            Refuse(busy.Message, TimeSpan.FromSeconds(5));
            return;
        }

        var outcome = await Local.SignInAsync(User, Password, client, Http.RequestAborted);
        if (outcome.Token is { } token) SessionCookie.Write(Http.Response, token);
        Navigation.NavigateTo(outcome.Token is null ? "/sign-in" : "/", forceLoad: true);
    }

    private void Refuse(string problem, TimeSpan? retry)
    {
        _problem = problem;
        Http.Response.StatusCode = retry is null ? StatusCodes.Status400BadRequest : StatusCodes.Status429TooManyRequests;
        if (retry is { } wait) Http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString("0", System.Globalization.CultureInfo.InvariantCulture);
    }
}
