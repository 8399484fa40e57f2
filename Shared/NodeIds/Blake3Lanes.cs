using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Qmtl.Shared.NodeIds;

/// <summary>
/// BLAKE3 on eight equally long inputs at once, one in each 32-bit lane of AVX2 registers: word i of all inputs is one register.
/// </summary>
internal static unsafe class Blake3Lanes
{
    public const int Count = 8;

    public static bool IsSupported => Avx2.IsSupported && BitConverter.IsLittleEndian;

    /// <summary>
    /// Hashes eight inputs of <paramref name="blocks"/> blocks, <paramref name="stride"/> bytes apart, to chaining values of 8 words each.
    /// </summary>
    /// <param name="input">First input.</param>
    /// <param name="stride">Bytes from one input to the next.</param>
    /// <param name="blocks">Blocks of 64 bytes an input.</param>
    /// <param name="counter">Chunk counter of the first input; counts up by one an input where <paramref name="counting"/>.</param>
    /// <param name="counting">Whether the inputs are consecutive chunks.</param>
    /// <param name="flags">Flags of every block.</param>
    /// <param name="firstFlags">Flags of the first block.</param>
    /// <param name="lastFlags">Flags of the last block.</param>
    /// <param name="chaining">Receives 64 words.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Hash(byte* input, int stride, int blocks, ulong counter, bool counting, uint flags, uint firstFlags, uint lastFlags, uint* chaining)
    {
        var iv = Blake3Compression.Initial;
        Vector256<uint> h0 = Vector256.Create(iv[0]), h1 = Vector256.Create(iv[1]), h2 = Vector256.Create(iv[2]), h3 = Vector256.Create(iv[3]);
        Vector256<uint> h4 = Vector256.Create(iv[4]), h5 = Vector256.Create(iv[5]), h6 = Vector256.Create(iv[6]), h7 = Vector256.Create(iv[7]);
        var low = stackalloc uint[Count];
        var high = stackalloc uint[Count];
        for (var lane = 0; lane < Count; lane++)
        {
            var mine = counting ? counter + (ulong)lane : counter;
            low[lane] = (uint)mine;
            high[lane] = (uint)(mine >> 32);
        }

        var counterLow = Vector256.Load(low);
        var counterHigh = Vector256.Load(high);
        var right16 = Vector256.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13, 18, 19, 16, 17, 22, 23, 20, 21, 26, 27, 24, 25, 30, 31, 28, 29);
        var right8 = Vector256.Create((byte)1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12, 17, 18, 19, 16, 21, 22, 23, 20, 25, 26, 27, 24, 29, 30, 31, 28);
        var m = stackalloc Vector256<uint>[16];
        fixed (byte* schedule = Blake3Compression.Schedule)
        {
            for (var n = 0; n < blocks; n++)
            {
                LoadTransposed(input + n * Blake3Compression.BlockLength, stride, m);
                var blockFlags = flags | (n == 0 ? firstFlags : 0) | (n == blocks - 1 ? lastFlags : 0);
                Vector256<uint> v0 = h0, v1 = h1, v2 = h2, v3 = h3, v4 = h4, v5 = h5, v6 = h6, v7 = h7;
                Vector256<uint> v8 = Vector256.Create(iv[0]), v9 = Vector256.Create(iv[1]), v10 = Vector256.Create(iv[2]), v11 = Vector256.Create(iv[3]);
                Vector256<uint> v12 = counterLow, v13 = counterHigh, v14 = Vector256.Create((uint)Blake3Compression.BlockLength), v15 = Vector256.Create(blockFlags);
                for (var s = schedule; s < schedule + 112; s += 16)
                {
                    v0 += v4 + m[s[0]]; v1 += v5 + m[s[2]]; v2 += v6 + m[s[4]]; v3 += v7 + m[s[6]];
                    v12 = Avx2.Shuffle((v12 ^ v0).AsByte(), right16).AsUInt32(); v13 = Avx2.Shuffle((v13 ^ v1).AsByte(), right16).AsUInt32(); v14 = Avx2.Shuffle((v14 ^ v2).AsByte(), right16).AsUInt32(); v15 = Avx2.Shuffle((v15 ^ v3).AsByte(), right16).AsUInt32();
                    v8 += v12; v9 += v13; v10 += v14; v11 += v15;
                    v4 ^= v8; v5 ^= v9; v6 ^= v10; v7 ^= v11;
                    v4 = (v4 >>> 12) | (v4 << 20); v5 = (v5 >>> 12) | (v5 << 20); v6 = (v6 >>> 12) | (v6 << 20); v7 = (v7 >>> 12) | (v7 << 20);
                    v0 += v4 + m[s[1]]; v1 += v5 + m[s[3]]; v2 += v6 + m[s[5]]; v3 += v7 + m[s[7]];
                    v12 = Avx2.Shuffle((v12 ^ v0).AsByte(), right8).AsUInt32(); v13 = Avx2.Shuffle((v13 ^ v1).AsByte(), right8).AsUInt32(); v14 = Avx2.Shuffle((v14 ^ v2).AsByte(), right8).AsUInt32(); v15 = Avx2.Shuffle((v15 ^ v3).AsByte(), right8).AsUInt32();
                    v8 += v12; v9 += v13; v10 += v14; v11 += v15;
                    v4 ^= v8; v5 ^= v9; v6 ^= v10; v7 ^= v11;
                    v4 = (v4 >>> 7) | (v4 << 25); v5 = (v5 >>> 7) | (v5 << 25); v6 = (v6 >>> 7) | (v6 << 25); v7 = (v7 >>> 7) | (v7 << 25);

                    v0 += v5 + m[s[8]]; v1 += v6 + m[s[10]]; v2 += v7 + m[s[12]]; v3 += v4 + m[s[14]];
                    v15 = Avx2.Shuffle((v15 ^ v0).AsByte(), right16).AsUInt32(); v12 = Avx2.Shuffle((v12 ^ v1).AsByte(), right16).AsUInt32(); v13 = Avx2.Shuffle((v13 ^ v2).AsByte(), right16).AsUInt32(); v14 = Avx2.Shuffle((v14 ^ v3).AsByte(), right16).AsUInt32();
                    v10 += v15; v11 += v12; v8 += v13; v9 += v14;
                    v5 ^= v10; v6 ^= v11; v7 ^= v8; v4 ^= v9;
                    v5 = (v5 >>> 12) | (v5 << 20); v6 = (v6 >>> 12) | (v6 << 20); v7 = (v7 >>> 12) | (v7 << 20); v4 = (v4 >>> 12) | (v4 << 20);
                    v0 += v5 + m[s[9]]; v1 += v6 + m[s[11]]; v2 += v7 + m[s[13]]; v3 += v4 + m[s[15]];
                    v15 = Avx2.Shuffle((v15 ^ v0).AsByte(), right8).AsUInt32(); v12 = Avx2.Shuffle((v12 ^ v1).AsByte(), right8).AsUInt32(); v13 = Avx2.Shuffle((v13 ^ v2).AsByte(), right8).AsUInt32(); v14 = Avx2.Shuffle((v14 ^ v3).AsByte(), right8).AsUInt32();
                    v10 += v15; v11 += v12; v8 += v13; v9 += v14;
                    v5 ^= v10; v6 ^= v11; v7 ^= v8; v4 ^= v9;
                    v5 = (v5 >>> 7) | (v5 << 25); v6 = (v6 >>> 7) | (v6 << 25); v7 = (v7 >>> 7) | (v7 << 25); v4 = (v4 >>> 7) | (v4 << 25);
                }

                h0 = v0 ^ v8; h1 = v1 ^ v9; h2 = v2 ^ v10; h3 = v3 ^ v11;
                h4 = v4 ^ v12; h5 = v5 ^ v13; h6 = v6 ^ v14; h7 = v7 ^ v15;
            }
        }

