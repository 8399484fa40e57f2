using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Qmtl.Shared.Text;

/// <summary><c>str()</c>, <c>repr()</c> and truth of JSON values as Python sees them.</summary>
public static class PythonRepr
{
    /// <summary>Python gives up at about a thousand nested calls.</summary>
    public const int MaxDepth = 990;

    /// <summary>Whether the value counts as true; absent values do not.</summary>
    public static bool IsTruthy(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.String => JsonText.RawString(value).Length > 0,
        JsonValueKind.Number => IsNonZero(JsonMarshal.GetRawUtf8Value(value)),
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.GetPropertyCount() > 0,
        _ => false,
    };

    /// <summary>Appends <c>str(value)</c>. False when the value is nested too deeply.</summary>
    public static bool AppendStr(JsonElement value, Utf8Buffer to)
    {
        if (value.ValueKind != JsonValueKind.String) return AppendRepr(value, to, 0);
        JsonText.AppendDecoded(value, to);
        return true;
    }

    private static bool AppendRepr(JsonElement value, Utf8Buffer to, int depth)
    {
        if (depth > MaxDepth) return false;
        switch (value.ValueKind)
        {
            case JsonValueKind.True:
                to.Append("True"u8);
                return true;
            case JsonValueKind.False:
                to.Append("False"u8);
                return true;
            case JsonValueKind.Number:
                AppendNumber(JsonMarshal.GetRawUtf8Value(value), to, json: false);
                return true;
            case JsonValueKind.String:
                AppendQuoted(Decoded(JsonText.RawString(value)), to);
                return true;
            case JsonValueKind.Array:
                return AppendList(value, to, depth);
            case JsonValueKind.Object:
                return AppendDict(value, to, depth);
            default:
                to.Append("None"u8);
                return true;
        }
    }

    /// <summary>Appends a JSON number as Python writes it back.</summary>
    public static void AppendNumber(ReadOnlySpan<byte> number, Utf8Buffer to, bool json)
    {
        if (PythonNumbers.IsInt(number)) PythonNumbers.AppendInt(number, to);
        else if (PythonNumbers.IsOwnRepr(number)) to.Append(number);
        else PythonNumbers.AppendFloat(PythonNumbers.Float(number), to, json);
    }

    private static bool IsNonZero(ReadOnlySpan<byte> number)
    {
        var exponent = number.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = exponent < 0 ? number : number[..exponent];
        if (mantissa.IndexOfAnyInRange((byte)'1', (byte)'9') < 0) return false;
        return exponent < 0 && PythonNumbers.IsInt(number) || PythonNumbers.Float(number) != 0;
    }

    private static bool AppendList(JsonElement list, Utf8Buffer to, int depth)
    {
        to.Append((byte)'[');
        var first = true;
        foreach (var item in list.EnumerateArray())
        {
            if (!first) to.Append(", "u8);
            first = false;
            if (!AppendRepr(item, to, depth + 1)) return false;
        }

        to.Append((byte)']');
        return true;
    }

    private static bool AppendDict(JsonElement dict, Utf8Buffer to, int depth)
    {
        // A key keeps the place of its first mention and the value of its last.
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var entries = new List<(string Key, JsonElement Value)>();
        foreach (var property in dict.EnumerateObject())
        {
            var key = JsonText.Decode(JsonMarshal.GetRawUtf8PropertyName(property));
            if (places.TryGetValue(key, out var place)) entries[place] = (key, property.Value);
            else
            {
                places.Add(key, entries.Count);
                entries.Add((key, property.Value));
            }
        }

        to.Append((byte)'{');
        for (var i = 0; i < entries.Count; i++)
        {
            if (i > 0) to.Append(", "u8);
            var key = new Utf8Buffer();
            JsonText.AppendUtf16(entries[i].Key, key);
            AppendQuoted(key, to);
            to.Append(": "u8);
            if (!AppendRepr(entries[i].Value, to, depth + 1)) return false;
        }

        to.Append((byte)'}');
        return true;
    }

    private static Utf8Buffer Decoded(ReadOnlySpan<byte> raw)
    {
        var buffer = new Utf8Buffer(raw.Length + 4);
        JsonText.AppendDecoded(raw, buffer);
        return buffer;
    }

    private static void AppendQuoted(Utf8Buffer text, Utf8Buffer to)
    {
        var wtf8 = text.Written;
        var quote = wtf8.Contains((byte)'\'') && !wtf8.Contains((byte)'"') ? (byte)'"' : (byte)'\'';
        to.Append(quote);
        while (!wtf8.IsEmpty)
        {
            var codePoint = JsonText.NextCodePoint(wtf8, out var length);
            if (codePoint == quote || codePoint == '\\')
            {
                to.Append((byte)'\\');
                to.Append((byte)codePoint);
            }
            else if (codePoint is '\n' or '\r' or '\t')
            {
                to.Append((byte)'\\');
                to.Append(codePoint == '\n' ? (byte)'n' : codePoint == '\r' ? (byte)'r' : (byte)'t');
            }
            else if (IsPrintable(codePoint))
            {
                to.Append(wtf8[..length]);
            }
            else
            {
                var escape = codePoint < 0x100 ? $"\\x{codePoint:x2}" : codePoint < 0x10000 ? $"\\u{codePoint:x4}" : $"\\U{codePoint:x8}";
                to.Append(Encoding.ASCII.GetBytes(escape));
            }

            wtf8 = wtf8[length..];
        }

        to.Append(quote);
    }

    private static bool IsPrintable(uint codePoint)
    {
        if (codePoint < 0x7F) return codePoint >= 0x20;
        return CharUnicodeInfo.GetUnicodeCategory((int)codePoint) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
    }
}
