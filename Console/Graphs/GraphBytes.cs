using System.IO.Compression;
using System.Security.Cryptography;

namespace Qmtl.Console.Graphs;

/// <summary>A graph message ready to send: UTF-8 JSON, compressed on first demand, with its entity tag.</summary>
public sealed class GraphBytes
{
    private byte[]? _gzip;
    private byte[]? _brotli;

    public GraphBytes(byte[] json)
    {
        ArgumentNullException.ThrowIfNull(json);
        Json = json;
        ETag = $"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 12))}\"";
    }

    public byte[] Json { get; }

    /// <summary>Quoted, of the uncompressed bytes.</summary>
    public string ETag { get; }

    /// <summary>The bytes in the best encoding that the client takes, and its name; null for no encoding.</summary>
    /// <param name="acceptEncoding">The header <c>Accept-Encoding</c>; weights other than <c>q=0</c> are not weighed.</param>
    public (byte[] Bytes, string? Encoding) For(string? acceptEncoding)
    {
        if (Takes(acceptEncoding, "br")) return (_brotli ??= Compress(output => new BrotliStream(output, CompressionLevel.Optimal)), "br");
        if (Takes(acceptEncoding, "gzip")) return (_gzip ??= Compress(output => new GZipStream(output, CompressionLevel.Optimal)), "gzip");
        return (Json, null);
    }

    private static bool Takes(string? header, string encoding)
    {
        foreach (var part in (header ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            var pieces = part.Split(';', StringSplitOptions.TrimEntries);
            if (!pieces[0].Equals(encoding, StringComparison.OrdinalIgnoreCase)) continue;
            return !pieces.Skip(1).Any(piece => piece is "q=0" or "q=0.0" or "q=0.00" or "q=0.000");
        }

        return false;
    }

    private byte[] Compress(Func<Stream, Stream> open)
    {
        using var output = new MemoryStream(Json.Length / 3);
        using (var stream = open(output)) stream.Write(Json);
        return output.ToArray();
    }
}
