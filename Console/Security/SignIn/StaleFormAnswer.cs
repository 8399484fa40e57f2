using Microsoft.AspNetCore.Antiforgery;

namespace Qmtl.Console.Security.SignIn;

/// <summary>Answers forms whose antiforgery token does not count: another session's, an old one, or none. Right after the framework has looked.</summary>
public sealed class StaleFormAnswer(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: false }) return next(http);
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsync(
            """
            <!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>The form is too old · Qmtl.Console</title>
            <h1>The form is too old</h1>
            <p>It belongs to another session, or to one that has ended: perhaps you signed in or out in another tab. Nothing was done.</p>
            <p><a href="/">Open the console again</a> and repeat what you wanted.</p></html>
            """,
            http.RequestAborted);
    }
}
