using System.Text.Json;
using System.Text.Json.Nodes;

namespace Qmtl.Console.Components.Rail;

/// <summary>Parameters as people type them, in forms and after <c>--set</c>.</summary>
public static class RailParameters
{
    /// <summary>
    /// A JSON object. A value that is a JSON number, <c>true</c>, <c>false</c>, an object, a list or a quoted string goes as that; everything else, also what only
    /// looks like JSON, goes as text.
    /// </summary>
    public static JsonElement Of(IEnumerable<KeyValuePair<string, string>> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var json = new JsonObject();
        foreach (var (name, value) in values) json[name] = Read(value);
        return JsonSerializer.SerializeToElement(json);
    }

    private static JsonNode? Read(string text)
    {
        try
        {
            return JsonNode.Parse(text) ?? JsonValue.Create(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
