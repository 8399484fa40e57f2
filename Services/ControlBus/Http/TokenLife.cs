using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Qmtl.ControlBus.Http;

/// <summary>How long a token of the event stream lives, seen from here. Pure; nothing is verified: the Gateway does that.</summary>
internal static class TokenLife
{
    /// <summary>What a Gateway gives when nobody has set it otherwise.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(300);

    /// <summary>
    /// The difference of the token's own <c>exp</c> and <c>iat</c>, so that a clock that differs from the Gateway's does not matter; else until <c>expires_at</c>;
    /// else the usual time. 0 when it has expired.
    /// </summary>
    public static TimeSpan Of(string token, DateTimeOffset? expiresAt, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (OwnLife(token) is { } own) return own;
        if (expiresAt is not { } end) return Usual;
        return end > now ? end - now : TimeSpan.Zero;
    }

    /// <summary>When a new token is asked for: after four fifths of the life, at least half a second and at most a day from now.</summary>
    public static TimeSpan RefreshAfter(TimeSpan life)
    {
        var after = life * 0.8;
        return after < TimeSpan.FromSeconds(0.5) ? TimeSpan.FromSeconds(0.5) : after > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : after;
    }

    /// <summary>Reads <c>{"exp":1795232159,"iat":1795231859}</c> in the middle part of a JSON Web Token.</summary>
    private static TimeSpan? OwnLife(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3) return null;
        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromUtf8(Encoding.ASCII.GetBytes(parts[1])));
            if (claims.RootElement.ValueKind != JsonValueKind.Object) return null;
            return Seconds(claims.RootElement, "exp") is { } exp && Seconds(claims.RootElement, "iat") is { } iat && exp > iat && exp - iat <= 365L * 24 * 3600
                ? TimeSpan.FromSeconds(exp - iat)
                : null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }

    private static long? Seconds(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var whole) && whole is > 0 and < 100_000_000_000 ? whole : null;
}
