using Microsoft.AspNetCore.Mvc;
using Qmtl.Console.Api;
using Qmtl.Console.Security.Edge;
using Qmtl.Console.Security.Guards;
using Qmtl.Console.Security.Sessions;
using Qmtl.Operations.ReadOnly;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.SignIn;

/// <summary>Signing out, choosing a demo user, and what a session may do.</summary>
internal static class SignInEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        // Forms: the framework checks their antiforgery tokens, because they have form parameters.
        routes.MapPost("/sign-out", SignOutAsync).ExcludeFromDescription().AllowAnonymous();
        ProviderRegistration.MapOAuth(routes);
        routes.MapPost("/sign-in/demo", DemoAsync).ExcludeFromDescription().AllowAnonymous();
    }

    public static void MapApi(RouteGroupBuilder api) =>
        api.MapGet("/session", SessionAnswer.Of).WithName("Session").RequireSignedInOnly().WithTags("Session").WithSummary("Who the caller is and what the caller may do")
            .WithDescription("For each permission that is held, where: null is everywhere, else a list of scopes such as world:crypto.")
            .Produces<SessionAnswer>().ProducesProblem(401);

    private static async Task<IResult> SignOutAsync([FromForm] string? returnUrl, HttpContext http, ISessions sessions, SecurityAudit audit, EdgeOptions edge)
    {
        if (http.User.FindCaller() is { Kind: CallerKind.Person } caller && sessions.Find(caller.SessionId) is not null)
        {
            await sessions.EndAsync(caller.SessionId, SessionEndCause.SignedOut, CancellationToken.None);
            await audit.TellAsync(caller, SecurityAudit.SignOut, caller.UserId, "done", null, CancellationToken.None);
        }

        SessionCookie.Delete(http.Response);
        // The proxy would sign in again whoever comes back: its own session must end, and only it can do that.
        if (edge.Proxy?.SignOutUrl is { } proxy) return Results.Redirect(proxy);
        return Results.LocalRedirect("~/sign-in" + (returnUrl is null || LocalPath.OrRoot(returnUrl) == "/" ? "" : "?returnUrl=" + Uri.EscapeDataString(LocalPath.OrRoot(returnUrl))));
    }

    private static async Task<IResult> DemoAsync([FromForm] string user, [FromForm] string? returnUrl, HttpContext http, SignInOptions options, ISessions sessions, SecurityAudit audit)
    {
        if (options.Mode != SignInMode.Open) return ApiProblem.NotFound("There are demo users in mode Open only.", "Sign in at /sign-in.");
        if (OpenUsers.Find(user) is not { } demo) return ApiProblem.BadQuery("user", $"There is no demo user \"{user}\".", $"Use {string.Join(", ", OpenUsers.All.Select(known => known.UserId))}.");
        if (http.User.FindCaller() is { } before) await sessions.EndAsync(before.SessionId, SessionEndCause.SignedOut, CancellationToken.None);
        var client = SignInClient.Of(http);
        try
        {
            var (session, token) = await sessions.BeginAsync(new NewSession(demo.UserId, demo.Name, demo.Role, []) { Address = client.Address, Client = client.Client }, http.RequestAborted);
            SessionCookie.Write(http.Response, token);
            await audit.TellAsync(LocalSignIn.CallerOf(session, client), SecurityAudit.SignIn, demo.UserId, "done", client.Client, CancellationToken.None);
        }
        catch (SessionsFullException full)
        {
            return ApiProblem.Of(StatusCodes.Status503ServiceUnavailable, "SESSIONS_FULL", "No further session can begin", full.Message, "console", "Sign out elsewhere first.");
        }

        return Results.LocalRedirect("~" + LocalPath.OrRoot(returnUrl));
    }
}

/// <summary>Who the caller is, and the manifest of what the caller may do.</summary>
/// <param name="Kind"><c>person</c> or <c>apiKey</c>.</param>
/// <param name="Role">Null when it is not known.</param>
/// <param name="Permissions">By name, where each is held; null is everywhere. Those that are not held are missing.</param>
/// <param name="ReadOnly">Whether the console is read-only now: then no change is granted, whoever holds its permission, but turning that off and ending one's own sessions and keys.</param>
internal sealed record SessionAnswer(
    string UserId, string Name, CallerKind Kind, string? Role, DateTimeOffset? EndsAt, IReadOnlyDictionary<string, IReadOnlyCollection<string>?> Permissions, bool ReadOnly)
{
    /// <summary>Tells sessions apart without naming them.</summary>
    public string Session { get; init; } = "";

    public static IResult Of(HttpContext http, ICurrentCaller current, AccessDirectory directory, IAuthorizer authorizer, IReadOnlySwitch state)
    {
        var caller = current.Caller;
        var standing = directory.Find(caller.SessionId);
        var held = Shared.Rail.Permissions.All
            .Select(permission => (permission, scopes: authorizer.ScopesOf(caller, permission)))
            .Where(pair => pair.scopes is not { Count: 0 })
            .ToDictionary(pair => pair.permission, pair => (IReadOnlyCollection<string>?)pair.scopes?.Order(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);
        http.Response.Headers.CacheControl = "no-store";
        var ends = standing is null || standing.UntilTicks == long.MaxValue ? (DateTimeOffset?)null : new DateTimeOffset(standing.UntilTicks, TimeSpan.Zero);
        var role = standing?.Rights.Role ?? (caller.SessionId == OpenUsers.SharedSessionId ? OpenUsers.Default.Role : null);
        return TypedResults.Json(new SessionAnswer(caller.UserId, caller.Name, caller.Kind, role, ends, held, state.IsOn) { Session = Circuits.SessionMark.Of(caller.SessionId) }, ApiJson.Options);
    }
}
