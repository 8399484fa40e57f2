using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.Security.Edge;

namespace Qmtl.Console.Security;

/// <summary>Puts the security headers on every answer. Scripts come from here alone; the import map is let through by its hash.</summary>
public sealed class SecurityHeaders(RequestDelegate next, IEnumerable<EndpointDataSource> endpoints, EdgeOptions edge)
{
    // Browsers ask the policy about a form's redirects too, and signing out may end at the proxy's own address.
    private readonly string _formTargets = edge.Proxy?.SignOutUrl is { } url && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
        ? "'self' " + uri.GetLeftPart(UriPartial.Authority)
        : "'self'";

    private static readonly ConditionalWeakTable<ImportMapDefinition, string> Hashes = [];

    // A request that no page answers still ends in one, the not-found page: its import map is that of every other page.
    private readonly Lazy<ImportMapDefinition?> _map = new(() => endpoints
        .SelectMany(source => source.Endpoints)
        .Select(endpoint => endpoint.Metadata.GetMetadata<ImportMapDefinition>())
        .FirstOrDefault(map => map is not null));

    public Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy(_map.Value);
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        return next(http);
    }

    private string Policy(ImportMapDefinition? map) =>
        "default-src 'self'; " +
        $"script-src 'self'{(map is null ? "" : $" '{Hashes.GetValue(map, HashOf)}'")}; " +
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; " +
        $"base-uri 'self'; form-action {_formTargets}; frame-ancestors 'none'";

    /// <summary>Hash of the script element's text, with the line ends that an HTML parser makes of it.</summary>
    private static string HashOf(ImportMapDefinition map) =>
        "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(map.ToString().ReplaceLineEndings("\n"))));
}
