using System.Net;
using Microsoft.Extensions.Primitives;
using Qmtl.Console.Security.SignIn;

namespace Qmtl.Console.Security.Edge;

/// <summary>What a request shows before anything of it is believed.</summary>
/// <param name="Peer">Address of the socket's other end; null on a Unix socket.</param>
/// <param name="IsUnix">Whether it came over a Unix socket.</param>
/// <param name="IsTls">Whether TLS ends in this process.</param>
/// <param name="Host">Header <c>Host</c>.</param>
public sealed record EdgeRequest(IPAddress? Peer, bool IsUnix, bool IsTls, HostString Host, IHeaderDictionary Headers);

/// <summary>Why a request is not taken.</summary>
/// <param name="Code">Stable, for programs.</param>
public sealed record EdgeRefusal(int Status, string Code, string Title, string Detail, string Where, string Advice);

/// <summary>What is believed of a request that is taken.</summary>
/// <param name="Refusal">Null when it is taken; then the rest holds.</param>
/// <param name="Scheme">As the browser used it.</param>
/// <param name="Host">As the browser named it.</param>
/// <param name="Client">The client's address; null for a Unix socket that told none.</param>
/// <param name="ByProxy">Whether a proxy that is believed brought it.</param>
public sealed record EdgeVerdict(EdgeRefusal? Refusal, string Scheme, HostString Host, IPAddress? Client, bool ByProxy);

/// <summary>
/// Decides which requests are taken, from the socket's peer address before any header. Pure. The order matters: the peer first, then what its headers
/// say of scheme, client and host, then whether that host is ours.
/// </summary>
public static class EdgeRules
{
    private const string ForwardedFor = "X-Forwarded-For";
    private const string ForwardedProto = "X-Forwarded-Proto";
    private const string ForwardedHost = "X-Forwarded-Host";

    public static EdgeVerdict Judge(EdgeOptions options, EdgeRequest request)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(request);
        var peer = request.Peer is { } address ? LoopbackNames.Plain(address) : null;
        var isLocal = request.IsUnix || (peer is not null && IPAddress.IsLoopback(peer));
        var trusted = options.Mode != SignInMode.Open && (request.IsUnix || (peer is not null && options.TrustedProxies.Contain(peer)));
        var forwarded = request.Headers.Keys.FirstOrDefault(IsForwarded);

        if (options.Mode == SignInMode.Open && !isLocal) return Refuse(403, "PEER_REFUSED", "Only this machine is answered", $"The request came from {peer}.", "connection", "In mode Open the console serves this machine alone.");
        if (options.Proxy is { } proxy && ProxyRefusal(proxy, request, peer, trusted) is { } refusal) return new(refusal, "", default, null, false);
        if (forwarded is not null && !trusted)
        {
            return options.Mode == SignInMode.Open
                ? Refuse(400, "FORWARDED_REFUSED", "Forwarded requests are refused", $"The request carries the header {forwarded}.", $"header {forwarded}", "In mode Open the console serves this machine alone and takes nothing from a proxy. For a console behind a proxy choose another SignIn:Mode.")
                : Refuse(400, "FORWARDED_NOT_TRUSTED", "The peer is no proxy of ours", $"The request carries the header {forwarded}, and it came from {peer}, which Http:TrustedProxies does not name.", $"header {forwarded}", "Is that the proxy in front of this console? Then add it to Http:TrustedProxies.");
        }

