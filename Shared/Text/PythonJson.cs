using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Qmtl.Shared.NodeIds;

namespace Qmtl.Shared.Text;

/// <summary>Writes JSON as Python's <c>json.dumps(value, sort_keys=True)</c> does: hashes are made over this text.</summary>
public static class PythonJson
{
    /// <summary>The text of a float as Python's <c>repr</c>: <c>0.5</c>, <c>1e-05</c>, <c>1e+16</c>, <c>-0.0</c>.</summary>
    public static string FloatRepr(double value)
    {
        var buffer = new Utf8Buffer(32);
        PythonNumbers.AppendFloat(value, buffer, json: true);
        return Encoding.ASCII.GetString(buffer.Written);
    }

    /// <summary><c>json.dumps(value, sort_keys=True)</c>: separators <c>", "</c> and <c>": "</c>, everything beyond ASCII escaped.</summary>
    /// <exception cref="NodeIdRefusedException">Python gives up: nested too deeply, or an integer of more than 4,300 digits.</exception>
    public static string DumpsSorted(JsonElement value) => Encoding.ASCII.GetString(Dump(value, PythonJsonStyle.AsciiSpaced).Written);

    /// <summary><c>json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)</c>; lone surrogates stay.</summary>
    /// <exception cref="NodeIdRefusedException">As for <see cref="DumpsSorted"/>.</exception>
    public static string DumpsCompact(JsonElement value) => JsonText.ToUtf16(Dump(value, PythonJsonStyle.Compact).Written);

    /// <summary>The text as a JSON string with everything beyond ASCII escaped, quotes included.</summary>
    public static string QuoteAscii(string text)
    {
        var wtf8 = new Utf8Buffer(text.Length + 8);
        JsonText.AppendUtf16(text, wtf8);
        var quoted = new Utf8Buffer(text.Length + 16);
        PythonJsonWriter.AppendString(wtf8.Written, quoted, ascii: true);
        return Encoding.ASCII.GetString(quoted.Written);
    }

    internal static Utf8Buffer Dump(JsonElement value, PythonJsonStyle style)
    {
        var buffer = new Utf8Buffer(1024);
        var writer = new PythonJsonWriter(style);
        if (!writer.TryWrite(value, buffer)) throw writer.Refusal!.ToException();
        return buffer;
    }
}

/// <summary>How <see cref="PythonJsonWriter"/> writes.</summary>
internal enum PythonJsonStyle
{
    /// <summary><c>{"a": 1, "b": 2}</c>, ASCII.</summary>
    AsciiSpaced,

    /// <summary><c>{"a":1,"b":2}</c>, not escaped beyond what JSON asks for.</summary>
    Compact,

    /// <summary>As <see cref="Compact"/>, without the keys that do not enter a node id.</summary>
    CompactParameters,
}

/// <summary>Writes values with sorted keys. One instance serves many values, one at a time.</summary>
internal sealed class PythonJsonWriter(PythonJsonStyle style)
{
    private static readonly SearchValues<byte> NeedsEscape = SearchValues.Create(Enumerable.Range(0, 0x20).Select(c => (byte)c).Append((byte)'"').Append((byte)'\\').ToArray());

    /// <summary>So many members are sorted by insertion, which is faster for few.</summary>
    private const int FewMembers = 12;

    private readonly bool _ascii = style == PythonJsonStyle.AsciiSpaced;
    private readonly Utf8Buffer _keys = new(512);
    private readonly Utf8Buffer _text = new(256);
    private Member[] _members = new Member[64];
    private int _memberCount;
    private int _depth;

    /// <summary>Why the last value could not be written.</summary>
    public NodeIdRefusal? Refusal { get; private set; }

    /// <summary>A key that stood twice in one object of the last value (escapes not resolved is told by null), for findings.</summary>
    public string? DuplicateKey { get; private set; }

    /// <summary>Appends the value. False when Python would refuse; <see cref="Refusal"/> tells why.</summary>
    public bool TryWrite(JsonElement value, Utf8Buffer to)
    {
        Refusal = null;
        DuplicateKey = null;
        _depth = 0;
        _memberCount = 0;
        _keys.Clear();
        return Write(value, to);
    }

