using System.Buffers;
using System.Text;
using System.Text.Json;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit;

/// <summary>
/// The one rule for what must not be seen in records, plans and answers: members whose name speaks of a secret, and the parameters that an
/// operation declares secret. Their values are replaced, whatever they are.
/// </summary>
public static class ParameterMask
{
    /// <summary>Stands for a masked value.</summary>
    public const string Masked = "•••";

    private static readonly string[] Words =
    [
        "password", "passwd", "passphrase", "secret", "token", "authorization", "credential", "cookie", "signature", "apikey", "accesskey", "privatekey", "connectionstring",
    ];

    /// <summary>Names that are secret only as whole words: "key" is, "partition_key" and "monkey" are not.</summary>
    private static readonly string[] WholeNames = ["key", "pwd", "pass", "pin", "auth", "bearer", "dsn"];

    /// <summary>Whether a member of that name is masked: <c>password</c>, <c>Api-Key</c>, <c>client_secret</c>, <c>accessToken</c>.</summary>
    public static bool IsSecret(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var letters = string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();
        return Words.Any(word => letters.Contains(word, StringComparison.Ordinal)) || WholeNames.Contains(letters, StringComparer.Ordinal);
    }

    /// <summary>JSON with the values of secret members replaced, at any depth.</summary>
    /// <param name="json">An undefined element stays null.</param>
    /// <param name="declared">Parameters of the operation; those marked secret are masked by that.</param>
    public static string? Apply(JsonElement json, IReadOnlyList<OperationParameter>? declared = null)
    {
        if (json.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return null;
        var secret = declared?.Where(parameter => parameter.Secret).Select(parameter => parameter.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, json, secret);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>The same for JSON as text; text that is not JSON is masked whole.</summary>
    public static string? Apply(string? json)
    {
        if (json is null) return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return Apply(document.RootElement);
        }
        catch (JsonException)
        {
            return $"\"{Masked}\"";
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement json, HashSet<string>? secret)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    if (IsSecret(member.Name) || secret?.Contains(member.Name) == true)
                    {
                        writer.WriteStringValue(Masked);
                    }
                    else
                    {
                        Write(writer, member.Value, secret);
                    }
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in json.EnumerateArray()) Write(writer, item, secret);
                writer.WriteEndArray();
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }
}
