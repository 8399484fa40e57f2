using System.Globalization;
using Microsoft.Extensions.Configuration;
using Qmtl.ControlBus.Sources;

namespace Qmtl.ControlBus.Http;

/// <summary>Reads and checks the settings of the Gateway's event stream.</summary>
internal static class GatewaySettings
{
    public const string UrlKey = "Gateway:Url";
    public const string HostsKey = "Gateway:AllowedStreamHosts";
    public const string WorldsKey = "ControlBus:Gateway:Worlds";
    public const string MaxWorldsKey = "ControlBus:Gateway:MaxWorlds";
    public const string TokenlessKey = "ControlBus:Gateway:TokenlessStream";
    private const int MostWorlds = 1_000;

    /// <summary>Call after <see cref="Errors"/> found nothing.</summary>
    public static GatewayStreamOptions Of(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var url = new Uri(configuration[UrlKey]!.Trim());
        return new()
        {
            Url = new UriBuilder(url.Scheme, url.Host, url.IsDefaultPort ? -1 : url.Port, url.AbsolutePath.TrimEnd('/') + "/").Uri,
            Credentials = url.UserInfo.Length > 0 ? Uri.UnescapeDataString(url.UserInfo) : null,
            Worlds = [.. ControlSources.Values(configuration, WorldsKey).Distinct(StringComparer.Ordinal)],
            MaxWorlds = Most(configuration) ?? GatewayStreamOptions.DefaultMaxWorlds,
            AllowedStreamHosts = [.. ControlSources.Values(configuration, HostsKey).Select(StreamHost.Parse).OfType<StreamHost>()],
            TokenlessStream = bool.TryParse(configuration[TokenlessKey], out var tokenless) && tokenless,
        };
    }

    /// <summary>What is wrong, in words; empty when nothing is.</summary>
    public static IEnumerable<string> Errors(IConfiguration configuration, bool isSource)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        foreach (var host in ControlSources.Values(configuration, HostsKey).Where(host => StreamHost.Parse(host) is null))
        {
            yield return $"{HostsKey} names \"{host}\": use a host or host:port without scheme and path, for instance {HostsKey}:0=stream.example:8443.";
        }

        var worlds = ControlSources.Values(configuration, WorldsKey).Distinct(StringComparer.Ordinal).ToArray();
        var most = Most(configuration);
        if (configuration[MaxWorldsKey] is { Length: > 0 } text && (most is null or < 1 or > MostWorlds))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{MaxWorldsKey} is \"{text}\": use a whole number from 1 to {MostWorlds}; each world takes a socket.");
        }
        else if (worlds.Length > (most ?? GatewayStreamOptions.DefaultMaxWorlds))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{WorldsKey} names {worlds.Length} worlds, but at most {most ?? GatewayStreamOptions.DefaultMaxWorlds} are read. Name fewer or raise {MaxWorldsKey}.");
        }

        var tokenless = bool.TryParse(configuration[TokenlessKey], out var isTokenless) && isTokenless;
        if (tokenless && worlds.Length > 0) yield return $"{TokenlessKey} is true and {WorldsKey} names worlds, but the token-less stream carries every world. Remove one of the two.";
        if (isSource) yield break;
        foreach (var key in new[] { WorldsKey, MaxWorldsKey, TokenlessKey, HostsKey }.Where(key => ControlSources.Values(configuration, key).Any()))
        {
            yield return $"{key} is set, but no events are read from a Gateway. Name gateway in ControlBus:Sources, and its address in {UrlKey}, or remove it.";
        }
    }

    private static int? Most(IConfiguration configuration) =>
        int.TryParse(configuration[MaxWorldsKey], NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : null;
}
