using System.Globalization;
using System.Text;
using System.Text.Json;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.Dags.Reading;

/// <summary>Finds escapes such as <c>\ud800</c> that name half a character. JSON allows them, UTF-8 cannot write them.</summary>
internal static class LoneSurrogates
{
    private const int MaxListed = 20;

    /// <summary>Adds an error for each; the first ones with the path of the text they stand in. Returns whether there are any.</summary>
    public static bool Report(ReadOnlySpan<byte> text, FindingList findings)
    {
        var places = new List<int>();
        var at = 0;
        while (at < text.Length)
        {
            var next = text[at..].IndexOf((byte)'\\');
            if (next < 0 || at + next + 1 >= text.Length) break;
            at += next;
            if (!IsUnit(text[at..], out var unit))
            {
                at += 2;
                continue;
            }

            at += 6;
            if (unit is < 0xD800 or > 0xDFFF) continue;
            if (unit < 0xDC00 && IsUnit(text[at..], out var low) && low is >= 0xDC00 and <= 0xDFFF)
            {
                at += 6;
                continue;
            }

            if (places.Count < MaxListed) places.Add(at - 6);
            else findings.WantsError();
        }

        if (places.Count == 0) return false;
        var paths = PathsAt(text, places);
        for (var i = 0; i < places.Count; i++)
        {
            if (!findings.WantsError()) continue;
            findings.AddError(
                FindingCodes.BadValue, paths[i], new ByteRange(places[i], 6),
                $"{Encoding.ASCII.GetString(text.Slice(places[i], 6))} is half a character (a lone surrogate), which UTF-8 cannot write; QMTL fails on it.",
                "Write the whole character, or its two halves one after the other.");
        }

        return true;
    }

    private static bool IsUnit(ReadOnlySpan<byte> text, out int unit)
    {
        unit = 0;
        return text.Length >= 6 && text[0] == '\\' && text[1] == 'u'
            && int.TryParse(text.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out unit);
    }

    /// <summary>The JSON paths of the values or keys that hold these offsets, which ascend.</summary>
    private static string[] PathsAt(ReadOnlySpan<byte> text, List<int> offsets)
    {
        var paths = new string[offsets.Count];
        Array.Fill(paths, "$");
        var next = 0;
        var levels = new Stack<(bool IsArray, int Index, string Key)>();
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 1 << 20 });
        while (next < offsets.Count && reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                levels.Pop();
                continue;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                levels.Pop();
                levels.Push((false, 0, JsonText.Decode(reader.ValueSpan)));
            }
            else if (levels.TryPeek(out var level) && level.IsArray)
            {
                levels.Pop();
                levels.Push((true, level.Index + 1, ""));
            }

            while (next < offsets.Count && offsets[next] < reader.BytesConsumed && reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) paths[next++] = Path(levels);
            if (reader.TokenType == JsonTokenType.StartArray) levels.Push((true, -1, ""));
            else if (reader.TokenType == JsonTokenType.StartObject) levels.Push((false, 0, ""));
        }

        return paths;
    }

    private static string Path(Stack<(bool IsArray, int Index, string Key)> levels)
    {
        var path = new StringBuilder("$");
        foreach (var (isArray, index, key) in levels.Reverse()) path.Append(isArray ? string.Create(CultureInfo.InvariantCulture, $"[{index}]") : JsonPath.Member(key));
        return path.ToString();
    }
}
