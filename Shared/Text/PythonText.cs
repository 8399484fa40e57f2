using System.Globalization;
using System.Text;

namespace Qmtl.Shared.Text;

/// <summary>Python's notions of white space, letters and lower case, where .NET's differ.</summary>
public static class PythonText
{
    /// <summary><c>str.isspace()</c> of one character: also the separators U+001C to U+001F, which .NET does not count.</summary>
    public static bool IsSpace(uint codePoint) => codePoint switch
    {
        >= 0x09 and <= 0x0D or >= 0x1C and <= 0x20 or 0x85 or 0xA0 => true,
        < 0x1680 => false,
        0x1680 or >= 0x2000 and <= 0x200A or 0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000 => true,
        _ => false,
    };

    /// <summary><c>str.strip()</c>.</summary>
    public static string Strip(string text)
    {
        var from = 0;
        var to = text.Length;
        while (from < to && IsSpace(text[from])) from++;
        while (to > from && IsSpace(text[to - 1])) to--;
        return to - from == text.Length ? text : text[from..to];
    }

    /// <summary><c>str.strip()</c> on WTF-8.</summary>
    public static ReadOnlySpan<byte> Strip(ReadOnlySpan<byte> wtf8)
    {
        while (!wtf8.IsEmpty && IsSpace(JsonText.NextCodePoint(wtf8, out var length))) wtf8 = wtf8[length..];
        while (!wtf8.IsEmpty)
        {
            var start = wtf8.Length - 1;
            while (start > 0 && (wtf8[start] & 0xC0) == 0x80) start--;
            if (!IsSpace(JsonText.NextCodePoint(wtf8[start..], out _))) break;
            wtf8 = wtf8[..start];
        }

        return wtf8;
    }

    /// <summary><c>str.isalnum()</c> of one character: letters and numbers of any script, no combining marks.</summary>
    public static bool IsAlphanumeric(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => true,
        _ => false,
    };

    /// <summary><c>str.lower()</c>: full case mapping, with the final sigma and the dotted capital I.</summary>
    public static string Lower(string text)
    {
        if (Ascii.IsValid(text)) return text.ToLowerInvariant();
        var lowered = new StringBuilder(text.Length);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var width = rune.Utf16SequenceLength;
            if (rune.Value == 0xFFFD && text[at] != '\uFFFD') lowered.Append(text[at]);
            else if (rune.Value == 'Σ') lowered.Append(IsFinalSigma(text, at) ? 'ς' : 'σ');
            else AppendLower(lowered, rune);
            at += width;
        }

        return lowered.ToString();
    }

    /// <summary><c>str.lower()</c> of one character on its own.</summary>
    public static void AppendLower(StringBuilder to, Rune rune)
    {
        if (rune.Value == 0x130) to.Append("i\u0307");
        else to.Append(Rune.ToLowerInvariant(rune));
    }

    private static bool IsFinalSigma(string text, int at)
        => CasedNeighbour(text, at - 1, -1) && !CasedNeighbour(text, at + 1, 1);

    private static bool CasedNeighbour(string text, int at, int step)
    {
        for (; at >= 0 && at < text.Length; at += step)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(text[at]);
            if (category is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter) return true;
            var ignorable = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
                or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol || "'.:·’‘․\u2024\u2027".Contains(text[at], StringComparison.Ordinal);
            if (!ignorable) return false;
        }

        return false;
    }
}
