using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;

namespace Qmtl.Operations;

/// <summary>How the rail writes its documents. The digest of plans is taken over this text: changing a setting here makes stored plans refuse.</summary>
internal static class RailJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOut } },
        // Documents are never put into a page; quotes and angle brackets stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonElement EmptyObject = JsonDocument.Parse("{}").RootElement.Clone();

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <exception cref="JsonException">The text is not what this version writes.</exception>
    public static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, Options) ?? throw new JsonException("A stored document is null.");

    /// <summary>Parameters that are not given are none.</summary>
    public static JsonElement ObjectOrEmpty(JsonElement element) => element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? EmptyObject : element;

    /// <summary>A plan's content is stored as the text of its own that the digest was taken over; the version is the document's.</summary>
    private static void LeaveOut(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if ((type.Type == typeof(Plan) && property.Name is ("content" or "version")) || (type.Type == typeof(Job) && property.Name == "version"))
            {
                property.IsRequired = false;
                property.ShouldSerialize = static (_, _) => false;
            }
        }
    }
}
