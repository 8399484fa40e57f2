using System.Net;

namespace Qmtl.Console.Security;

/// <summary>
/// Answers only requests that name this machine: a foreign page can point its own name at 127.0.0.1 (DNS rebinding) and would else read everything
/// here. The host of <c>Http:PublicOrigin</c> is taken too, for a proxy in front.
/// </summary>
public sealed class HostGuard(RequestDelegate next, IConfiguration configuration)
{
    private readonly string? _publicHost = Uri.TryCreate(configuration["Http:PublicOrigin"], UriKind.Absolute, out var origin) ? origin.Host : null;

    public Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (IsOurs(http.Request.Host.Host)) return next(http);
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(
            "The console answers only requests to localhost, 127.0.0.1 and [::1].\n" +
            "This one named another host in its Host header. Open the console by one of these names; behind a proxy set Http:PublicOrigin.\n",
            http.RequestAborted);
    }

    private bool IsOurs(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip))
        || (_publicHost is not null && host.Equals(_publicHost, StringComparison.OrdinalIgnoreCase));
}
