using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Qmtl.Shared.Dags.Reading;

/// <summary>A range of bytes of the checked text.</summary>
internal readonly record struct ByteRange(int Offset, int Length);

/// <summary>Turns byte offsets into lines, columns and UTF-16 offsets. Asked in ascending order it passes over the text once.</summary>
internal sealed class TextLocator(ReadOnlyMemory<byte> text)
{
    private int _byte;
    private int _utf16;
    private int _line = 1;
    private int _lineStart;

    public int Length => text.Length;

    public ReadOnlyMemory<byte> TextOf(ByteRange range) => text.Slice(range.Offset, range.Length);

    /// <summary>Where a value stands, quotes included.</summary>
    public ByteRange RangeOf(JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        return new ByteRange(OffsetOf(raw), raw.Length);
    }

    /// <summary>Where a property's key stands, quotes included.</summary>
    public ByteRange RangeOfKey(JsonProperty property)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(property);
        return new ByteRange(OffsetOf(raw) - 1, raw.Length + 2);
    }

    /// <summary>The place of a range.</summary>
    public TextSpan Locate(ByteRange range)
    {
        var span = text.Span;
        var offset = Math.Clamp(range.Offset, 0, span.Length);
        if (offset < _byte) (_byte, _utf16, _line, _lineStart) = (0, 0, 1, 0);
        var between = span[_byte..offset];
        var lastBreak = between.LastIndexOf((byte)'\n');
        if (lastBreak >= 0)
        {
            _line += between.Count((byte)'\n');
            _lineStart = _utf16 + Encoding.UTF8.GetCharCount(between[..(lastBreak + 1)]);
        }

        _utf16 += Encoding.UTF8.GetCharCount(between);
        _byte = offset;
        var length = Math.Min(range.Length, span.Length - offset);
        return new TextSpan(offset, length, _line, _utf16 - _lineStart + 1, _utf16, Encoding.UTF8.GetCharCount(span.Slice(offset, length)));
    }

    private int OffsetOf(ReadOnlySpan<byte> part)
        => (int)Unsafe.ByteOffset(ref MemoryMarshal.GetReference(text.Span), ref MemoryMarshal.GetReference(part));
}
