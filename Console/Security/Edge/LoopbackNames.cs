using System.Net;

namespace Qmtl.Console.Security.Edge;

/// <summary>Names and addresses of this machine alone.</summary>
public static class LoopbackNames
{
    /// <summary>Whether a host is <c>localhost</c> or a loopback address, in brackets or not, IPv4-mapped ones included.</summary>
    public static bool IsLoopback(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(Plain(ip)));
    }

    /// <summary>Whether a host is one of the three that mode Open answers to: <c>localhost</c>, <c>127.0.0.1</c>, <c>[::1]</c>.</summary>
    public static bool IsOneOfThree(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host is "127.0.0.1" or "[::1]";
    }

    /// <summary>An IPv4-mapped address as the IPv4 address that it stands for; others as they are, without scope.</summary>
    public static IPAddress Plain(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        return address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes()) : address;
    }
}
