using System.Runtime.CompilerServices;

namespace Qmtl.Operations.Audit.Index;

/// <summary>
/// What a text leaves in the index: one bit in its record's 256 for each three letters in a row, and two bits in its group's 32,768 for each one,
/// two and three. A text that holds another has all of that one's bits, so a missing bit rules a record out.
/// </summary>
internal static class TextGrams
{
    /// <summary>Words of a record's bits.</summary>
    public const int RecordWords = 4;

    /// <summary>Words of a group's bits.</summary>
    public const int GroupWords = 512;

    private const uint GroupMask = (GroupWords * 64) - 1;

    /// <summary>Adds a text in upper case.</summary>
    public static void Add(ReadOnlySpan<char> text, Span<ulong> record, Span<ulong> group)
    {
        for (var index = 0; index < text.Length; index++)
        {
            Set(group, One(text[index]));
            if (index + 1 >= text.Length) continue;
            Set(group, Two(text[index], text[index + 1]));
            if (index + 2 >= text.Length) continue;
            var hash = Three(text[index], text[index + 1], text[index + 2]);
            Set(group, hash);
            record[(int)(hash >> 30)] |= 1UL << (int)((hash >> 24) & 63);
        }
    }

    private static void Set(Span<ulong> group, uint hash)
    {
        var first = hash & GroupMask;
        var second = (hash >> 15) & GroupMask;
        group[(int)(first >> 6)] |= 1UL << (int)(first & 63);
        group[(int)(second >> 6)] |= 1UL << (int)(second & 63);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint One(char a) => Mix(a | 0x1000_0000u);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Two(char a, char b) => Mix((a * 0x0101_0000u) ^ b ^ 0x2000_0000u);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Three(char a, char b, char c) => Mix((((a * 0x9E3779B1u) ^ b) * 0x85EBCA77u) ^ c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(uint value)
    {
        value ^= value >> 16;
        value *= 0x7FEB352D;
        value ^= value >> 15;
        value *= 0x846CA68B;
        return value ^ (value >> 16);
    }

    /// <summary>The bits that a record must have to hold a text.</summary>
    public sealed class Query
    {
        private readonly ulong[] _record = new ulong[RecordWords];
        private readonly uint[] _group;

        public Query(params IEnumerable<string> texts)
        {
            var group = new List<uint>();
            foreach (var upper in texts.Select(text => text.ToUpperInvariant()))
            {
                if (upper.Length == 1) group.Add(One(upper[0]));
                if (upper.Length == 2) group.Add(Two(upper[0], upper[1]));
                for (var index = 0; index + 2 < upper.Length; index++)
                {
                    var hash = Three(upper[index], upper[index + 1], upper[index + 2]);
                    group.Add(hash);
                    _record[(int)(hash >> 30)] |= 1UL << (int)((hash >> 24) & 63);
                }
            }

            _group = [.. group.SelectMany(hash => new[] { hash & GroupMask, (hash >> 15) & GroupMask }).Distinct()];
        }

        public bool MayBeInGroup(ReadOnlySpan<ulong> group)
        {
            foreach (var bit in _group)
            {
                if ((group[(int)(bit >> 6)] & (1UL << (int)(bit & 63))) == 0) return false;
            }

            return true;
        }

        public bool MayBeInRecord(ReadOnlySpan<ulong> record) =>
            (record[0] & _record[0]) == _record[0] && (record[1] & _record[1]) == _record[1] && (record[2] & _record[2]) == _record[2] && (record[3] & _record[3]) == _record[3];
    }
}
