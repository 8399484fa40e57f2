using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Qmtl.Tests.Integration.Live.Http;

/// <summary>Tokens as QMTL's Gateway makes and checks them: HS256, keys sorted.</summary>
internal static class ReplayTokens
{
    private static readonly byte[] Secret = "contract-corpus-throwaway-secret-0001"u8.ToArray();

    public static string Make(string world, string strategy, IEnumerable<string> topics, DateTimeOffset issued, TimeSpan life)
    {
        var claims = new JsonObject
        {
            ["aud"] = "controlbus",
            ["exp"] = (long)Math.Floor((issued + life).ToUnixTimeMilliseconds() / 1000.0),
            ["iat"] = issued.ToUnixTimeSeconds(),
            ["jti"] = Guid.NewGuid().ToString(),
            ["strategy_id"] = strategy,
            ["sub"] = strategy,
            ["topics"] = new JsonArray([.. topics.Select(topic => JsonValue.Create(topic))]),
            ["world_id"] = world,
        };
        var text = $"{Encode("""{"alg":"HS256","kid":"default","typ":"JWT"}"""u8)}.{Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        return $"{text}.{Sign(text)}";
    }

    /// <summary>The token's world, or null when it is not good.</summary>
    public static string? WorldOf(string? token, DateTimeOffset now)
    {
        var parts = token?.Split('.') ?? [];
        if (parts.Length != 3 || Sign($"{parts[0]}.{parts[1]}") != parts[2]) return null;
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromUtf8(Encoding.ASCII.GetBytes(parts[1])));
        return claims.RootElement.GetProperty("exp").GetInt64() >= now.ToUnixTimeSeconds() ? claims.RootElement.GetProperty("world_id").GetString() : null;
    }

    private static string Sign(string text) => Encode(HMACSHA256.HashData(Secret, Encoding.ASCII.GetBytes(text)));

    private static string Encode(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetString(Base64Url.EncodeToUtf8(bytes));
}
