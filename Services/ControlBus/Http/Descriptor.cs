using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Qmtl.ControlBus.Http;

/// <summary>What <c>POST /events/subscribe</c> answers.</summary>
/// <param name="StreamUrl">As it stands there; <see cref="StreamAddress"/> decides what becomes of it.</param>
/// <param name="Token">A JSON Web Token; never shown.</param>
internal sealed record Descriptor(string StreamUrl, string Token, DateTimeOffset? ExpiresAt)
{
    private const int MaxTokenLength = 8_192;
    private static readonly SearchValues<char> TokenLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+/=");

    /// <summary>Exactly one of the two is not null.</summary>
    public static (Descriptor? Descriptor, string? Problem) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return (null, $"its answer is no descriptor: JSON, but {root.ValueKind switch { JsonValueKind.Array => "a list", JsonValueKind.String => "a text", _ => "no object" }}.");
            if (Text(root, "token") is not { Length: > 0 } token) return (null, "its answer is no descriptor: it has no token.");
            // It goes into a header as it is.
            if (token.Length > MaxTokenLength || token.AsSpan().ContainsAnyExcept(TokenLetters)) return (null, "its answer is no descriptor: its token is none.");
            if (Text(root, "stream_url") is not { Length: > 0 } url) return (null, "its answer is no descriptor: it has no stream_url.");
            var ends = DateTimeOffset.TryParse(Text(root, "expires_at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : (DateTimeOffset?)null;
            return (new(url, token, ends), null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (null, "its answer is no descriptor: not JSON.");
        }
    }

    private static string? Text(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
