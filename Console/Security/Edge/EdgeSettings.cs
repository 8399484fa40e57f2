using System.Net;
using Qmtl.Console.Security.Proxy;
using Qmtl.Console.Security.SignIn;

namespace Qmtl.Console.Security.Edge;

/// <summary>
/// Reads what decides which requests are taken, and refuses what would serve people without TLS, without a name of its own, or without sign-in beyond
/// this machine.
/// </summary>
public static class EdgeSettings
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>The options in force and everything that is wrong with them. Usable only without errors.</summary>
    public static (EdgeOptions Options, IReadOnlyList<string> Errors) Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var errors = new List<string>();
        var mode = ModeOf(configuration);
        var options = new EdgeOptions
        {
            Mode = mode,
            PublicOrigin = PublicOrigin.Parse(configuration["Http:PublicOrigin"]),
            TrustedProxies = ReadProxies(configuration, errors),
            Proxy = mode == SignInMode.Proxy ? ProxySettings.Read(configuration, errors) : null,
        };
        var listens = ListenAddress.Configured(configuration, errors);
        errors.AddRange(mode == SignInMode.Open ? OpenErrors(options, listens) : ServedErrors(options, listens));
        if (mode == SignInMode.OAuth) OAuth.OAuthSignInOptions.Read(configuration, errors);
        if (options.Proxy is { } proxy) errors.AddRange(ProxyErrors(options, proxy, listens));
        return (options, errors);
    }

    /// <summary>What is wrong with the addresses that the server really listens on, whoever configured them.</summary>
    public static IEnumerable<string> ListeningErrors(EdgeOptions options, IEnumerable<string> addresses)
    {
        ArgumentNullException.ThrowIfNull(options);
        // Of its certificate nothing is known here; the server itself refuses to start https without one.
        var listens = addresses.Select(address => ListenAddress.Parse("The server", address, hasCertificate: true)).OfType<ListenAddress>().ToArray();
        return options.Mode == SignInMode.Open ? OpenErrors(options, listens) : ServedErrors(options, listens);
    }

    /// <summary>Whether any address is configured; else <see cref="DefaultUrl"/> holds.</summary>
    public static bool NamesAddress(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return !string.IsNullOrWhiteSpace(configuration["urls"])
            || configuration.GetSection("Kestrel:Endpoints").GetChildren().Any()
            || !string.IsNullOrWhiteSpace(configuration["http_ports"])
            || !string.IsNullOrWhiteSpace(configuration["https_ports"]);
    }

    /// <summary>Anything that is no mode counts as the default here; the start refuses it by the setting's own check.</summary>
    private static SignInMode ModeOf(IConfiguration configuration) =>
        Enum.TryParse<SignInMode>(configuration["SignIn:Mode"]?.Trim(), ignoreCase: true, out var mode) && Enum.IsDefined(mode) ? mode : SignInMode.Local;

    private static TrustedProxies ReadProxies(IConfiguration configuration, List<string> errors)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in SettingList.Of(configuration, "Http:TrustedProxies"))
        {
            if (TrustedProxies.Parse(text) is not { } network) errors.Add($"Http:TrustedProxies holds \"{text}\": use an address (10.0.0.7) or a network (10.0.0.0/24).");
            else if (network.PrefixLength == 0) errors.Add($"Http:TrustedProxies holds \"{text}\", which is everybody. Name the proxy's own address.");
            else networks.Add(network);
        }

        return new(networks);
    }

    private static IEnumerable<string> OpenErrors(EdgeOptions options, IReadOnlyList<ListenAddress> listens)
    {
        const string Advice = "In mode Open nobody signs in, so it serves this machine alone: use 127.0.0.1, [::1] or localhost, and a tunnel (ssh -L) to reach it from elsewhere; or choose another SignIn:Mode.";
        foreach (var listen in listens.Where(listen => !listen.IsLoopback || listen.IsUnix)) yield return $"{listen.Source} is \"{listen.Text}\". {Advice}";
        if (options.PublicOrigin is { IsLoopback: false } origin) yield return $"Http:PublicOrigin is {origin}. {Advice}";
        if (!options.TrustedProxies.IsEmpty) yield return "Http:TrustedProxies is set, but mode Open refuses every forwarded request. Remove it, or choose another SignIn:Mode.";
    }

    private static IEnumerable<string> ServedErrors(EdgeOptions options, IReadOnlyList<ListenAddress> listens)
    {
        var origin = options.PublicOrigin;
        var proxied = !options.TrustedProxies.IsEmpty;
        foreach (var listen in listens.Where(listen => !listen.IsLoopback))
        {
            if (origin is null)
            {
                yield return $"{listen.Source} is \"{listen.Text}\", which others than this machine can reach, and Http:PublicOrigin is not set. Set it to the address that people open, for instance https://console.example.";
            }

            if (!listen.IsHttps && !proxied)
            {
                yield return $"{listen.Source} is \"{listen.Text}\": off this machine only TLS is served. Use https:// with a certificate (Kestrel:Certificates:Default:Path), or put a TLS proxy in front and name it in Http:TrustedProxies.";
            }

            if (listen is { IsHttps: true, HasCertificate: false })
            {
                yield return $"{listen.Source} is \"{listen.Text}\", and no certificate is set. Set Kestrel:Certificates:Default:Path and :KeyPath (PEM), or :Password (PFX).";
            }
        }

        if (proxied && origin is null) yield return "Http:TrustedProxies is set, and Http:PublicOrigin is not: behind a proxy the console must know its address as browsers see it, for instance https://console.example.";
        if (origin is not { IsLoopback: false }) yield break;
        if (!origin.IsHttps) yield return $"Http:PublicOrigin is {origin}: off this machine only TLS is served. Use https://.";
        if (!proxied && !listens.Any(listen => listen.IsHttps || listen.IsUnix))
        {
            yield return $"Http:PublicOrigin is {origin}, but nothing serves it: no address is https, and no TLS proxy is named in Http:TrustedProxies.";
        }
    }

    private static IEnumerable<string> ProxyErrors(EdgeOptions options, ProxyOptions proxy, IReadOnlyList<ListenAddress> listens)
    {
        var unix = listens.Any(listen => listen.IsUnix);
        if (options.PublicOrigin is null) yield return "SignIn:Mode is Proxy, and Http:PublicOrigin is not set. Set it to the address that people open, for instance https://console.example.";
        if (options.TrustedProxies.IsEmpty && !unix) yield return "SignIn:Mode is Proxy, but no peer would be believed. Name the proxy in Http:TrustedProxies, or listen on a Unix socket (--urls http://unix:/run/qmtl/console.sock).";
        if (options.TrustedProxies.HoldLoopback && proxy.Secret is null)
        {
            yield return $"Http:TrustedProxies holds a loopback address, and {ProxyOptions.Section}:Secret is not set: any program of this machine could pose as the proxy. Set it to at least {ProxyOptions.LeastSecret} random characters and let the proxy send it in {proxy.SecretHeader}, or listen on a Unix socket.";
        }
    }
}
