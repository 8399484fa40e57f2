using Qmtl.Console.Api;
using Qmtl.Console.Security.Guards;

namespace Qmtl.Console.Security.Accounts;

/// <summary>Hands an executor what the executed plan made, once.</summary>
internal static class SecretEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapPost("/plans/{id}/password-link", Take).WithName("PlanPasswordLink").RequirePermission(Qmtl.Shared.Rail.Permissions.AccountsChange).WithTags("Plans")
            .WithSummary("The password link that a plan made: once, for its executor")
            .WithDescription("After account.add or account.password-link was executed: answered once, within 15 minutes, to the session or key that executed the plan.")
            .Produces<PasswordLinkAnswer>().ProducesProblem(403).ProducesProblem(404);

    /// <param name="Link">Full address; the token stands behind "#".</param>
    /// <param name="Until">It counts once, until then.</param>
    internal sealed record PasswordLinkAnswer(string UserName, string Link, DateTimeOffset Until);

    private static IResult Take(string id, HttpContext http, ICurrentCaller current, OneTimeSecrets secrets, PublicAddress address)
    {
        http.Response.Headers.CacheControl = "no-store";
        return secrets.Take(current.Caller, id) is { } secret
            ? TypedResults.Json(new PasswordLinkAnswer(secret.UserName, address.Of(http) + secret.Path, secret.Until), ApiJson.Options)
            : ApiProblem.NotFound("No password link of this plan waits for you: it was shown, it is older than 15 minutes, somebody else executed the plan, or it made none.", "Plan account.password-link for another one.");
    }
}
