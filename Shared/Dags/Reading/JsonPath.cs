using System.Globalization;
using System.Text;
using Qmtl.Shared.Text;

namespace Qmtl.Shared.Dags.Reading;

/// <summary>JSON paths as findings give them: <c>$.nodes[3].params['a b']</c>.</summary>
internal static class JsonPath
{
    private const int LongestKey = 60;

    public static string Node(int index) => string.Create(CultureInfo.InvariantCulture, $"$.nodes[{index}]");

    public static string Node(int index, string field) => string.Create(CultureInfo.InvariantCulture, $"$.nodes[{index}].{field}");

    public static string Node(int index, string field, int item) => string.Create(CultureInfo.InvariantCulture, $"$.nodes[{index}].{field}[{item}]");

    /// <summary><c>.key</c>, or <c>['key']</c> where the key is no plain name; long keys are cut.</summary>
    public static string Member(string key)
    {
        if (key.Length is > 0 and <= LongestKey && (char.IsAsciiLetter(key[0]) || key[0] == '_') && key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')) return "." + key;
        return "['" + Shown(key) + "']";
    }

    /// <summary>Text for people: control characters and lone surrogates escaped, cut at 60 characters.</summary>
    public static string Shown(string text)
    {
        var cut = text.Length > LongestKey ? text[..LongestKey] : text;
        var shown = new StringBuilder(cut.Length);
        for (var i = 0; i < cut.Length; i++)
        {
            var c = cut[i];
            if (char.IsHighSurrogate(c) && i + 1 < cut.Length && char.IsLowSurrogate(cut[i + 1])) shown.Append(c).Append(cut[++i]);
            else if (char.IsControl(c) || char.IsSurrogate(c)) shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else shown.Append(c);
        }

        if (cut.Length < text.Length) shown.Append('…');
        return shown.ToString();
    }
}
