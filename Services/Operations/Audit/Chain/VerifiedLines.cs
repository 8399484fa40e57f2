using System.Security.Cryptography;

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
internal sealed class VerifiedLines : IDisposable
{
    private const int Parallelise = 512;
    private static readonly int Parts = Math.Min(Environment.ProcessorCount, 8);
    private readonly Dictionary<AuditKey, IncrementalHash>[] _signers = [.. Enumerable.Range(0, Parts).Select(_ => new Dictionary<AuditKey, IncrementalHash>())];
    private int[] _starts = new int[4096];
    private LineState[] _states = new LineState[4096];
    private bool[] _ofAudit = new bool[4096];
    private ReadOnlyMemory<byte> _bytes;

    public int Count { get; private set; }

    public LineState State(int index) => _states[index];

    public int Start(int index) => _starts[index];

    /// <summary>Whether it may be a record that the audit writes about itself.</summary>
    public bool MayBeOfAudit(int index) => _ofAudit[index];

    /// <summary>A line without its end.</summary>
    public ReadOnlyMemory<byte> Line(int index) => _bytes[_starts[index]..(_starts[index + 1] - 1)];

    public void Check(ReadOnlyMemory<byte> bytes, AuditKeys keys)
    {
        _bytes = bytes;
        Split(bytes.Span);
        var parts = Count >= Parallelise ? Parts : 1;
        if (parts == 1)
        {
            CheckPart(0, Count, keys, _signers[0]);
        }
        else
        {
            var count = Count;
            Parallel.For(0, parts, part => CheckPart((int)((long)count * part / parts), (int)((long)count * (part + 1) / parts), keys, _signers[part]));
        }
    }

    public void Dispose()
    {
        foreach (var signer in _signers.SelectMany(ofPart => ofPart.Values)) signer.Dispose();
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
                Array.Resize(ref _ofAudit, _ofAudit.Length * 2);
            }

            _starts[Count++] = at;
            var length = bytes[at..].IndexOf((byte)'\n');
            at = length < 0 ? bytes.Length : at + length + 1;
        }

        _starts[Count] = at;
    }

    private void CheckPart(int from, int until, AuditKeys keys, Dictionary<AuditKey, IncrementalHash> signers)
    {
        var bytes = _bytes.Span;
        for (var index = from; index < until; index++)
        {
            var line = bytes[_starts[index]..(_starts[index + 1] - 1)];
            _ofAudit[index] = line.IndexOf("\"action\":\"audit."u8) >= 0;
            if (!AuditLine.TryRead(line, out var record))
            {
                _states[index] = LineState.Unreadable;
            }
            else if (keys.Find(record.KeyId) is not { } key)
            {
                _states[index] = LineState.KeyUnknown;
            }
            else
            {
                if (!signers.TryGetValue(key, out var signer)) signers.Add(key, signer = key.NewSigner());
                _states[index] = record.IsSignedBy(signer) ? LineState.Good : LineState.Bad;
            }
        }
    }
}
