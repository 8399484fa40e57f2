using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Qmtl.Shared.NodeIds;

/// <summary>BLAKE3 of any input length, with extended output. Eight chunks at a time where the processor has AVX2.</summary>
public static unsafe class Blake3
{
    /// <summary>Length of the usual hash in bytes.</summary>
    public const int HashLength = 32;

    /// <summary>Hashes <paramref name="data"/> into <paramref name="output"/>: 32 bytes as usual, any other length as extended output.</summary>
    [SkipLocalsInit]
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> output)
    {
        if (data.Length > Blake3Compression.ChunkLength)
        {
            var hasher = new Blake3Hasher();
            hasher.Append(data);
            hasher.Finish(output);
            return;
        }

        var chaining = stackalloc uint[8];
        var block = stackalloc uint[16];
        var last = CompressToLastBlock(data, 0, chaining, block, out var flags);
        WriteRoot(chaining, block, (uint)last, flags, output);
    }

    /// <summary>The hash as 32 bytes.</summary>
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

    /// <summary>
    /// Compresses a chunk of up to 1,024 bytes but for its last block, which is left in <paramref name="block"/> with its flags.
    /// Returns the last block's length.
    /// </summary>
    internal static int CompressToLastBlock(ReadOnlySpan<byte> chunk, ulong counter, uint* chaining, uint* block, out uint flags, bool plain = false)
    {
        Blake3Compression.Initial.CopyTo(new Span<uint>(chaining, 8));
        flags = Blake3Compression.ChunkStart;
        var state = stackalloc uint[16];
        while (chunk.Length > Blake3Compression.BlockLength)
        {
            if (BitConverter.IsLittleEndian && !plain)
            {
                fixed (byte* words = chunk) Blake3Compression.Compress(chaining, (uint*)words, counter, Blake3Compression.BlockLength, flags, state);
            }
            else
            {
                ReadWords(chunk, block);
                Blake3Compression.Plain(chaining, block, counter, Blake3Compression.BlockLength, flags, state);
            }

            for (var i = 0; i < 8; i++) chaining[i] = state[i] ^ state[i + 8];
            flags = 0;
            chunk = chunk[Blake3Compression.BlockLength..];
        }

        ReadWords(chunk, block);
        flags |= Blake3Compression.ChunkEnd;
        return chunk.Length;
    }

    /// <summary>The first 64 bytes as words; zero beyond the end.</summary>
    internal static void ReadWords(ReadOnlySpan<byte> bytes, uint* words)
    {
        if (bytes.Length > Blake3Compression.BlockLength) bytes = bytes[..Blake3Compression.BlockLength];
        var room = new Span<byte>(words, Blake3Compression.BlockLength);
        bytes.CopyTo(room);
        room[bytes.Length..].Clear();
        if (BitConverter.IsLittleEndian) return;
        for (var i = 0; i < 16; i++) words[i] = BinaryPrimitives.ReverseEndianness(words[i]);
    }

    /// <summary>Writes the root's output, 64 bytes a compression.</summary>
    internal static void WriteRoot(uint* chaining, uint* block, uint length, uint flags, Span<byte> output)
    {
        var state = stackalloc uint[16];
        Span<byte> bytes = stackalloc byte[Blake3Compression.BlockLength];
        for (ulong counter = 0; !output.IsEmpty; counter++)
        {
            Blake3Compression.Compress(chaining, block, counter, length, flags | Blake3Compression.Root, state);
            for (var i = 0; i < 8; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes[(i * 4)..], state[i] ^ state[i + 8]);
                BinaryPrimitives.WriteUInt32LittleEndian(bytes[(32 + i * 4)..], state[i + 8] ^ chaining[i]);
            }

            var written = Math.Min(output.Length, Blake3Compression.BlockLength);
            bytes[..written].CopyTo(output);
            output = output[written..];
        }
    }
}
