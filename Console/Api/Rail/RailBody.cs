using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;

namespace Qmtl.Console.Api.Rail;

/// <summary>
/// Reads the small JSON bodies of the rail. Strict, because a body that is half understood would change something else than its sender meant: a member
/// that means nothing, one written twice, or text after the object is refused. At most <c>Limits:BodyBytes</c>.
/// </summary>
internal static class RailBody
{
    private static readonly JsonSerializerOptions Strict = MakeStrict();

    /// <summary>The body, or why it is not taken. An empty body counts as an empty object.</summary>
    public static async Task<(T? Body, IResult? Problem)> ReadAsync<T>(HttpContext http)
        where T : class
    {
        var most = http.RequestServices.GetRequiredService<IOptions<LimitsOptions>>().Value.BodyBytes;
        var request = http.Request;
        if (request.ContentLength > 0 && !request.HasJsonContentType())
        {
            return (null, ApiProblem.Of(StatusCodes.Status415UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "The body is of a kind that is not read here",
                $"The content type is {request.ContentType ?? "missing"}.", "header Content-Type", "Send JSON with Content-Type: application/json."));
        }

        using var text = new MemoryStream();
        var buffer = new byte[8 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            if (text.Length + read > most)
            {
                return (null, new UnreadBody(ApiProblem.Of(StatusCodes.Status413PayloadTooLarge, "BODY_TOO_LARGE", "The body is too large",
                    $"The body has more than {most} bytes.", "request body", "Send less. The bound is the setting Limits:BodyBytes."), 2L * most));
            }

            text.Write(buffer, 0, read);
        }

        try
        {
            var bytes = text.Length == 0 ? "{}"u8 : text.GetBuffer().AsSpan(0, (int)text.Length);
            return JsonSerializer.Deserialize<T>(bytes, Strict) is { } body ? (body, null) : (null, Wrong("The body is null.", "request body"));
        }
        catch (JsonException error)
        {
            var where = error.Path is { Length: > 1 } path ? path : "request body";
            return (null, Wrong(error.InnerException?.Message ?? error.Message, error.LineNumber is { } line ? $"{where}, line {line + 1}" : where));
        }
    }

    private static IResult Wrong(string detail, string where) => ApiProblem.Of(
        StatusCodes.Status400BadRequest, "BAD_BODY", "The body could not be read", detail, where, "/openapi/v1.json describes the object that is taken here.");

    private static JsonSerializerOptions MakeStrict()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Strict) { NumberHandling = JsonNumberHandling.Strict, MaxDepth = 32 };
        ApiJson.Apply(options);
        options.PropertyNameCaseInsensitive = false;
        // Absent strings are the rail's to judge: it says which field and why.
        options.RespectRequiredConstructorParameters = false;
        options.RespectNullableAnnotations = false;
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
