using System.Net;

namespace Qmtl.Console.Security;

/// <summary>Until sign-in exists the console listens on loopback addresses only: whoever reaches it may do everything.</summary>
public static class LoopbackOnly
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    private const string Advice = "This version has no sign-in and listens on loopback only: use 127.0.0.1, [::1] or localhost, and a tunnel (ssh -L) to reach it from elsewhere.";

    /// <summary>What the configured addresses have against them; empty when all are loopback.</summary>
    public static IEnumerable<string> Errors(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        foreach (var url in Split(configuration["urls"]))
        {
            if (!IsLoopback(url)) yield return $"urls is \"{url}\". {Advice}";
        }

        foreach (var endpoint in configuration.GetSection("Kestrel:Endpoints").GetChildren())
        {
            foreach (var url in Split(endpoint["Url"]))
            {
                if (!IsLoopback(url)) yield return $"{endpoint.Path}:Url is \"{url}\". {Advice}";
            }
        }

        // Ports alone mean every address of the machine; they count only where urls is not set.
        if (!string.IsNullOrWhiteSpace(configuration["urls"])) yield break;
        foreach (var name in new[] { "http_ports", "https_ports" })
        {
            if (!string.IsNullOrWhiteSpace(configuration[name])) yield return $"{name} is \"{configuration[name]}\", which means every address of the machine. {Advice} Set urls instead, for instance {DefaultUrl}.";
        }
    }

    /// <summary>Whether any address is configured; else <see cref="DefaultUrl"/> holds.</summary>
    public static bool NamesAddress(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return !string.IsNullOrWhiteSpace(configuration["urls"]) || configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
    }

    /// <summary>Whether an address of the server is reached from this machine only. A socket file is: the file system guards it.</summary>
    public static bool IsLoopback(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return false;
        }

        if (address.IsUnixPipe) return true;
        if (address.IsNamedPipe) return false;
        var host = address.Host.Trim('[', ']');
        // The server takes any other name, also one that resolves to a loopback address, for "every address".
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip));
    }

    private static string[] Split(string? urls) => urls?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
