using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Qmtl.Console.Api;

namespace Qmtl.Console.Security.Edge;

/// <summary>
/// First in the pipeline: refuses what <see cref="EdgeRules"/> and <see cref="OriginRules"/> refuse, and puts scheme, host and client address of the
/// rest as the browser saw them, for everything that comes after.
/// </summary>
public sealed class EdgeGuard(RequestDelegate next, EdgeOptions options, EdgeDenials denials)
{
    private static readonly string Hsts = string.Create(CultureInfo.InvariantCulture, $"max-age={(long)TimeSpan.FromDays(365).TotalSeconds}");

    public async Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var request = http.Request;
        var verdict = EdgeRules.Judge(options, EdgeFacts.Read(http));
        if (verdict.Refusal is { } refusal)
        {
            await RefuseAsync(http, refusal);
            return;
        }

        request.Scheme = verdict.Scheme;
        request.Host = verdict.Host;
        http.Connection.RemoteIpAddress = verdict.Client;
        var own = $"{verdict.Scheme}://{verdict.Host.Value}";
        http.Features.Set(new EdgeFacts(verdict.Client, verdict.ByProxy, own));
        // Browsers keep it for the name; a loopback name is everybody's.
        if (request.IsHttps && !LoopbackNames.IsLoopback(verdict.Host.Host)) http.Response.Headers.StrictTransportSecurity = Hsts;

        string[] origins = options.PublicOrigin is { } origin && origin.Text != own ? [own, origin.Text] : [own];
        if (OriginRules.Judge(request.Method, request.Path, IsUpgrade(http), request.Headers.Authorization, request.Headers.Origin, origins) is { } foreign)
        {
            await RefuseAsync(http, foreign);
            return;
        }

        await next(http);
    }

    private async Task RefuseAsync(HttpContext http, EdgeRefusal refusal)
    {
        await denials.RecordAsync(http, refusal);
        await RefusalAnswer.WriteAsync(http, refusal);
    }

    /// <summary>
    /// Whether it asks to become a socket. "Connection: upgrade" alone does not: nginx, as it is mostly set up, sends that with every request, and no
    /// socket opens without the header Upgrade.
    /// </summary>
    private static bool IsUpgrade(HttpContext http) =>
        http.Request.Headers.Upgrade.Count > 0
        || http.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect == true;
}

/// <summary>Writes a refusal: problem details to programs, words to people.</summary>
public static class RefusalAnswer
{
    public static async Task WriteAsync(HttpContext http, EdgeRefusal refusal)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(refusal);
        http.Response.Headers.CacheControl = "no-store";
        // What was not read of the body would be taken for the next request.
        if (HttpProtocol.IsHttp11(http.Request.Protocol)) http.Response.Headers.Connection = "close";
        if (http.Request.Path.StartsWithSegments("/api"))
        {
            await ApiProblem.Of(refusal.Status, refusal.Code, refusal.Title, refusal.Detail, refusal.Where, refusal.Advice).ExecuteAsync(http);
            return;
        }

        http.Response.StatusCode = refusal.Status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync($"{refusal.Title}.\n{refusal.Detail}\n{refusal.Advice}\n", http.RequestAborted);
    }
}