    private bool Write(JsonElement value, Utf8Buffer to)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return Nested(value, to);
            case JsonValueKind.Array:
                return Nested(value, to);
            case JsonValueKind.String:
                WriteString(JsonText.RawString(value), to);
                return true;
            case JsonValueKind.Number:
                return WriteNumber(JsonMarshal.GetRawUtf8Value(value), to);
            case JsonValueKind.True:
                to.Append("true"u8);
                return true;
            case JsonValueKind.False:
                to.Append("false"u8);
                return true;
            default:
                to.Append("null"u8);
                return true;
        }
    }

    private bool Nested(JsonElement value, Utf8Buffer to)
    {
        if (++_depth > PythonRepr.MaxDepth) return Refuse("RecursionError", $"The value is nested more than {PythonRepr.MaxDepth} levels deep.");
        var written = value.ValueKind == JsonValueKind.Object ? WriteObject(value, to) : WriteArray(value, to);
        _depth--;
        return written;
    }

    private bool WriteArray(JsonElement array, Utf8Buffer to)
    {
        to.Append((byte)'[');
        var first = true;
        foreach (var item in array.EnumerateArray())
        {
            if (!first) to.Append(_ascii ? ", "u8 : ","u8);
            first = false;
            if (!Write(item, to)) return false;
        }

        to.Append((byte)']');
        return true;
    }

    private bool WriteObject(JsonElement value, Utf8Buffer to)
    {
        var firstMember = _memberCount;
        var firstKeyByte = _keys.Length;
        var sorted = true;
        foreach (var property in value.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(property);
            var start = _keys.Length;
            JsonText.AppendDecoded(name, _keys);
            var key = _keys.Slice(start, _keys.Length - start);
            if (style == PythonJsonStyle.CompactParameters && ExcludedParameters.Contains(key))
            {
                _keys.TruncateTo(start);
                continue;
            }

            if (_memberCount == _members.Length) Array.Resize(ref _members, _members.Length * 2);
            if (sorted && _memberCount > firstMember && Key(_members[_memberCount - 1]).SequenceCompareTo(key) >= 0) sorted = false;
            _members[_memberCount++] = new Member(start, key.Length, _memberCount, property.Value);
        }

        var lastMember = _memberCount;
        if (!sorted) Sort(firstMember, lastMember);
        to.Append((byte)'{');
        var first = true;
        for (var i = firstMember; i < lastMember; i++)
        {
            var member = _members[i];
            if (i + 1 < lastMember && Key(_members[i + 1]).SequenceEqual(Key(member)))
            {
                // The same key again: Python keeps the last value.
                DuplicateKey ??= JsonText.ToUtf16(Key(member));
                continue;
            }

            if (!first) to.Append(_ascii ? ", "u8 : ","u8);
            first = false;
            AppendString(Key(member), to, _ascii);
            to.Append(_ascii ? ": "u8 : ":"u8);
            if (!Write(member.Value, to)) return false;
        }

        to.Append((byte)'}');
        _memberCount = firstMember;
        _keys.TruncateTo(firstKeyByte);
        return true;
    }

    /// <summary>By key bytes, which is code-point order; equal keys keep their order in the text.</summary>
    private void Sort(int from, int to)
    {
        var members = _members.AsSpan(from, to - from);
        if (members.Length > FewMembers)
        {
            members.Sort((a, b) =>
            {
                var order = Key(a).SequenceCompareTo(Key(b));
                return order != 0 ? order : a.Order.CompareTo(b.Order);
            });
            return;
        }

        for (var i = 1; i < members.Length; i++)
        {
            var member = members[i];
            var at = i;
            for (; at > 0 && Key(members[at - 1]).SequenceCompareTo(Key(member)) > 0; at--) members[at] = members[at - 1];
            members[at] = member;
        }
    }

    private ReadOnlySpan<byte> Key(Member member) => _keys.Slice(member.Start, member.Length);

    private bool WriteNumber(ReadOnlySpan<byte> number, Utf8Buffer to)
    {
        if (number.Length > PythonNumbers.MaxIntDigits && PythonNumbers.IsInt(number) && number.TrimStart((byte)'-').Length > PythonNumbers.MaxIntDigits)
            return Refuse("ValueError", $"An integer has more than {PythonNumbers.MaxIntDigits.ToString("N0", CultureInfo.InvariantCulture)} digits.");
        PythonRepr.AppendNumber(number, to, json: true);
        return true;
    }

    private void WriteString(ReadOnlySpan<byte> raw, Utf8Buffer to)
    {
        if (raw.IndexOf((byte)'\\') < 0 && (!_ascii || Ascii.IsValid(raw) && !raw.Contains((byte)0x7F)))
        {
            // Nothing to resolve and nothing to escape: the text stands as it is.
            to.Append((byte)'"');
            to.Append(raw);
            to.Append((byte)'"');
            return;
        }

        _text.Clear();
        JsonText.AppendDecoded(raw, _text);
        AppendString(_text.Written, to, _ascii);
    }

    /// <summary>Appends WTF-8 text in quotes, escaped as Python does.</summary>
    public static void AppendString(ReadOnlySpan<byte> text, Utf8Buffer to, bool ascii)
    {
        to.Append((byte)'"');
        while (true)
        {
            var plain = ascii ? AsciiRun(text) : text.IndexOfAny(NeedsEscape);
            if (plain < 0) plain = text.Length;
            to.Append(text[..plain]);
            if (plain == text.Length) break;
            text = text[plain..];
            var codePoint = JsonText.NextCodePoint(text, out var length);
            AppendEscape(codePoint, to);
            text = text[length..];
        }

        to.Append((byte)'"');
    }

    private static int AsciiRun(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is < 0x20 or >= 0x7F or (byte)'"' or (byte)'\\') return i;
        }

        return -1;
    }

    private static void AppendEscape(uint codePoint, Utf8Buffer to)
    {
        var named = codePoint switch { '"' => '"', '\\' => '\\', '\n' => 'n', '\r' => 'r', '\t' => 't', '\b' => 'b', '\f' => 'f', _ => '\0' };
        if (named != '\0')
        {
            to.Append((byte)'\\');
            to.Append((byte)named);
        }
        else if (codePoint < 0x10000)
        {
            AppendUnit(codePoint, to);
        }
        else
        {
            AppendUnit(0xD800 + ((codePoint - 0x10000) >> 10), to);
            AppendUnit(0xDC00 + ((codePoint - 0x10000) & 0x3FF), to);
        }
    }

    private static void AppendUnit(uint unit, Utf8Buffer to)
    {
        to.Append("\\u"u8);
        unit.TryFormat(to.Reserve(4), out var written, "x4", CultureInfo.InvariantCulture);
        to.Advance(written);
    }

    private bool Refuse(string pythonError, string message)
    {
        Refusal = new NodeIdRefusal(pythonError, message);
        return false;
    }

    private readonly record struct Member(int Start, int Length, int Order, JsonElement Value);
}
