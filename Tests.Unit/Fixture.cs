using System.Text.Json;

namespace Qmtl.Tests.Unit;

/// <summary>Reads the recorded inputs and answers beside the tests.</summary>
internal static class Fixture
{
    public static string PathOf(string relative) => Path.Combine(AppContext.BaseDirectory, "Fixtures", relative);

    public static byte[] Bytes(string relative) => File.ReadAllBytes(PathOf(relative));

    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = 2000 };

    public static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text, Deep);

    /// <summary>The lines of a JSON Lines file with their numbers from 1. Never empty.</summary>
    public static IReadOnlyList<(int Line, JsonElement Value)> Lines(string relative)
    {
        var lines = File.ReadAllLines(PathOf(relative)).Select((text, i) => (i + 1, Json(text))).ToList();
        Assert.NotEmpty(lines);
        return lines;
    }

    public static string? Text(JsonElement owner, string name)
        => owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