        Transpose(ref h0, ref h1, ref h2, ref h3, ref h4, ref h5, ref h6, ref h7);
        h0.Store(chaining); h1.Store(chaining + 8); h2.Store(chaining + 16); h3.Store(chaining + 24);
        h4.Store(chaining + 32); h5.Store(chaining + 40); h6.Store(chaining + 48); h7.Store(chaining + 56);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadTransposed(byte* block, int stride, Vector256<uint>* m)
    {
        for (var half = 0; half < 2; half++, block += 32, m += 8)
        {
            var r0 = Vector256.Load((uint*)block);
            var r1 = Vector256.Load((uint*)(block + stride));
            var r2 = Vector256.Load((uint*)(block + 2 * stride));
            var r3 = Vector256.Load((uint*)(block + 3 * stride));
            var r4 = Vector256.Load((uint*)(block + 4 * stride));
            var r5 = Vector256.Load((uint*)(block + 5 * stride));
            var r6 = Vector256.Load((uint*)(block + 6 * stride));
            var r7 = Vector256.Load((uint*)(block + 7 * stride));
            Transpose(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
            m[0] = r0; m[1] = r1; m[2] = r2; m[3] = r3; m[4] = r4; m[5] = r5; m[6] = r6; m[7] = r7;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        ref Vector256<uint> r0, ref Vector256<uint> r1, ref Vector256<uint> r2, ref Vector256<uint> r3,
        ref Vector256<uint> r4, ref Vector256<uint> r5, ref Vector256<uint> r6, ref Vector256<uint> r7)
    {
        // Pairs of rows, then pairs of pairs, then the two halves of the registers.
        var a0 = Avx2.UnpackLow(r0, r1).AsUInt64();
        var a1 = Avx2.UnpackHigh(r0, r1).AsUInt64();
        var a2 = Avx2.UnpackLow(r2, r3).AsUInt64();
        var a3 = Avx2.UnpackHigh(r2, r3).AsUInt64();
        var a4 = Avx2.UnpackLow(r4, r5).AsUInt64();
        var a5 = Avx2.UnpackHigh(r4, r5).AsUInt64();
        var a6 = Avx2.UnpackLow(r6, r7).AsUInt64();
        var a7 = Avx2.UnpackHigh(r6, r7).AsUInt64();
        var b0 = Avx2.UnpackLow(a0, a2).AsUInt32();
        var b1 = Avx2.UnpackHigh(a0, a2).AsUInt32();
        var b2 = Avx2.UnpackLow(a1, a3).AsUInt32();
        var b3 = Avx2.UnpackHigh(a1, a3).AsUInt32();
        var b4 = Avx2.UnpackLow(a4, a6).AsUInt32();
        var b5 = Avx2.UnpackHigh(a4, a6).AsUInt32();
        var b6 = Avx2.UnpackLow(a5, a7).AsUInt32();
        var b7 = Avx2.UnpackHigh(a5, a7).AsUInt32();
        r0 = Avx2.Permute2x128(b0, b4, 0x20);
        r1 = Avx2.Permute2x128(b1, b5, 0x20);
        r2 = Avx2.Permute2x128(b2, b6, 0x20);
        r3 = Avx2.Permute2x128(b3, b7, 0x20);
        r4 = Avx2.Permute2x128(b0, b4, 0x31);
        r5 = Avx2.Permute2x128(b1, b5, 0x31);
        r6 = Avx2.Permute2x128(b2, b6, 0x31);
        r7 = Avx2.Permute2x128(b3, b7, 0x31);
    }
}
