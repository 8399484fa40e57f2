namespace Qmtl.Operations.Audit.Index;

/// <summary>
/// What the index holds of 1,024 records in a row: for each the hashes of its fields, its time, where it is stored and the bits of its text; about
/// 90 bytes a record. A slot counts once its state is set.
/// </summary>
internal sealed class IndexBlock
{
    public const int Size = 1024;
    public const int GroupSize = 256;

    private readonly uint[] _fields = new uint[Size * AuditFields.Count];
    private readonly long[] _at = new long[Size];
    private readonly long[] _places = new long[Size];
    private readonly ulong[] _text = new ulong[Size * TextGrams.RecordWords];
    private readonly ulong[] _groups = new ulong[Size / GroupSize * TextGrams.GroupWords];
    private readonly byte[] _states = new byte[Size];

    public static long BlockOf(long number) => (number - 1) / Size;

    public static int SlotOf(long number) => (int)((number - 1) % Size);

    public static NumberRange RangeOf(long block) => new((block * Size) + 1, (block + 1) * Size);

    public long Place(int slot) => _places[slot];

    public void Put(int slot, long place, ReadOnlySpan<byte> line)
    {
        var group = slot / GroupSize;
        lock (_states)
        {
            _places[slot] = place;
            var isReadable = AuditFields.TryRead(
                line,
                _fields.AsSpan(slot * AuditFields.Count, AuditFields.Count),
                out _at[slot],
                _text.AsSpan(slot * TextGrams.RecordWords, TextGrams.RecordWords),
                _groups.AsSpan(group * TextGrams.GroupWords, TextGrams.GroupWords));
            Volatile.Write(ref _states[slot], isReadable ? SlotState.Readable : SlotState.Unreadable);
        }
    }

    /// <summary>Whether the record in a slot may be among those that are asked for. An unreadable one always is: it must be told.</summary>
    public bool MayMatch(int slot, AuditCondition condition)
    {
        var state = Volatile.Read(ref _states[slot]);
        if (state != SlotState.Readable) return state == SlotState.Unreadable;
        if (_at[slot] < condition.From || _at[slot] >= condition.Until) return false;
        var fields = _fields.AsSpan(slot * AuditFields.Count, AuditFields.Count);
        var wanted = condition.Hashes;
        for (var field = 0; field < AuditFields.Count; field++)
        {
            if (wanted[field] != 0 && wanted[field] != fields[field]) return false;
        }

        return condition.Grams?.MayBeInRecord(_text.AsSpan(slot * TextGrams.RecordWords, TextGrams.RecordWords)) ?? true;
    }

    /// <summary>Whether a record of the group may hold the text that is asked for.</summary>
    public bool MayHoldText(int group, AuditCondition condition) =>
        condition.Grams?.MayBeInGroup(_groups.AsSpan(group * TextGrams.GroupWords, TextGrams.GroupWords)) ?? true;

    public bool IsUnreadable(int slot) => Volatile.Read(ref _states[slot]) == SlotState.Unreadable;

    private static class SlotState
    {
        public const byte Readable = 1;
        public const byte Unreadable = 2;
    }
}
