namespace Qmtl.Console.Security;

/// <summary>Reads a setting that is a list: items by number, or one text with commas.</summary>
public static class SettingList
{
    public static IReadOnlyList<string> Of(IConfiguration configuration, string name)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(name);
        var texts = section.GetChildren().Select(item => item.Value).Prepend(section.Value);
        return [.. texts.SelectMany(text => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct(StringComparer.Ordinal)];
    }
}
