using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Qmtl.Shared.Text;

/// <summary>Strings of JSON documents as they stand, without losing lone surrogates and without exceptions.</summary>
public static class JsonText
{
    /// <summary>The bytes between the quotes, escapes not yet resolved.</summary>
    public static ReadOnlySpan<byte> RawString(JsonElement text) => JsonMarshal.GetRawUtf8Value(text)[1..^1];

    /// <summary>Appends the string with its escapes resolved.</summary>
    public static void AppendDecoded(JsonElement text, Utf8Buffer to) => AppendDecoded(RawString(text), to);

    /// <summary>Appends what stands between quotes with its escapes resolved.</summary>
    public static void AppendDecoded(ReadOnlySpan<byte> raw, Utf8Buffer to)
    {
        while (true)
        {
            var escape = raw.IndexOf((byte)'\\');
            if (escape < 0)
            {
                to.Append(raw);
                return;
            }

            to.Append(raw[..escape]);
            raw = raw[escape..];
            if (raw[1] != 'u')
            {
                to.Append(raw[1] switch
                {
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    var itself => itself,
                });
                raw = raw[2..];
                continue;
            }

            var unit = HexUnit(raw);
            raw = raw[6..];
            if (unit is >= 0xD800 and < 0xDC00 && raw.Length >= 6 && raw[0] == '\\' && raw[1] == 'u' && HexUnit(raw) is >= 0xDC00 and < 0xE000 and var low)
            {
                unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                raw = raw[6..];
            }

            to.AppendCodePoint(unit);
        }
    }

    /// <summary>Whether a property has this name, escapes resolved.</summary>
    public static bool NameEquals(JsonProperty property, ReadOnlySpan<byte> name)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(property);
        if (raw.IndexOf((byte)'\\') < 0) return raw.SequenceEqual(name);
        var decoded = new Utf8Buffer(raw.Length);
        AppendDecoded(raw, decoded);
        return decoded.Written.SequenceEqual(name);
    }

    /// <summary>The value of a key, undefined where there is none; the last one where it stands twice.</summary>
    public static JsonElement Find(JsonElement owner, ReadOnlySpan<byte> name)
    {
        JsonElement found = default;
        foreach (var property in owner.EnumerateObject())
        {
            if (NameEquals(property, name)) found = property.Value;
        }

        return found;
    }

    /// <summary>The string as UTF-16; lone surrogates stay. Null for anything but a string.</summary>
    public static string? StringOrNull(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return null;
        var raw = RawString(value);
        return raw.IndexOf((byte)'\\') < 0 ? Encoding.UTF8.GetString(raw) : Decode(raw);
    }

    /// <summary>What stands between quotes as UTF-16; lone surrogates stay.</summary>
    public static string Decode(ReadOnlySpan<byte> raw)
    {
        var buffer = new Utf8Buffer(raw.Length);
        AppendDecoded(raw, buffer);
        return ToUtf16(buffer.Written);
    }

    /// <summary>Whether WTF-8 text holds half a surrogate pair, which UTF-8 cannot write.</summary>
    public static bool HasLoneSurrogate(ReadOnlySpan<byte> wtf8)
    {
        while (true)
        {
            var at = wtf8.IndexOf((byte)0xED);
            if (at < 0 || at + 1 >= wtf8.Length) return false;
            if (wtf8[at + 1] >= 0xA0) return true;
            wtf8 = wtf8[(at + 1)..];
        }
    }

    /// <summary>WTF-8 as UTF-16.</summary>
    public static string ToUtf16(ReadOnlySpan<byte> wtf8)
    {
        if (!HasLoneSurrogate(wtf8)) return Encoding.UTF8.GetString(wtf8);
        var text = new StringBuilder(wtf8.Length);
        while (!wtf8.IsEmpty)
        {
            var codePoint = NextCodePoint(wtf8, out var length);
            wtf8 = wtf8[length..];
            if (codePoint < 0x10000) text.Append((char)codePoint);
            else text.Append((char)(0xD800 + ((codePoint - 0x10000) >> 10))).Append((char)(0xDC00 + ((codePoint - 0x10000) & 0x3FF)));
        }

        return text.ToString();
    }

    /// <summary>The first code point of WTF-8 text and its length in bytes. Bytes that are no UTF-8 count as U+FFFD.</summary>
    public static uint NextCodePoint(ReadOnlySpan<byte> wtf8, out int length)
    {
        var first = wtf8[0];
        length = 1;
        if (first < 0x80) return first;
        if (first is >= 0xC2 and < 0xE0 && wtf8.Length >= 2)
        {
            length = 2;
            return ((first & 0x1Fu) << 6) | (wtf8[1] & 0x3Fu);
        }

        if (first is >= 0xE0 and < 0xF0 && wtf8.Length >= 3)
        {
            length = 3;
            return ((first & 0x0Fu) << 12) | ((wtf8[1] & 0x3Fu) << 6) | (wtf8[2] & 0x3Fu);
        }

        if (first is >= 0xF0 and < 0xF5 && wtf8.Length >= 4)
        {
            length = 4;
            return ((first & 0x07u) << 18) | ((wtf8[1] & 0x3Fu) << 12) | ((wtf8[2] & 0x3Fu) << 6) | (wtf8[3] & 0x3Fu);
        }

        return 0xFFFD;
    }

    /// <summary>Appends UTF-16 as WTF-8.</summary>
    public static void AppendUtf16(ReadOnlySpan<char> text, Utf8Buffer to)
    {
        if (Ascii.FromUtf16(text, to.Reserve(text.Length), out var written) == OperationStatus.Done)
        {
            to.Advance(written);
            return;
        }

        for (var i = 0; i < text.Length; i++)
        {
            uint unit = text[i];
            if (unit < 0x80)
            {
                to.Append((byte)unit);
                continue;
            }

            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                unit = (uint)char.ConvertToUtf32(text[i], text[i + 1]);
                i++;
            }

            to.AppendCodePoint(unit);
        }

    }

    private static uint HexUnit(ReadOnlySpan<byte> escape)
        => Utf8Parser.TryParse(escape.Slice(2, 4), out ushort unit, out _, 'x') ? unit : 0xFFFDu;
}
