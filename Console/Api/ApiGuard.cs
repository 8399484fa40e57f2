using Microsoft.Extensions.Options;

namespace Qmtl.Console.Api;

/// <summary>Refuses large bodies where none is taken, before anything is read.</summary>
public sealed class ApiGuard(RequestDelegate next, IOptions<LimitsOptions> limits)
{
    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
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
}
