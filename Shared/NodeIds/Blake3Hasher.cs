using System.Runtime.CompilerServices;

namespace Qmtl.Shared.NodeIds;

/// <summary>BLAKE3 in pieces: append any number of times, then finish. Not safe for several threads at once.</summary>
public sealed unsafe class Blake3Hasher
{
    private const int ChunkLength = Blake3Compression.ChunkLength;
    private const int Lanes = Blake3Lanes.Count;

    /// <summary>How many chunks one step of the wide path takes: 64 leave full lanes on three levels of parents.</summary>
    private const int WideChunks = 64;

    /// <summary>2^54 chunks is BLAKE3's limit.</summary>
    private const int MaxLevels = 54;

    private readonly byte[] _chunk = new byte[ChunkLength];
    private readonly uint[] _stack = new uint[MaxLevels * 8];
    private readonly bool _wide;
    private readonly bool _plain;
    private int _chunkLength;
    private int _stackSize;
    private ulong _chunks;

    /// <summary>A hasher that uses what the processor offers.</summary>
    public Blake3Hasher()
        : this(portable: false)
    {
    }

    /// <param name="portable">True: plain C# alone.</param>
    /// <summary>A hasher that may be told to do without the processor's vector instructions, to compare the two.</summary>
    public Blake3Hasher(bool portable) => (_plain, _wide) = (portable, !portable && Blake3Lanes.IsSupported);

    /// <summary>Appends data.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        if (_chunkLength > 0)
        {
            var fill = Math.Min(ChunkLength - _chunkLength, data.Length);
            data[..fill].CopyTo(_chunk.AsSpan(_chunkLength));
            _chunkLength += fill;
            data = data[fill..];
            if (data.IsEmpty) return;
            PushChunk(_chunk);
            _chunkLength = 0;
        }

        // The last chunk always stays behind: only Finish knows whether it is the root.
        while (data.Length > ChunkLength)
        {
            if (_wide && _chunks % WideChunks == 0 && data.Length > WideChunks * ChunkLength)
            {
                PushWide(data[..(WideChunks * ChunkLength)], WideChunks);
                data = data[(WideChunks * ChunkLength)..];
            }
            else if (_wide && _chunks % Lanes == 0 && data.Length > Lanes * ChunkLength)
            {
                PushWide(data[..(Lanes * ChunkLength)], Lanes);
                data = data[(Lanes * ChunkLength)..];
            }
            else
            {
                PushChunk(data[..ChunkLength]);
                data = data[ChunkLength..];
            }
        }

        data.CopyTo(_chunk);
        _chunkLength = data.Length;
    }

    /// <summary>Writes the hash of everything appended so far: 32 bytes as usual, any other length as extended output. More may be appended after.</summary>
    [SkipLocalsInit]
    public void Finish(Span<byte> output)
    {
        var chaining = stackalloc uint[8];
        var block = stackalloc uint[16];
        var length = (uint)Blake3.CompressToLastBlock(_chunk.AsSpan(0, _chunkLength), _chunks, chaining, block, out var flags, _plain);
        for (var level = _stackSize - 1; level >= 0; level--)
        {
            // What was the root so far becomes the right child.
            ChainingValue(chaining, block, length, flags, _chunks, block + 8);
            _stack.AsSpan(level * 8, 8).CopyTo(new Span<uint>(block, 8));
            Blake3Compression.Initial.CopyTo(new Span<uint>(chaining, 8));
            length = Blake3Compression.BlockLength;
            flags = Blake3Compression.Parent;
        }

        Blake3.WriteRoot(chaining, block, length, flags, output);
    }

    [SkipLocalsInit]
    private void PushChunk(ReadOnlySpan<byte> chunk)
    {
        var chaining = stackalloc uint[8];
        var block = stackalloc uint[16];
        var length = (uint)Blake3.CompressToLastBlock(chunk, _chunks, chaining, block, out var flags, _plain);
        ChainingValue(chaining, block, length, flags, _chunks, chaining);
        Push(chaining, 0);
    }

    /// <summary>A whole subtree of 8 or 64 chunks.</summary>
    [SkipLocalsInit]
    private void PushWide(ReadOnlySpan<byte> data, int chunks)
    {
        var values = stackalloc uint[WideChunks * 8];
        fixed (byte* input = data)
        {
            for (var first = 0; first < chunks; first += Lanes)
            {
                Blake3Lanes.Hash(
                    input + first * ChunkLength, ChunkLength, ChunkLength / Blake3Compression.BlockLength, _chunks + (ulong)first, true,
                    0, Blake3Compression.ChunkStart, Blake3Compression.ChunkEnd, values + first * 8);
            }
        }

        var level = 0;
        for (var count = chunks; count > 1; count /= 2, level++) JoinPairs(values, count / 2);
        Push(values, level);
    }

    /// <summary>Replaces 2 × <paramref name="parents"/> chaining values by those of their parents.</summary>
    private static void JoinPairs(uint* values, int parents)
    {
        var done = 0;
        for (; parents - done >= Lanes; done += Lanes)
            Blake3Lanes.Hash((byte*)(values + done * 16), Blake3Compression.BlockLength, 1, 0, false, Blake3Compression.Parent, 0, 0, values + done * 8);
        for (; done < parents; done++) Join(values + done * 16, values + done * 8);
    }

    [SkipLocalsInit]
    private static void Join(uint* pair, uint* parent)
    {
        var chaining = stackalloc uint[8];
        Blake3Compression.Initial.CopyTo(new Span<uint>(chaining, 8));
        ChainingValue(chaining, pair, Blake3Compression.BlockLength, Blake3Compression.Parent, 0, parent);
    }

    private static void ChainingValue(uint* chaining, uint* block, uint length, uint flags, ulong counter, uint* result)
    {
        var state = stackalloc uint[16];
        Blake3Compression.Compress(chaining, block, (flags & Blake3Compression.Parent) != 0 ? 0 : counter, length, flags, state);
        for (var i = 0; i < 8; i++) result[i] = state[i] ^ state[i + 8];
    }

    /// <summary>Pushes the value of a subtree of 2^<paramref name="level"/> chunks and joins what has become complete.</summary>
    [SkipLocalsInit]
    private void Push(uint* value, int level)
    {
        var pair = stackalloc uint[16];
        new Span<uint>(value, 8).CopyTo(new Span<uint>(pair + 8, 8));
        for (var subtrees = (_chunks >> level) + 1; (subtrees & 1) == 0; subtrees >>= 1)
        {
            _stackSize--;
            _stack.AsSpan(_stackSize * 8, 8).CopyTo(new Span<uint>(pair, 8));
            Join(pair, pair + 8);
        }

        new Span<uint>(pair + 8, 8).CopyTo(_stack.AsSpan(_stackSize * 8, 8));
        _stackSize++;
        _chunks += 1UL << level;
    }
}
