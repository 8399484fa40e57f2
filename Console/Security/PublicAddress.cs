namespace Qmtl.Console.Security;

/// <summary>The console's address as browsers see it, for links that leave a page: <c>Http:PublicOrigin</c>, else where the request came to.</summary>
public sealed class PublicAddress(Edge.EdgeOptions edge)
{
    private readonly string? _origin = edge.PublicOrigin?.Text;

    /// <summary>Scheme and authority, no slash at the end.</summary>
    public string Of(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return _origin ?? $"{http.Request.Scheme}://{http.Request.Host.Value}";
    }

    /// <summary>The same for a page, from its base address.</summary>
    public string Of(string baseUri)
    {
        ArgumentNullException.ThrowIfNull(baseUri);
        return _origin ?? baseUri.TrimEnd('/');
    }
}
