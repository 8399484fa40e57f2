using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Qmtl.Console.Security.OAuth;

/// <summary>Who somebody is and in which groups, as the provider says now.</summary>
public sealed record UserInfo(string Id, string Name, IReadOnlyList<string> Groups)
{
    /// <summary>Reads an answer; null when it names nobody. An id_token is never looked at: nothing verifies it.</summary>
    public static UserInfo? Read(JsonElement answer, OAuthSignInOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (answer.ValueKind != JsonValueKind.Object || Text(answer, options.IdClaim) is not { Length: > 0 and <= 256 } id || id.Any(char.IsControl)) return null;
        var name = Text(answer, options.NameClaim) is { Length: > 0 and <= 256 } given && !given.Any(char.IsControl) ? given : id;
        return new(id, name, GroupsOf(answer, options.GroupsClaim));
    }

    private static string? Text(JsonElement answer, string member) => answer.TryGetProperty(member, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        }
        : null;

    private static string[] GroupsOf(JsonElement answer, string member)
    {
        if (!answer.TryGetProperty(member, out var value)) return [];
        return value.ValueKind switch
        {
            JsonValueKind.Array => [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)],
            JsonValueKind.String => value.GetString()!.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries),
            _ => [],
        };
    }
}

/// <summary>How a question to the provider ended.</summary>
public enum ProviderAnswer
{
    Given,

    /// <summary>The token, or the user, does not count any more.</summary>
    Refused,

    /// <summary>The provider did not answer, or said that it cannot: nothing is known.</summary>
    Silent,
}

/// <summary>Asks the identity provider.</summary>
public sealed class OAuthProvider(HttpClient http, OAuthSignInOptions options, TimeProvider time)
{
    private const int MaxAnswer = 256 * 1024;

    public async Task<(ProviderAnswer Answer, UserInfo? User)> UserAsync(string accessToken, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, options.UserInfoEndpoint);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        var (answer, json) = await SendAsync(request, cancellation);
        if (answer != ProviderAnswer.Given) return (answer, null);
        return UserInfo.Read(json, options) is { } user ? (ProviderAnswer.Given, user) : (ProviderAnswer.Refused, null);
    }

    /// <summary>A new access token for a refresh token. A provider that rotates gives a new refresh token with it.</summary>
    public async Task<(ProviderAnswer Answer, OAuthTokens? Tokens)> RenewAsync(OAuthTokens tokens, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.RefreshToken is not { Length: > 0 } refresh) return (ProviderAnswer.Refused, null);
        using var request = new HttpRequestMessage(HttpMethod.Post, options.TokenEndpoint)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "refresh_token",
                ["refresh_token"] = refresh,
                ["client_id"] = options.ClientId,
                ["client_secret"] = options.ClientSecret,
            }),
        };
        var (answer, json) = await SendAsync(request, cancellation);
        if (answer != ProviderAnswer.Given) return (answer, null);
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("access_token", out var access) || access.GetString() is not { Length: > 0 } token) return (ProviderAnswer.Silent, null);
        return (ProviderAnswer.Given, new OAuthTokens(
            token,
            json.TryGetProperty("refresh_token", out var next) && next.GetString() is { Length: > 0 } rotated ? rotated : refresh,
            json.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt32(out var lasts) ? time.GetUtcNow().AddSeconds(lasts) : null));
    }

    private async Task<(ProviderAnswer Answer, JsonElement Json)> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) return (ProviderAnswer.Refused, default);
            if (!response.IsSuccessStatusCode || response.Content.Headers.ContentLength > MaxAnswer) return (ProviderAnswer.Silent, default);
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            return (ProviderAnswer.Given, document.RootElement.Clone());
        }
        catch (Exception problem) when (problem is HttpRequestException or JsonException or IOException || (problem is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return (ProviderAnswer.Silent, default);
        }
    }
}

/// <summary>What the provider gave; kept on the server with the session, protected, never in a cookie.</summary>
/// <param name="ExpiresAt">Of the access token; null when the provider does not say.</param>
public sealed record OAuthTokens(string AccessToken, string? RefreshToken, DateTimeOffset? ExpiresAt);
