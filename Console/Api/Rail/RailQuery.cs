using System.Globalization;

namespace Qmtl.Console.Api.Rail;

/// <summary>Reads query parameters; a wrong one is refused by name.</summary>
internal sealed class RailQuery(IQueryCollection query)
{
    /// <summary>The first wrong parameter, or null.</summary>
    public IResult? Problem { get; private set; }

    public string? Text(string name, int most = 500)
    {
        if (query[name].ToString() is not { Length: > 0 } value) return null;
        if (value.Length > most) Problem ??= ApiProblem.BadQuery(name, $"It has {value.Length} characters; at most {most} are taken.", "Send less.");
        return value;
    }

    public int Number(string name, int otherwise, int least, int most)
    {
        if (query[name].ToString() is not { Length: > 0 } text) return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
        Problem ??= ApiProblem.BadQuery(name, $"\"{text}\" is not a whole number from {least} to {most}.", $"Leave it out for {otherwise}.");
        return otherwise;
    }

    /// <summary>Words of an enumeration in snake case, comma lists or repeated.</summary>
    public IReadOnlyList<TEnum> Choices<TEnum>(string name)
        where TEnum : struct, Enum
    {
        var found = new List<TEnum>();
        foreach (var word in query[name].SelectMany(list => (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            if (Words.TryRead<TEnum>(word, out var value)) found.Add(value);
            else Problem ??= ApiProblem.BadQuery(name, $"\"{word}\" is none of {string.Join(", ", Words.All<TEnum>())}.", "Use one of them, or several separated by commas.");
        }

        return found;
    }

    public TEnum Choice<TEnum>(string name, TEnum otherwise)
        where TEnum : struct, Enum => Choices<TEnum>(name) is [var first, ..] ? first : otherwise;

    public TEnum? Choice<TEnum>(string name)
        where TEnum : struct, Enum => Choices<TEnum>(name) is [var first, ..] ? first : null;
}

/// <summary>Enumerations as the API writes them.</summary>
internal static class Words
{
    public static IEnumerable<string> All<TEnum>()
        where TEnum : struct, Enum => Enum.GetNames<TEnum>().Select(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName);

    public static bool TryRead<TEnum>(string word, out TEnum value)
        where TEnum : struct, Enum
    {
        foreach (var candidate in Enum.GetValues<TEnum>())
        {
            if (!word.Equals(Of(candidate), StringComparison.OrdinalIgnoreCase)) continue;
            value = candidate;
            return true;
        }

        value = default;
        return false;
    }

    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
