using Microsoft.Extensions.Primitives;

namespace Qmtl.Console.Security.Edge;

/// <summary>
/// Decides by the header <c>Origin</c> whether a page of ours sent a request. Every write without an API key needs one equal to ours, a missing one is
/// refused: in the modes Proxy and Open a request is somebody's without any cookie of ours. Pure.
/// </summary>
public static class OriginRules
{
    /// <summary>Why the request is refused, or null.</summary>
    /// <param name="isUpgrade">Whether it asks to become a socket.</param>
    /// <param name="own">Our origins.</param>
    public static EdgeRefusal? Judge(string method, PathString path, bool isUpgrade, StringValues authorization, StringValues origin, IReadOnlyCollection<string> own)
    {
        ArgumentNullException.ThrowIfNull(own);
        if (HasKey(authorization)) return null;
        var isLive = path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/hubs", StringComparison.OrdinalIgnoreCase);
        // The reads of a live connection (long polling, server-sent events) carry no Origin when they are ours; a foreign one is refused there, too.
        var mustName = IsWrite(method) || isUpgrade;
        if (!mustName && !(isLive && origin.Count > 0)) return null;
        if (origin.Count == 1 && own.Contains(origin[0], StringComparer.OrdinalIgnoreCase)) return null;
        var detail = origin.Count switch
        {
            0 => "The header Origin is missing.",
            1 => $"The header Origin says \"{origin[0]}\".",
            _ => $"The header Origin came {origin.Count} times.",
        };
        return new(
            StatusCodes.Status403Forbidden,
            "FOREIGN_ORIGIN",
            "This did not come from a page of the console",
            $"{detail} Without an API key {(isUpgrade ? "sockets" : "writes")} are taken only from the console's own pages, {string.Join(" or ", own)}.",
            "header Origin",
            "Programs send an API key (Authorization: Bearer …). Behind a proxy Http:PublicOrigin must be the address that browsers see.");
    }

    /// <summary>Whether an API key was sent. A key that is wrong is refused as such; it never falls back to a cookie.</summary>
    public static bool HasKey(StringValues authorization) => authorization.Count > 0 && authorization[0]?.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) == true;

    public static bool IsWrite(string method) => !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method));
}
