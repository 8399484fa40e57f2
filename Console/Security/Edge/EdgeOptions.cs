using Qmtl.Console.Security.SignIn;

namespace Qmtl.Console.Security.Edge;

/// <summary>What decides which requests are taken at all. Read once, at start, by <see cref="EdgeSettings"/>.</summary>
public sealed record EdgeOptions
{
    public required SignInMode Mode { get; init; }

    /// <summary>Null only when the console is reached on this machine alone.</summary>
    public PublicOrigin? PublicOrigin { get; init; }

    public TrustedProxies TrustedProxies { get; init; } = TrustedProxies.None;

    /// <summary>What the proxy of mode Proxy says and how it proves itself; null in other modes.</summary>
    public Proxy.ProxyOptions? Proxy { get; init; }
}
