namespace Qmtl.Shared.NodeIds;

/// <summary>BLAKE3 of any input length, with extended output.</summary>
public static class Blake3
{
    /// <summary>Length of the usual hash in bytes.</summary>
    public const int HashLength = 32;

    /// <summary>Hashes <paramref name="data"/> into <paramref name="output"/>: 32 bytes as usual, any other length as extended output.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> output)
    {
        var hasher = new Blake3Hasher();
        hasher.Append(data);
        hasher.Finish(output);
    }

    public static byte[] Hash(ReadOnlySpan<byte> data)
    {
        var output = new byte[HashLength];
        Hash(data, output);
        return output;
    }

    /// <summary>The hash as 64 lower-case hex digits.</summary>
    public static string HashHex(ReadOnlySpan<byte> data)
    {
        Span<byte> output = stackalloc byte[HashLength];
        Hash(data, output);
        return Convert.ToHexStringLower(output);
    }
}
