using Microsoft.AspNetCore.Components;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.SignIn;

namespace Qmtl.Console.Pages.SignIn;

public sealed partial class PasswordLinkPage
{
    private string? _problem;
    private bool _isSet;

    [Inject] private PasswordLinks Links { get; set; } = default!;

    [CascadingParameter] private HttpContext Http { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "password", Name = "token")] private string? Token { get; set; }

    [SupplyParameterFromForm(FormName = "password", Name = "password")] private string? Password { get; set; }

    [SupplyParameterFromForm(FormName = "password", Name = "again")] private string? Again { get; set; }

    private async Task SubmitAsync()
    {
        if (Password != Again)
        {
            Refuse("The two passwords are not the same.");
            return;
        }

        var client = SignInClient.Of(Http);
        try
        {
            if (await Links.UseAsync(Token?.Trim() ?? "", Password, client.Address, client.CorrelationId, Http.RequestAborted) is { } problem) Refuse(problem);
            else _isSet = true;
        }
        catch (PasswordWorkBusyException busy)
        {
            Refuse(busy.Message);
            Http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        }
    }

    private void Refuse(string problem)
    {
        _problem = problem;
        Http.Response.StatusCode = StatusCodes.Status400BadRequest;
    }
}
