using System.Net;

namespace Qmtl.Console.Security.Edge;

/// <summary>The console's address as browsers see it. Setting <c>Http:PublicOrigin</c>.</summary>
public sealed record PublicOrigin
{
    private PublicOrigin(Uri uri)
    {
        Scheme = uri.Scheme;
        Host = uri.IsDefaultPort ? new HostString(HostOf(uri)) : new HostString(HostOf(uri), uri.Port);
        IsLoopback = LoopbackNames.IsLoopback(Host.Host);
        Text = $"{Scheme}://{Host.Value}";
    }

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public string Scheme { get; }

    /// <summary>Host, and port when it is not the scheme's own.</summary>
    public HostString Host { get; }

    public bool IsLoopback { get; }

    public bool IsHttps => Scheme == Uri.UriSchemeHttps;

    /// <summary>As browsers write it into the header <c>Origin</c>, for instance <c>https://console.example</c>.</summary>
    public string Text { get; }

    /// <summary>The origin, or null when the text is none.</summary>
    public static PublicOrigin? Parse(string? text) =>
        Uri.TryCreate(text?.Trim(), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri is { PathAndQuery: "/", UserInfo: "", Fragment: "", Host.Length: > 0 }
            ? new(uri)
            : null;

    /// <summary>Whether a <c>Host</c> header names this origin; the scheme's own port may be written or left out.</summary>
    public bool Names(HostString host) =>
        string.Equals(host.Host, Host.Host, StringComparison.OrdinalIgnoreCase) && PortOf(host) == PortOf(Host);

    /// <summary>Link to a page of this console, for notifications.</summary>
    public string LinkTo(string path) => Text + path;

    public override string ToString() => Text;

    private int PortOf(HostString host) => host.Port ?? (IsHttps ? 443 : 80);

    private static string HostOf(Uri uri) =>
        IPAddress.TryParse(uri.IdnHost, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{ip}]" : uri.IdnHost.ToLowerInvariant();
}
