using System.Buffers;
using System.Globalization;

namespace Qmtl.ControlBus.Http;

/// <summary>One item of <c>Gateway:AllowedStreamHosts</c>.</summary>
/// <param name="Host">Name or address, lower case; an IPv6 address in brackets.</param>
/// <param name="Port">Null: any.</param>
internal sealed record StreamHost(string Host, int? Port)
{
    private static readonly SearchValues<char> NotInHosts = SearchValues.Create("/\\@?#, ");

    /// <summary>Reads <c>host</c> or <c>host:port</c>; null when it is neither.</summary>
    public static StreamHost? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        // Only what stands between scheme and path: anything else in it would be read as part of an address.
        if (text.Length is 0 or > 260 || text.AsSpan().ContainsAny(NotInHosts)) return null;
        var end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : text.LastIndexOf(':');
        if (text.StartsWith('[') && end == 0) return null;
        var host = end < 0 ? text : text[..end];
        var rest = end < 0 ? "" : text[end..];
        if (Uri.CheckHostName(host.Trim('[', ']')) == UriHostNameType.Unknown) return null;
        if (rest.Length == 0) return new(host.ToLowerInvariant(), null);
        return rest[0] == ':' && int.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? new(host.ToLowerInvariant(), port)
            : null;
    }

    public bool Covers(Uri url) => string.Equals(url.Host, Host, StringComparison.OrdinalIgnoreCase) && (Port is null || Port == url.Port);
}
