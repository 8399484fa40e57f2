using Microsoft.Win32.SafeHandles;

namespace Qmtl.Operations.Audit.Files;

/// <summary>Reads single lines of a file; those that lie close together, going down, come out of one read.</summary>
internal sealed class ReadWindow
{
    private const int Behind = 48 << 10;
    private byte[] _bytes = new byte[64 << 10];
    private SafeFileHandle? _file;
    private long _start;
    private int _length;
    private long _last = -1;

    public void Open(SafeFileHandle file)
    {
        _file = file;
        _length = 0;
        _last = -1;
    }

    /// <summary>The line that begins there, without its end; null behind the file's end.</summary>
    public byte[]? Line(long offset)
    {
        if (Held(offset) is { } held) return held;
        // Who reads downwards in small steps will want what stands before.
        var isNear = _last > offset && _last - offset < Behind / 2;
        _last = offset;
        Fill(isNear ? Math.Max(0, offset + 8_192 - Behind) : offset, isNear ? _bytes.Length : 4_096);
        while (true)
        {
            if (Held(offset) is { } line) return line;
            var wanted = Math.Max(4_096, (int)(_start + _length - offset) * 2);
            if (wanted > SegmentEnd.MaxLine * 2) return null;
            if (wanted > _bytes.Length) Array.Resize(ref _bytes, wanted);
            var before = (_start, _length);
            Fill(offset, wanted);
            // Nothing more is there: a last line without its end.
            if ((_start, _length) == before || _length < wanted) return Held(offset) ?? (_length == 0 ? null : _bytes.AsSpan(0, _length).ToArray());
        }
    }

    private byte[]? Held(long offset)
    {
        if (offset < _start || offset >= _start + _length) return null;
        var rest = _bytes.AsSpan((int)(offset - _start), (int)(_start + _length - offset));
        var end = rest.IndexOf((byte)'\n');
        if (end < 0) return null;
        _last = offset;
        return rest[..end].ToArray();
    }

    private void Fill(long start, int length)
    {
        _start = start;
        _length = 0;
        while (_length < length)
        {
            var read = RandomAccess.Read(_file!, _bytes.AsSpan(_length, length - _length), start + _length);
            if (read == 0) break;
            _length += read;
        }
    }
}
