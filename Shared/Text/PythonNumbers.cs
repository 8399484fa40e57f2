using System.Globalization;
using System.Numerics;
using System.Text;

namespace Qmtl.Shared.Text;

/// <summary>Numbers as Python reads and writes them.</summary>
public static class PythonNumbers
{
    /// <summary>Python refuses to convert integers of more decimal digits from or to text.</summary>
    public const int MaxIntDigits = 4300;

    /// <summary>Whether a JSON number is an integer to Python: it has neither point nor exponent.</summary>
    public static bool IsInt(ReadOnlySpan<byte> number) => number.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0;

    public static double Float(ReadOnlySpan<byte> number)
        => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>Appends an integer token; <c>-0</c> is 0.</summary>
    public static void AppendInt(ReadOnlySpan<byte> number, Utf8Buffer to)
    {
        if (number.SequenceEqual("-0"u8)) to.Append((byte)'0');
        else to.Append(number);
    }

    /// <summary>
    /// Whether a float token is its own <c>repr</c>: at most 15 significant digits tell every double apart, so such a token without
    /// exponent, superfluous zeros and more than three zeros after the point is already the shortest.
    /// </summary>
    public static bool IsOwnRepr(ReadOnlySpan<byte> number)
    {
        if (number[0] == '-') number = number[1..];
        var point = number.IndexOf((byte)'.');
        if (point < 0 || number.Length > 16 || number.IndexOfAny((byte)'e', (byte)'E') >= 0) return false;
        var fraction = number[(point + 1)..];
        if (fraction.Length == 1 && fraction[0] == '0') return true;
        return fraction[^1] != '0' && (number[0] != '0' || !fraction.StartsWith("0000"u8));
    }

    /// <summary>Appends a float as <c>repr</c> does: shortest digits, fixed from 1e-4 to below 1e16, else with an exponent of two digits or more.</summary>
    public static void AppendFloat(double value, Utf8Buffer to, bool json)
    {
        if (double.IsNaN(value))
        {
            to.Append(json ? "NaN"u8 : "nan"u8);
            return;
        }

        if (double.IsNegative(value)) to.Append((byte)'-');
        if (double.IsInfinity(value))
        {
            to.Append(json ? "Infinity"u8 : "inf"u8);
            return;
        }

        Span<byte> text = stackalloc byte[40];
        Math.Abs(value).TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        Span<byte> digits = stackalloc byte[40];
        var exponent = ShortestDigits(text[..length], digits, out var count);
        AppendDigits(digits[..count], exponent, to);
    }

    /// <summary>Splits .NET's shortest text into digits without leading or trailing zeros and the exponent of the first digit.</summary>
    private static int ShortestDigits(ReadOnlySpan<byte> text, Span<byte> digits, out int count)
    {
        var exponent = 0;
        var e = text.IndexOf((byte)'E');
        if (e >= 0)
        {
            exponent = int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }

        count = 0;
        var point = -1;
        var leadingZeros = 0;
        foreach (var c in text)
        {
            if (c == '.')
            {
                point = count + leadingZeros;
                continue;
            }

            if (count == 0 && c == '0') leadingZeros++;
            else digits[count++] = c;
        }

        if (point < 0) point = count + leadingZeros;
        while (count > 0 && digits[count - 1] == '0') count--;
        if (count > 0) return exponent + point - leadingZeros - 1;
        digits[count++] = (byte)'0';
        return 0;
    }

    private static void AppendDigits(ReadOnlySpan<byte> digits, int exponent, Utf8Buffer to)
    {
        if (exponent is < -4 or >= 16)
        {
            to.Append(digits[0]);
            if (digits.Length > 1)
            {
                to.Append((byte)'.');
                to.Append(digits[1..]);
            }

            to.Append((byte)'e');
            to.Append(exponent < 0 ? (byte)'-' : (byte)'+');
            var magnitude = Math.Abs(exponent);
            if (magnitude < 10) to.Append((byte)'0');
            magnitude.TryFormat(to.Reserve(4), out var written, default, CultureInfo.InvariantCulture);
            to.Advance(written);
            return;
        }

        if (exponent < 0)
        {
            to.Append("0."u8);
            for (var i = -1; i > exponent; i--) to.Append((byte)'0');
            to.Append(digits);
            return;
        }

        for (var i = 0; i <= exponent; i++) to.Append(i < digits.Length ? digits[i] : (byte)'0');
        to.Append((byte)'.');
        if (digits.Length > exponent + 1) to.Append(digits[(exponent + 1)..]);
        else to.Append((byte)'0');
    }

    /// <summary>The integer part of a finite float, in full.</summary>
    public static string TruncatedText(double value)
        => Math.Abs(value) < 1e15 ? ((long)value).ToString(CultureInfo.InvariantCulture) : new BigInteger(value).ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// <c>int(text)</c>: white space around, a sign, decimal digits of any script, single underscores between digits.
    /// Null where Python raises ValueError.
    /// </summary>
    public static string? ParseInt(string text)
    {
        var stripped = PythonText.Strip(text);
        var digits = new StringBuilder(stripped.Length);
        var negative = false;
        var first = true;
        var afterDigit = false;
        foreach (var rune in stripped.EnumerateRunes())
        {
            if (first && (rune.Value is '+' or '-'))
            {
                negative = rune.Value == '-';
                first = false;
                continue;
            }

            first = false;
            if (rune.Value == '_')
            {
                if (!afterDigit) return null;
                afterDigit = false;
                continue;
            }

            var digit = Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber ? (int)Rune.GetNumericValue(rune) : -1;
            if (digit < 0) return null;
            digits.Append((char)('0' + digit));
            afterDigit = true;
        }

        if (!afterDigit || digits.Length > MaxIntDigits) return null;
        var significant = digits.ToString().TrimStart('0');
        if (significant.Length == 0) return "0";
        return negative ? "-" + significant : significant;
    }
}
