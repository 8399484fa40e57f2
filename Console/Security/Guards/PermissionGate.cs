using Microsoft.AspNetCore.Components.Endpoints;
using Qmtl.Console.Api.Rail;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Guards;

/// <summary>
/// Before an end point is entered: does the caller hold its permission. A page is entered all the same and says itself that it cannot be shown, with
/// the frame around it; its answer carries the status.
/// </summary>
public sealed class PermissionGate(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http, IAuthorizer authorizer)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(authorizer);
        if (http.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<RequirePermissionAttribute>() is not { Permission: var permission })
        {
            await next(http);
            return;
        }

        var caller = http.User.FindCaller() ?? CallerPrincipal.Nobody;
        if (authorizer.ScopesOf(caller, permission) is { Count: > 0 })
        {
            await next(http);
            return;
        }

        try
        {
            await authorizer.RequireAsync(caller, permission, null, $"{http.Request.Method} {http.Request.Path}", http.RequestAborted);
        }
        catch (PermissionDeniedException denied)
        {
            if (endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is null)
            {
                await RailProblems.Of(denied)!.ExecuteAsync(http);
                return;
            }

            http.Response.StatusCode = StatusCodes.Status403Forbidden;
        }

        await next(http);
    }
}
