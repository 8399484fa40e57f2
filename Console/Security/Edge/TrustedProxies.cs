using System.Net;
using System.Net.Sockets;

namespace Qmtl.Console.Security.Edge;

/// <summary>Addresses and networks whose forwarded headers are taken. Setting <c>Http:TrustedProxies</c>.</summary>
public sealed class TrustedProxies(IReadOnlyList<IPNetwork> networks)
{
    public static TrustedProxies None { get; } = new([]);

    public bool IsEmpty => networks.Count == 0;

    /// <summary>Whether some loopback address is among them: any program of this machine could pose as that proxy.</summary>
    public bool HoldLoopback => networks.Any(network =>
        network.BaseAddress.AddressFamily == AddressFamily.InterNetwork
            ? network.Contains(IPAddress.Loopback) || LoopbackV4.Contains(network.BaseAddress)
            : network.Contains(IPAddress.IPv6Loopback));

    private static IPNetwork LoopbackV4 { get; } = IPNetwork.Parse("127.0.0.0/8");

    public bool Contain(IPAddress address)
    {
        var plain = LoopbackNames.Plain(address);
        return networks.Any(network => network.Contains(plain));
    }

    /// <summary>An address (<c>10.0.0.7</c>) or a network (<c>10.0.0.0/24</c>), IPv4-mapped ones as IPv4; null when it is neither.</summary>
    public static IPNetwork? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Trim().Split('/');
        if (parts.Length > 2 || !IPAddress.TryParse(parts[0].Trim('[', ']'), out var address)) return null;
        // "7" and "1.2" parse as addresses, too; nobody means them.
        if (address.AddressFamily == AddressFamily.InterNetwork && parts[0].Count(character => character == '.') != 3) return null;
        var mapped = address.IsIPv4MappedToIPv6;
        address = LoopbackNames.Plain(address);
        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var length = bits;
        if (parts.Length == 2)
        {
            if (!int.TryParse(parts[1], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out length)) return null;
            if (mapped) length -= 96;
            if (length < 0 || length > bits) return null;
        }

        return new(Masked(address, length), length);
    }

    /// <summary>The network's own address: bits after the prefix are zero.</summary>
    private static IPAddress Masked(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - kept));
        }

        return new(bytes);
    }
}
