using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Qmtl.Console.Security.Edge;

/// <summary>What the edge found out about a request that it let in. In the request's features.</summary>
/// <param name="Client">The client's address, proxies taken away; null for a Unix socket that told none.</param>
/// <param name="ByProxy">Whether a proxy that is believed brought it.</param>
/// <param name="OwnOrigin">Origin of the page that may send writes to this address.</param>
public sealed record EdgeFacts(IPAddress? Client, bool ByProxy, string OwnOrigin)
{
    /// <summary>What the edge found out, or null where the edge is not in the pipeline.</summary>
    public static EdgeFacts? Of(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.Features.Get<EdgeFacts>();
    }

    /// <summary>The request as it shows itself, from the socket.</summary>
    internal static EdgeRequest Read(HttpContext http)
    {
        var isUnix = http.Features.Get<IConnectionEndPointFeature>()?.LocalEndPoint is UnixDomainSocketEndPoint;
        return new(http.Connection.RemoteIpAddress, isUnix, http.Features.Get<ITlsConnectionFeature>() is not null || http.Features.Get<ITlsHandshakeFeature>() is not null, http.Request.Host, http.Request.Headers);
    }
}
