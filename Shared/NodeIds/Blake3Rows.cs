using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Qmtl.Shared.NodeIds;

/// <summary>BLAKE3's compression function on one block, the 4 × 4 state in four registers: a round mixes four columns, then four diagonals at once.</summary>
internal static unsafe class Blake3Rows
{
    public static bool IsSupported => Sse41.IsSupported && BitConverter.IsLittleEndian;

    /// <summary>As <see cref="Blake3Compression.Plain"/>.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // Unoptimised vector code is fifty times slower: the first hashes would be felt.
    public static void Compress(uint* chaining, uint* m, ulong counter, uint length, uint flags, uint* state)
    {
        var right16 = Vector128.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
        var right8 = Vector128.Create((byte)1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
        var r0 = Vector128.Load(chaining);
        var r1 = Vector128.Load(chaining + 4);
        var r2 = Vector128.Create(0x6A09E667u, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A);
        var r3 = Vector128.Create((uint)counter, (uint)(counter >> 32), length, flags);

        // The words in the order of use: even and odd ones of the columns, then of the diagonals.
        var m0 = Vector128.Load(m).AsSingle();
        var m1 = Vector128.Load(m + 4).AsSingle();
        var m2 = Vector128.Load(m + 8).AsSingle();
        var m3 = Vector128.Load(m + 12).AsSingle();
        var a = Sse.Shuffle(m0, m1, 0b10_00_10_00).AsUInt32();
        var b = Sse.Shuffle(m0, m1, 0b11_01_11_01).AsUInt32();
        var c = Sse.Shuffle(m2, m3, 0b10_00_10_00).AsUInt32();
        var d = Sse.Shuffle(m2, m3, 0b11_01_11_01).AsUInt32();
        for (var round = 0; ; round++)
        {
            Mix(ref r0, ref r1, ref r2, ref r3, a, b, right16, right8);
            r1 = Sse2.Shuffle(r1, 0b00_11_10_01);
            r2 = Sse2.Shuffle(r2, 0b01_00_11_10);
            r3 = Sse2.Shuffle(r3, 0b10_01_00_11);
            Mix(ref r0, ref r1, ref r2, ref r3, c, d, right16, right8);
            r1 = Sse2.Shuffle(r1, 0b10_01_00_11);
            r2 = Sse2.Shuffle(r2, 0b01_00_11_10);
            r3 = Sse2.Shuffle(r3, 0b00_11_10_01);
            if (round == 6) break;

            // The next round takes words 2 3 7 4, 6 10 0 13, 1 12 9 15 and 11 5 14 8 of this one's order.
            var nextA = Sse2.Shuffle(Pick(a, b, 0b11_01_10_01), 0b01_11_10_00);
            var nextB = Sse41.Blend(Sse2.Shuffle(Pick(a, c, 0b01_01_00_11), 0b00_01_10_00).AsUInt16(), Sse2.Shuffle(d, 0b10_10_10_10).AsUInt16(), 0b1100_0000).AsUInt32();
            var nextC = Pick(Pick(b, c, 0b10_10_00_00), d, 0b11_00_10_00);
            var nextD = Pick(Pick(d, b, 0b10_10_01_01), c, 0b00_11_10_00);
            (a, b, c, d) = (nextA, nextB, nextC, nextD);
        }

        r0.Store(state);
        r1.Store(state + 4);
        r2.Store(state + 8);
        r3.Store(state + 12);
    }

    /// <summary>Two lanes of the first, then two of the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Pick(Vector128<uint> first, Vector128<uint> second, [ConstantExpected] byte lanes)
        => Sse.Shuffle(first.AsSingle(), second.AsSingle(), lanes).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Vector128<uint> r0, ref Vector128<uint> r1, ref Vector128<uint> r2, ref Vector128<uint> r3,
        Vector128<uint> even, Vector128<uint> odd, Vector128<byte> right16, Vector128<byte> right8)
    {
        r0 += r1 + even;
        r3 = Ssse3.Shuffle((r3 ^ r0).AsByte(), right16).AsUInt32();
        r2 += r3;
        r1 ^= r2;
        r1 = (r1 >>> 12) | (r1 << 20);
        r0 += r1 + odd;
        r3 = Ssse3.Shuffle((r3 ^ r0).AsByte(), right8).AsUInt32();
        r2 += r3;
        r1 ^= r2;
        r1 = (r1 >>> 7) | (r1 << 25);
    }
}
