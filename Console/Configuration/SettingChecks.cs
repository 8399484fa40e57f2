using System.Globalization;

namespace Qmtl.Console.Configuration;

/// <summary>Checks one value of a setting; pure but for the question whether a folder is a file.</summary>
public static class SettingChecks
{
    private static readonly Dictionary<string, (long Least, long Most, string Unit)> Ranges = new(StringComparer.OrdinalIgnoreCase)
    {
        ["SignIn:IdleMinutes"] = (1, 1_440, " minutes"),
        ["SignIn:SessionHours"] = (1, 168, " hours"),
        ["Sandbox:Seed"] = (int.MinValue, int.MaxValue, ""),
        ["Sandbox:EventsPerSecond"] = (0, 20_000, " events a second"),
        ["ControlBus:JournalCapacity"] = (1, 1_000_000, " events"),
        ["ControlBus:JournalBytes"] = (1024 * 1024, long.MaxValue, " bytes"),
        ["ControlBus:SubscriberCapacity"] = (1, 1_000_000, " events"),
        ["ControlBus:Spill:Hours"] = (0, 24 * 31, " hours"),
        ["ControlBus:Spill:Bytes"] = (64L * 1024 * 1024, long.MaxValue, " bytes"),
    };

    /// <summary>What is wrong and what to do, or null.</summary>
    public static string? Problem(KnownSetting setting, string value)
    {
        ArgumentNullException.ThrowIfNull(setting);
        ArgumentNullException.ThrowIfNull(value);
        return setting.Kind switch
        {
            SettingKind.Switch => Switch(value) is null ? "use true or false." : null,
            SettingKind.Whole => Whole(setting, value),
            SettingKind.Colour => EnvironmentSettings.ParseColour(value) is null ? "use a colour like #1b5bbd or #15b." : null,
            SettingKind.HttpUrl => Http(value) is null ? "use an address that starts with http:// or https://." : null,
            SettingKind.Origin => Http(value) is { PathAndQuery: "/", UserInfo: "", Fragment: "" } ? null : "use scheme, host and port without a path, for instance https://console.example.",
            SettingKind.Choice => setting.Choices!.Contains(value.Trim(), StringComparer.OrdinalIgnoreCase) ? null : $"use {Join(setting.Choices!, "or")}.",
            SettingKind.Folder => value.Contains('\0', StringComparison.Ordinal) ? "use a path." : File.Exists(value) ? "this is a file; use a folder." : null,
            _ when setting.Name == "Environment:Name" => value.Trim().Length is 0 or > EnvironmentSettings.MaxName ? $"use 1 to {EnvironmentSettings.MaxName} characters." : null,
            _ => null,
        };
    }

    public static bool? Switch(string? value) => value?.Trim().ToUpperInvariant() switch
    {
        "TRUE" => true,
        "FALSE" => false,
        _ => null,
    };

    public static string Join(IReadOnlyList<string> names, string word = "and")
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.Count == 1 ? names[0] : $"{string.Join(", ", names.Take(names.Count - 1))} {word} {names[^1]}";
    }

    private static string? Whole(KnownSetting setting, string value)
    {
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return "use a whole number, for instance 7.";
        if (Ranges.TryGetValue(setting.Name, out var range)) return number < range.Least || number > range.Most ? string.Create(CultureInfo.InvariantCulture, $"use {range.Least} to {range.Most}{range.Unit}.") : null;
        return null;
    }

    private static Uri? Http(string value) => Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0 ? url : null;
}
