using System.Text;
using System.Text.Json;

namespace Qmtl.Shared.Text;

/// <summary>Reads strings of JSON objects without exceptions, also those with lone surrogates, which <see cref="JsonElement.GetString"/> refuses.</summary>
public static class JsonStrings
{
    /// <summary>The text of a field; null where it is absent or no text. Where the key stands twice the last one counts.</summary>
    public static string? Find(JsonElement owner, string field)
        => owner.ValueKind == JsonValueKind.Object ? JsonText.StringOrNull(JsonText.Find(owner, Encoding.UTF8.GetBytes(field))) : null;
}
