namespace Qmtl.ControlBus.Http;

/// <summary>Where a stream is read. Pure: the descriptor proposes, the settings decide.</summary>
/// <param name="Url">Scheme <c>ws</c> or <c>wss</c> as <c>Gateway:Url</c> has it, without credentials.</param>
/// <param name="Note">What was not done as the descriptor said, in words; empty when all was.</param>
/// <param name="Advice">What to do about it; empty when nothing.</param>
internal sealed record StreamAddress(Uri Url, string Note = "", string Advice = "")
{
    public const string Path = "/ws/evt";
    public const string TokenlessPath = "/ws";
    private const int MaxLength = 2_048;

    /// <summary>The address of a descriptor's <c>stream_url</c>, or the Gateway's own where that may not be used.</summary>
    public static StreamAddress Of(Uri gateway, IReadOnlyList<StreamHost> allowed, string streamUrl)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        ArgumentNullException.ThrowIfNull(allowed);
        ArgumentNullException.ThrowIfNull(streamUrl);
        // Uri takes a path for a file.
        if (streamUrl.Length > MaxLength || streamUrl.StartsWith('/') || !Uri.TryCreate(streamUrl, UriKind.Absolute, out var named)
            || named.Scheme is not ("ws" or "wss" or "http" or "https") || named.Host.Length == 0)
        {
            return new(OwnOf(gateway, Path), $"The descriptor's stream_url \"{Words.Short(streamUrl, 80)}\" is no address of a WebSocket; the Gateway's own address is used.");
        }

        var isGateways = string.Equals(named.Host, gateway.Host, StringComparison.OrdinalIgnoreCase);
        var entry = allowed.FirstOrDefault(host => host.Covers(named));
        if (!isGateways && entry is null)
        {
            var other = named.IsDefaultPort ? named.Host : named.Authority;
            return new(
                OwnOf(gateway, named.PathAndQuery),
                $"The descriptor names the host {Words.Short(other, 100)}, which is not allowed; the Gateway's own address is used.",
                "Nothing to do while events come. Else let the Gateway's events.stream_url name a host that can be reached, and add it to Gateway:AllowedStreamHosts when it is not the Gateway's.");
        }

        // A port that is not written belongs to the descriptor's scheme, which is not the one that is used.
        var port = !named.IsDefaultPort ? named.Port : isGateways ? gateway.Port : entry!.Port ?? -1;
        var url = new UriBuilder(SchemeOf(gateway), named.Host, port) { Path = named.AbsolutePath, Query = named.Query }.Uri;
        var isOtherScheme = (named.Scheme is "wss" or "https") != (gateway.Scheme == Uri.UriSchemeHttps);
        return new(url, isOtherScheme ? $"The descriptor says {named.Scheme}; {url.Scheme} is used, as Gateway:Url is {gateway.Scheme}." : "");
    }

    /// <summary>A path on the Gateway's own address, below the path that <c>Gateway:Url</c> has.</summary>
    public static Uri OwnOf(Uri gateway, string pathAndQuery)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        ArgumentNullException.ThrowIfNull(pathAndQuery);
        var prefix = gateway.AbsolutePath.TrimEnd('/');
        if (prefix.Length > 0 && pathAndQuery.StartsWith(prefix + "/", StringComparison.Ordinal)) prefix = "";
        var query = pathAndQuery.IndexOf('?', StringComparison.Ordinal);
        return new UriBuilder(SchemeOf(gateway), gateway.Host, gateway.IsDefaultPort ? -1 : gateway.Port)
        {
            Path = prefix + (query < 0 ? pathAndQuery : pathAndQuery[..query]),
            Query = query < 0 ? "" : pathAndQuery[query..],
        }.Uri;
    }

    private static string SchemeOf(Uri gateway) => gateway.Scheme == Uri.UriSchemeHttps ? "wss" : "ws";
}
