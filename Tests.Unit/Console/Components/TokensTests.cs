using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Qmtl.Tests.Unit.Console.Components;

/// <summary>The tokens of both themes are readable: WCAG 2 contrast on every surface.</summary>
public sealed partial class TokensTests
{
    private static readonly string[] Surfaces = ["page", "panel", "raised", "sunken", "hover", "selected"];
    private static readonly string[] Texts = ["text", "text-2", "text-3", "accent", "ok", "attention", "broken", "unknown"];
    private static readonly string[] Lines = ["line-strong", "series-1", "series-2", "series-3", "series-4", "series-5", "series-6"];

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public void Text_and_lines_stand_out(string theme)
    {
        var tokens = Read(theme);
        var weak = (from text in Texts from surface in Surfaces where Contrast(tokens[text], tokens[surface]) < 4.5 select $"{text} on {surface}")
            .Concat(from line in Lines from surface in Surfaces where Contrast(tokens[line], tokens[surface]) < 3 select $"{line} on {surface}")
            .Concat(from state in new[] { "ok", "attention", "broken", "unknown" } where Contrast(tokens[state], tokens[state + "-soft"]) < 4.5 select $"{state} on its own ground")
            .Concat(Contrast(tokens["on-accent"], tokens["accent"]) < 4.5 ? ["on-accent on accent"] : []);
        Assert.Empty(weak);
    }

    private static Dictionary<string, string> Read(string theme, [CallerFilePath] string here = "")
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
        var text = File.ReadAllText(Path.Combine(root, "wwwroot", "css", "tokens.css"));
        var dark = text.IndexOf(":root[data-theme=\"dark\"]", StringComparison.Ordinal);
        Assert.True(dark > 0);
        return Token().Matches(theme == "light" ? text[..dark] : text[dark..]).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
    }

    private static double Contrast(string left, string right)
    {
        var (high, low) = (Math.Max(Luminance(left), Luminance(right)), Math.Min(Luminance(left), Luminance(right)));
        return (high + 0.05) / (low + 0.05);
    }

    private static double Luminance(string colour)
    {
        var channels = new[] { 1, 3, 5 }.Select(at => int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0)
            .Select(value => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4)).ToArray();
        return (0.2126 * channels[0]) + (0.7152 * channels[1]) + (0.0722 * channels[2]);
    }

    [GeneratedRegex("--([a-z0-9-]+):\\s*(#[0-9a-f]{6});")]
    private static partial Regex Token();
}
