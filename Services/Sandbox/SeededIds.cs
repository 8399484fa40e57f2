using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Qmtl.Sandbox;

/// <summary>Strategy ids that are the same for the same seed, so that links into the sandbox outlive a restart.</summary>
internal sealed class SeededIds(int seed)
{
    private int _given;

    /// <summary>The next id, in the form of a random UUID.</summary>
    public string Next()
    {
        Span<byte> input = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(input, seed);
        BinaryPrimitives.WriteInt32BigEndian(input[4..], Interlocked.Increment(ref _given));
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(input, hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x40);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true).ToString();
    }
}
