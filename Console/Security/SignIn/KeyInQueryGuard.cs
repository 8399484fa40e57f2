using Qmtl.Console.Api;
using Qmtl.Console.Security.Keys;

namespace Qmtl.Console.Security.SignIn;

/// <summary>Refuses keys in the address: addresses end in logs, histories and Referer headers. The key counts as lost.</summary>
public sealed class KeyInQueryGuard(RequestDelegate next)
{
    private static readonly string[] Names = ["access_token", "api_key", "apikey", "api-key", "key_token", "authorization"];

    public Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var request = http.Request;
        if (!request.QueryString.HasValue || !HoldsKey(request)) return next(http);

        // What comes after this in the pipeline, logs included, does not see it.
        request.QueryString = QueryString.Empty;
        return ApiProblem.Of(
            StatusCodes.Status400BadRequest, "KEY_IN_QUERY", "A key does not belong into the address", "The query string carries an API key. Addresses end in logs, so it counts as read by others.",
            "query string", "Revoke the key on the page /account, make another, and send it as \"Authorization: Bearer qmtl_…\".").ExecuteAsync(http);
    }

    private static bool HoldsKey(HttpRequest request) =>
        request.Query.Any(pair => Names.Contains(pair.Key, StringComparer.OrdinalIgnoreCase) || pair.Value.Any(value => value is not null && value.Contains(ApiKey.TokenPrefix, StringComparison.Ordinal) && LooksLikeKey(value)))
        || request.Query.Any(pair => LooksLikeKey(pair.Key));

    private static bool LooksLikeKey(string text)
    {
        var at = text.IndexOf(ApiKey.TokenPrefix, StringComparison.Ordinal);
        return at >= 0 && text.Length - at - ApiKey.TokenPrefix.Length >= 40;
    }
}
