using Microsoft.Extensions.Options;

namespace Qmtl.Console.Api;

/// <summary>Refuses writes from foreign origins, and large bodies where none is taken, before anything is read.</summary>
public sealed class ApiGuard(RequestDelegate next, IOptions<LimitsOptions> limits, IConfiguration configuration)
{
    private readonly string? _publicOrigin = configuration["Http:PublicOrigin"]?.TrimEnd('/');

    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if (IsWrite(request.Method) && request.Headers.Origin is { Count: > 0 } origin && !IsOurs(request, origin.ToString()))
        {
            return ApiProblem.Of(
                StatusCodes.Status403Forbidden,
                "FOREIGN_ORIGIN",
                "Another site's page sent this",
                $"The header Origin says {origin}; writes are taken from the console's own pages and from programs, which send none.",
                "header Origin",
                "Send it from the console's own page, or without an Origin header. Behind a proxy set Http:PublicOrigin.").ExecuteAsync(http);
        }

        if (request.ContentLength > limits.Value.BodyBytes && http.GetEndpoint()?.Metadata.GetMetadata<DagBodyMetadata>() is null)
        {
            return new UnreadBody(ApiProblem.Of(
                StatusCodes.Status413PayloadTooLarge,
                "BODY_TOO_LARGE",
                "The body is too large",
                $"The body has {request.ContentLength} bytes; at most {limits.Value.BodyBytes} are taken here.",
                "request body",
                "Send less. The bound is the setting Limits:BodyBytes; only the DAG end points take more (Limits:DagBytes)."), limits.Value.DagBytes).ExecuteAsync(http);
        }

        return next(http);
    }

    private static bool IsWrite(string method) => !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method));

    private bool IsOurs(HttpRequest request, string origin) =>
        string.Equals(origin, _publicOrigin, StringComparison.OrdinalIgnoreCase)
        || string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);
}
