using System.Globalization;
using System.Text;

namespace Qmtl.Console.CommandLine;

/// <summary>Text that may come from anywhere, for a terminal.</summary>
internal static class TerminalText
{
    /// <summary>Without control characters, which could steer the terminal, and without lone surrogates.</summary>
    public static string Printable(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => Rune.IsControl(rune) ? string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}") : rune.ToString()));
}