        return trusted && forwarded is not null ? OfProxy(options, request, peer) : Direct(options, request, peer, isLocal);
    }

    /// <summary>Whether a header says what a proxy would say of a request.</summary>
    public static bool IsForwarded(string header)
    {
        ArgumentNullException.ThrowIfNull(header);
        return header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase) || header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Peer, proof and plain identity: asked before any forwarded header is looked at.</summary>
    private static EdgeRefusal? ProxyRefusal(Proxy.ProxyOptions proxy, EdgeRequest request, IPAddress? peer, bool trusted)
    {
        if (!trusted)
        {
            return new(403, "PEER_REFUSED", "Only the proxy is answered", $"The request came from {peer}, which Http:TrustedProxies does not name.", "connection", "Open the console through the proxy.");
        }

        string?[] single = [proxy.IdentityHeader, proxy.NameHeader, proxy.GroupsHeader, proxy.SecretHeader];
        foreach (var name in single.OfType<string>())
        {
            if (request.Headers[name].Count > 1)
            {
                return new(400, "DUPLICATE_HEADER", "A header came twice", $"The header {name} came {request.Headers[name].Count} times.", $"header {name}", "The proxy must set it, in place of what the client sent.");
            }
        }

        // A remote proxy is known by its address; of a loopback address any program of this machine has it.
        var needsSecret = !request.IsUnix && (proxy.Secret is not null || (peer is not null && IPAddress.IsLoopback(peer)));
        return needsSecret && !proxy.IsSecret(request.Headers[proxy.SecretHeader])
            ? new(403, "PROXY_NOT_PROVEN", "The peer did not prove to be the proxy", $"The header {proxy.SecretHeader} is missing or wrong.", $"header {proxy.SecretHeader}", $"Let the proxy send the value of {Proxy.ProxyOptions.Section}:Secret in it.")
            : null;
    }

    private static EdgeVerdict Direct(EdgeOptions options, EdgeRequest request, IPAddress? peer, bool isLocal)
    {
        if (!request.IsTls && !isLocal)
        {
            return Refuse(403, "TLS_NEEDED", "Only TLS is served here", $"The request came over plain http from {peer}.", "connection", options.PublicOrigin is { } origin ? $"Open {origin}." : "Use https.");
        }

        return HostRefusal(options, request.Host, Named(options, request.Host, request.IsTls)) is { } refusal
            ? new(refusal, "", default, null, false)
            : new(null, request.IsTls ? "https" : "http", request.Host, peer, false);
    }

    private static EdgeVerdict OfProxy(EdgeOptions options, EdgeRequest request, IPAddress? peer)
    {
        var scheme = Last(request.Headers[ForwardedProto])?.ToLowerInvariant();
        if (scheme is not ("http" or "https"))
        {
            return Refuse(400, "SCHEME_UNKNOWN", "The proxy does not say whether it served TLS", scheme is null ? $"The header {ForwardedProto} is missing." : $"The header {ForwardedProto} says \"{scheme}\".", $"header {ForwardedProto}", "Let the proxy set it to http or https.");
        }

        if (scheme == "http" && options.PublicOrigin is not { IsLoopback: true, IsHttps: false })
        {
            return Refuse(403, "TLS_NEEDED", "Only TLS is served here", "The proxy was asked over plain http.", $"header {ForwardedProto}", $"Open {options.PublicOrigin?.Text ?? "it by https"}; let the proxy redirect there.");
        }

        var hosts = request.Headers[ForwardedHost];
        var host = hosts.Count > 0 ? new HostString(Last(hosts) ?? "") : request.Host;
        // A proxy that keeps its own name of us in the Host header is known by its address; people see the public origin.
        var asked = hosts.Count == 0 && LoopbackNames.IsLoopback(host.Host) && options.PublicOrigin is { } origin ? origin.Host : host;
        if (HostRefusal(options, asked, options.PublicOrigin?.Names(asked) == true) is { } refusal) return new(refusal, "", default, null, false);
        if (!TryClient(options, request.Headers[ForwardedFor], peer, out var client))
        {
            return Refuse(400, "CLIENT_UNREADABLE", "The client's address cannot be read", $"The header {ForwardedFor} says \"{request.Headers[ForwardedFor]}\".", $"header {ForwardedFor}", "Let the proxy write addresses into it, separated by commas.");
        }

        return new(null, scheme, options.PublicOrigin!.Host, client, true);
    }

    /// <summary>Whether a host is one that this console answers to, when no proxy is between.</summary>
    private static bool Named(EdgeOptions options, HostString host, bool isTls)
    {
        if (options.Mode == SignInMode.Open) return LoopbackNames.IsOneOfThree(host.Host);
        return LoopbackNames.IsLoopback(host.Host) || (options.PublicOrigin is { } origin && origin.IsHttps == isTls && origin.Names(host));
    }

    private static EdgeRefusal? HostRefusal(EdgeOptions options, HostString host, bool isOurs)
    {
        if (isOurs) return null;
        var names = options.Mode != SignInMode.Open && options.PublicOrigin is { } origin ? $"{origin.Host}, localhost, 127.0.0.1 and [::1]" : "localhost, 127.0.0.1 and [::1]";
        return new(400, "HOST_REFUSED", "This is not the console's name", $"The console answers only requests to {names}. This one named \"{host.Value}\".", "header Host", "Open the console by one of these names. For another name set Http:PublicOrigin.");
    }

    /// <summary>From the right, the first address that is not a proxy of ours: what stands further left was written by the client.</summary>
    private static bool TryClient(EdgeOptions options, StringValues header, IPAddress? peer, out IPAddress? client)
    {
        client = peer;
        foreach (var text in Values(header).Reverse())
        {
            if (!IPEndPoint.TryParse(text, out var end)) return false;
            client = LoopbackNames.Plain(end.Address);
            if (!options.TrustedProxies.Contain(client)) return true;
        }

        return true;
    }

    /// <summary>What the nearest proxy wrote.</summary>
    private static string? Last(StringValues header) => Values(header).LastOrDefault();

    private static IEnumerable<string> Values(StringValues header) =>
        header.SelectMany(line => (line ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static EdgeVerdict Refuse(int status, string code, string title, string detail, string where, string advice) =>
        new(new(status, code, title, detail, where, advice), "", default, null, false);
}
