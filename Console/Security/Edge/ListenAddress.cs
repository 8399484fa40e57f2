namespace Qmtl.Console.Security.Edge;

/// <summary>An address that the server listens on.</summary>
/// <param name="Source">The setting that it comes from.</param>
/// <param name="Text">As it was written.</param>
/// <param name="IsLoopback">Whether this machine alone reaches it. A socket file counts: the file system guards it.</param>
/// <param name="IsUnix">Whether it is a Unix socket.</param>
/// <param name="IsHttps">Whether it is TLS.</param>
/// <param name="HasCertificate">Whether a certificate is configured for it.</param>
public sealed record ListenAddress(string Source, string Text, bool IsLoopback, bool IsUnix, bool IsHttps, bool HasCertificate)
{
    /// <summary>The addresses that the settings name; what cannot be read is added to the errors.</summary>
    public static IReadOnlyList<ListenAddress> Configured(IConfiguration configuration, ICollection<string> errors)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(errors);
        var hasDefault = HasCertificateIn(configuration.GetSection("Kestrel:Certificates:Default"));
        var listens = new List<ListenAddress>();
        void Add(string source, string url, bool hasCertificate)
        {
            if (Parse(source, url, hasCertificate) is { } listen) listens.Add(listen);
            else errors.Add($"{source} is \"{url}\", which is no address. Use for instance {EdgeSettings.DefaultUrl}.");
        }

        foreach (var url in Split(configuration["urls"])) Add("urls", url, hasDefault);
        foreach (var endpoint in configuration.GetSection("Kestrel:Endpoints").GetChildren())
        {
            var own = HasCertificateIn(endpoint.GetSection("Certificate")) || endpoint.GetSection("Sni").GetChildren().Any();
            foreach (var url in Split(endpoint["Url"])) Add($"{endpoint.Path}:Url", url, own || hasDefault);
        }

        // Ports alone mean every address of the machine; they count only where urls is not set.
        if (!string.IsNullOrWhiteSpace(configuration["urls"])) return listens;
        foreach (var (name, scheme) in new[] { ("http_ports", "http"), ("https_ports", "https") })
        {
            foreach (var port in Split(configuration[name])) Add(name, $"{scheme}://*:{port}", hasDefault);
        }

        return listens;
    }

    /// <summary>The address, or null when it cannot be read.</summary>
    public static ListenAddress? Parse(string source, string url, bool hasCertificate)
    {
        ArgumentNullException.ThrowIfNull(url);
        try
        {
            var address = BindingAddress.Parse(url);
            var isHttps = address.Scheme.Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase);
            // The server takes any other name, also one that resolves to a loopback address, for "every address".
            var isLoopback = address.IsUnixPipe || (!address.IsNamedPipe && LoopbackNames.IsLoopback(address.Host));
            return new(source, url, isLoopback, address.IsUnixPipe, isHttps, hasCertificate);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool HasCertificateIn(IConfigurationSection section) => section["Path"] is { Length: > 0 } || section["Subject"] is { Length: > 0 };

    private static string[] Split(string? urls) => urls?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
