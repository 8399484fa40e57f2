using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace Qmtl.Shared.Dags.Reading;

/// <summary>Base64 and JSON at the level of text: decoding, and where and why it fails.</summary>
internal static class PayloadText
{
    private static readonly SearchValues<byte> Base64OrSpace = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"u8);

    /// <summary>Base64 of <c>{"nodes":[]}</c>; shorter words are taken for damaged JSON.</summary>
    private const int ShortestBase64 = 16;

    /// <summary>What is wrong with a text, and where.</summary>
    public sealed record Problem(int Offset, int Length, string Message, string Advice);

    public static bool IsBlank(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(" \t\r\n"u8) < 0;

    /// <summary>The first byte that is no white space; 0 when there is none.</summary>
    public static byte FirstByte(ReadOnlySpan<byte> text)
    {
        var at = text.IndexOfAnyExcept(" \t\r\n"u8);
        return at < 0 ? (byte)0 : text[at];
    }

    /// <summary>Whether text that is no JSON was meant as base64: base64 of an object starts with one of few letters.</summary>
    public static bool LooksLikeBase64(ReadOnlySpan<byte> text)
    {
        var at = text.IndexOfAnyExcept(" \t\r\n"u8);
        if (at < 0) return false;
        var rest = text[at..].TrimEnd(" \t\r\n"u8);
        var run = rest.IndexOfAnyExcept(Base64OrSpace);
        return (run < 0 ? rest.Length : run) >= ShortestBase64 || rest[0] is (byte)'e' && rest.Length > 1 && rest[1] is (byte)'y' or (byte)'w';
    }

    /// <summary>Decodes base64; white space is allowed anywhere. Null and a problem where it is none.</summary>
    public static byte[]? DecodeBase64(ReadOnlySpan<byte> text, out Problem? problem)
    {
        problem = null;
        var bad = text.IndexOfAnyExcept(Base64OrSpace);
        if (bad >= 0)
        {
            var urlSafe = text[bad] is (byte)'-' or (byte)'_';
            problem = new Problem(
                bad, 1,
                string.Create(CultureInfo.InvariantCulture, $"Character {bad + 1:N0} ({Shown(text[bad])}) is not base64."),
                urlSafe ? "This is the URL-safe alphabet; encode with + and / instead of - and _." : "Encode the DAG's UTF-8 text with the standard base64 alphabet, or give the JSON itself.");
            return null;
        }

        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text, decoded, out _, out var written) == OperationStatus.Done) return decoded.AsSpan(0, written).ToArray();
        var padding = text.IndexOf((byte)'=');
        var afterPadding = padding < 0 ? -1 : text[padding..].IndexOfAnyExcept("= \t\r\n"u8);
        problem = afterPadding > 0
            ? new Problem(padding + afterPadding, 1, string.Create(CultureInfo.InvariantCulture, $"Character {padding + afterPadding + 1:N0} follows the base64 padding (=)."), "Padding ends base64; give one encoded text alone.")
            : new Problem(Math.Max(0, text.Length - 1), 1, string.Create(CultureInfo.InvariantCulture, $"The base64 text ends in the middle of a group of four characters, after character {text.Length:N0}."), "It was probably cut off or lost its padding (=); give the whole text.");
        return null;
    }

    /// <summary>Parses JSON without copying it. Null and a problem where it is none or is nested too deeply.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> text, int maxDepth, out Problem? problem)
    {
        problem = null;
        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = maxDepth });
        }
        catch (JsonException exception)
        {
            problem = Explain(text.Span, maxDepth, exception);
            return null;
        }
    }

    private static Problem Explain(ReadOnlySpan<byte> text, int maxDepth, JsonException exception)
    {
        if (DepthExceededAt(text, maxDepth) is { } deep)
            return new Problem(deep, 1, $"The JSON is nested more than {maxDepth} levels deep.", "A DAG needs about five levels; the text is damaged or was not meant as a DAG.");

        var offset = OffsetOf(text, exception.LineNumber ?? 0, exception.BytePositionInLine ?? 0);
        var rest = text[Math.Min(offset, text.Length)..];
        if (rest.StartsWith("NaN"u8) || rest.StartsWith("Infinity"u8))
            return new Problem(offset > 0 && text[offset - 1] == '-' ? offset - 1 : offset, 1, "NaN and Infinity are not JSON numbers, although Python writes them.", "Replace them by null or a finite number.");
        if (offset >= text.Length)
            return new Problem(Math.Max(0, text.Length - 1), 1, "Not JSON: the text ends before the value is complete.", "It was probably cut off; give the whole text.");
        return new Problem(offset, 1, "Not JSON: " + Words(exception.Message), "Put the text right at this place; a DAG is a JSON object with a list of nodes.");
    }

    /// <summary>The runtime's message without its position, which is given on its own.</summary>
    private static string Words(string message)
    {
        var position = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return position < 0 ? message : message[..position];
    }

    private static int? DepthExceededAt(ReadOnlySpan<byte> text, int maxDepth)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = maxDepth + 1 });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject && reader.CurrentDepth >= maxDepth) return (int)reader.TokenStartIndex;
            }
        }
        catch (JsonException)
        {
            // Another error comes before.
        }

        return null;
    }

    private static int OffsetOf(ReadOnlySpan<byte> text, long line, long byteInLine)
    {
        var offset = 0;
        for (; line > 0; line--)
        {
            var next = text[offset..].IndexOf((byte)'\n');
            if (next < 0) break;
            offset += next + 1;
        }

        return (int)Math.Min(offset + byteInLine, text.Length);
    }

    private static string Shown(byte character)
        => character is > 0x20 and < 0x7F ? $"'{(char)character}'" : string.Create(CultureInfo.InvariantCulture, $"byte 0x{character:X2}");
}
