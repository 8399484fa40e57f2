namespace Qmtl.Operations.Audit.Chain;

/// <summary>How the code of a line stands.</summary>
internal enum LineState : byte
{
    /// <summary>Not a record.</summary>
    Unreadable,

    Good,

    /// <summary>The code does not match.</summary>
    Bad,

    /// <summary>Written under a key that is not known.</summary>
    KeyUnknown,
}

/// <summary>The lines of one piece of the chain with their codes checked, several at a time: each code covers its own line alone.</summary>
internal sealed class VerifiedLines
{
    private const int Parallelise = 512;
    private int[] _starts = new int[4096];
    private LineState[] _states = new LineState[4096];
    private ReadOnlyMemory<byte> _bytes;

    public int Count { get; private set; }

    public LineState State(int index) => _states[index];

    public int Start(int index) => _starts[index];

    /// <summary>A line without its end.</summary>
    public ReadOnlyMemory<byte> Line(int index) => _bytes[_starts[index]..(_starts[index + 1] - 1)];

    public void Check(ReadOnlyMemory<byte> bytes, AuditKeys keys)
    {
        _bytes = bytes;
        Split(bytes.Span);
        var parts = Count >= Parallelise ? Math.Min(Environment.ProcessorCount, 8) : 1;
        if (parts == 1)
        {
            CheckPart(0, Count, keys);
        }
        else
        {
            var count = Count;
            Parallel.For(0, parts, part => CheckPart((int)((long)count * part / parts), (int)((long)count * (part + 1) / parts), keys));
        }
    }

    private void Split(ReadOnlySpan<byte> bytes)
    {
        Count = 0;
        var at = 0;
        while (at < bytes.Length)
        {
            if (Count + 1 >= _starts.Length)
            {
                Array.Resize(ref _starts, _starts.Length * 2);
                Array.Resize(ref _states, _states.Length * 2);
            }

            _starts[Count++] = at;
            var length = bytes[at..].IndexOf((byte)'\n');
            at = length < 0 ? bytes.Length : at + length + 1;
        }

        _starts[Count] = at;
    }

    private void CheckPart(int from, int until, AuditKeys keys)
    {
        var bytes = _bytes.Span;
        for (var index = from; index < until; index++)
        {
            var line = bytes[_starts[index]..(_starts[index + 1] - 1)];
            if (!AuditLine.TryRead(line, out var record))
            {
                _states[index] = LineState.Unreadable;
            }
            else
            {
                var key = keys.Find(record.KeyId);
                _states[index] = key is null ? LineState.KeyUnknown : record.IsSignedBy(key) ? LineState.Good : LineState.Bad;
            }
        }
    }
}
