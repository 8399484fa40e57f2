using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Qmtl.Console.Configuration;

namespace Qmtl.Console.Api;

/// <summary>Makes RFC 9457 problem details that say what was wrong (<c>detail</c>), where (<c>where</c>) and what to do (<c>advice</c>).</summary>
public static class ApiProblem
{
    public static ProblemHttpResult Of(
        int status,
        string code,
        string title,
        string detail,
        string where,
        string advice,
        IReadOnlyDictionary<string, object?>? more = null)
    {
        var problem = new ProblemDetails
        {
            Type = $"urn:qmtl-console:problem:{code.ToLowerInvariant().Replace('_', '-')}",
            Status = status,
            Title = title,
            Detail = detail,
        };
        problem.Extensions["code"] = code;
        problem.Extensions["where"] = where;
        problem.Extensions["advice"] = advice;
        foreach (var (key, value) in more ?? new Dictionary<string, object?>())
        {
            problem.Extensions[key] = value;
        }

        return TypedResults.Problem(problem);
    }

    /// <summary>A service that this console does not have.</summary>
    public static ProblemHttpResult NotAvailable(Missing missing) =>
        Of(StatusCodes.Status503ServiceUnavailable, "SERVICE_NOT_AVAILABLE", $"{missing.Name} is not available here", missing.Reason, "console", missing.Advice);

    public static ProblemHttpResult BadQuery(string parameter, string detail, string advice) =>
        Of(StatusCodes.Status400BadRequest, "BAD_QUERY", "A query parameter is wrong", detail, $"query parameter {parameter}", advice);

    public static ProblemHttpResult NotFound(string detail, string advice) =>
        Of(StatusCodes.Status404NotFound, "NOT_FOUND", "Not found", detail, "path", advice);
}
