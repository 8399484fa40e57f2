using System.Globalization;

namespace Qmtl.Gateway;

/// <summary>The sentinel id of a dry-run that was answered from tag queries: <c>dryrun:</c> and the CRC-32 of the node ids.</summary>
public static class FallbackSentinel
{
    private const string Prefix = "dryrun:";

    /// <summary>Writes the id in the format asked for.</summary>
    public static string Format(uint checksum, FallbackSentinelFormat format) => format switch
    {
        FallbackSentinelFormat.Hex => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{checksum:x8}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{checksum}"),
    };

    /// <summary>True when the id is a fallback sentinel of this checksum, in either format.</summary>
    public static bool Matches(string? sentinelId, uint checksum) =>
        sentinelId == Format(checksum, FallbackSentinelFormat.Decimal) || sentinelId == Format(checksum, FallbackSentinelFormat.Hex);

    /// <summary>
    /// Reads either format. Eight digits without a letter could be both: they are read as hex, because the released Gateway always writes
    /// eight digits and the decimal form has nine or ten for 98 of 100 checksums. <see cref="Matches"/> is exact where the checksum is known.
    /// </summary>
    public static bool TryParse(string? sentinelId, out uint checksum)
    {
        checksum = 0;
        if (sentinelId is null || !sentinelId.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        var digits = sentinelId.AsSpan(Prefix.Length);
        if (digits.Length is 0 or > 10) return false;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit(digit)) return false;
        }

        return digits.Length == 8
            ? uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out checksum)
            : uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out checksum);
    }
}
