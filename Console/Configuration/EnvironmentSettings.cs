using System.Globalization;

namespace Qmtl.Console.Configuration;

/// <summary>Name and colour of the environment, so that nobody mistakes production for anything else.</summary>
/// <param name="Name">Shown on every page.</param>
/// <param name="Colour"><c>#rrggbb</c>.</param>
public sealed record EnvironmentSettings(string Name, string Colour)
{
    public const string DefaultName = "sandbox";
    public const string DefaultColour = "#6b7280";

    /// <summary>Production's when no other colour is set.</summary>
    public const string ProductionColour = "#b3232b";

    public const int MaxName = 40;

    private static readonly string[] ProductionNames = ["production", "prod", "live", "prd"];

    /// <summary>Whether the name says production: by itself or as one of its words, as in <c>prod-eu</c>.</summary>
    public bool IsProduction => SaysProduction(Name);

    /// <summary>The colours as custom properties: the environment's, and black or white on it, whichever reads better.</summary>
    public string Style => $"--env:{Colour};--on-env:{(Luminance(Colour) > 0.179 ? "#000000" : "#ffffff")}";

    public static bool SaysProduction(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Split([' ', '-', '_', '.', '/'], StringSplitOptions.RemoveEmptyEntries).Any(word => ProductionNames.Contains(word, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary><c>#rgb</c> or <c>#rrggbb</c> as <c>#rrggbb</c> in lower case; null when it is neither.</summary>
    public static string? ParseColour(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var digits = text.Trim().ToLowerInvariant();
        if (!digits.StartsWith('#') || !digits.Skip(1).All(char.IsAsciiHexDigitLower)) return null;
        return digits.Length switch
        {
            7 => digits,
            4 => $"#{digits[1]}{digits[1]}{digits[2]}{digits[2]}{digits[3]}{digits[3]}",
            _ => null,
        };
    }

    /// <summary>Relative luminance as WCAG 2 defines it.</summary>
    private static double Luminance(string colour)
    {
        return (0.2126 * Channel(1)) + (0.7152 * Channel(3)) + (0.0722 * Channel(5));

        double Channel(int at)
        {
            var value = int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }
    }
}
