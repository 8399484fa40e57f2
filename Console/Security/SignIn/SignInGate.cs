using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.StaticAssets;
using Qmtl.Console.Api;

namespace Qmtl.Console.Security.SignIn;

/// <summary>
/// Lets nobody in who is not signed in, but to what is marked open: sign-in, set-up, health, static files. Pages send people to the sign-in page;
/// everything else is answered 401.
/// </summary>
public sealed class SignInGate(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.User.FindCaller() is not null || IsOpen(http.GetEndpoint())) return next(http);
        if (IsPage(http.Request))
        {
            http.Response.Redirect($"/sign-in?returnUrl={Uri.EscapeDataString(http.Request.Path + http.Request.QueryString)}");
            return Task.CompletedTask;
        }

        var why = http.Features.Get<RefusedKey>()?.Why;
        http.Response.Headers.WWWAuthenticate = "Bearer";
        return ApiProblem.Of(
            StatusCodes.Status401Unauthorized, "NOT_SIGNED_IN", "You are not signed in", why ?? "The request carries neither a key nor a session that stands.", "header Authorization",
            "Send a key as \"Authorization: Bearer qmtl_…\"; keys are made on the page /account. In a browser, sign in at /sign-in.").ExecuteAsync(http);
    }

    private static bool IsOpen(Endpoint? endpoint) =>
        endpoint is not null && (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null || endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null);

    /// <summary>A browser that opens a page, and no program: programs want an answer that says what is wrong.</summary>
    private static bool IsPage(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.Headers.Authorization.Count == 0
        && !request.Path.StartsWithSegments("/api") && !request.Path.StartsWithSegments("/hubs") && !request.Path.StartsWithSegments("/openapi")
        && !request.Path.StartsWithSegments("/_blazor") && !request.Path.StartsWithSegments("/metrics");
}
