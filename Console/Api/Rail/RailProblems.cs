using Microsoft.AspNetCore.Http.HttpResults;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Api.Rail;

/// <summary>What the rail refuses, as problem details: code, where and advice as the rail gives them, and the status that fits.</summary>
internal static class RailProblems
{
    /// <summary>Answers what the rail throws; everything else goes on to the handler of the whole API.</summary>
    public static async ValueTask<object?> Answer(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        try
        {
            return await next(call);
        }
        catch (Exception exception) when (Of(exception) is { } problem)
        {
            return problem;
        }
    }

    /// <summary>The problem that an exception of the rail is, or null.</summary>
    public static ProblemHttpResult? Of(Exception exception) => exception switch
    {
        PermissionDeniedException denied => ApiProblem.Of(
            StatusCodes.Status403Forbidden, "PERMISSION_DENIED", "You may not do this", denied.Message, denied.Scope is null ? denied.Permission : $"{denied.Permission} in {denied.Scope}",
            "Ask an administrator for the permission, or somebody who holds it. Nothing happened."),
        RailRefusedException refused => ApiProblem.Of(StatusOf(refused.Code), refused.Code, "The rail refused", refused.Message, refused.Where, refused.Advice),
        OperationRefusedException refused => ApiProblem.Of(
            StatusCodes.Status422UnprocessableEntity, "REQUEST_REFUSED", "This cannot be planned", refused.Message, refused.Where, refused.Advice),
        AuditUnavailableException unavailable => ApiProblem.Of(
            StatusCodes.Status503ServiceUnavailable, "AUDIT_UNAVAILABLE", "The audit cannot be written", $"{unavailable.Message} Nothing was done.", "audit",
            "Look at the health report: the audit's disk or database needs attention first."),
        _ => null,
    };

    private static int StatusOf(string code) => code switch
    {
        "PLAN_UNKNOWN" or "JOB_UNKNOWN" => StatusCodes.Status404NotFound,
        "OWN_PLAN" or "NEEDS_PERSON" or "NOT_AUTHOR" or "ACCOUNT_CHANGED_BY_AUTHOR" => StatusCodes.Status403Forbidden,
        "PLAN_EXPIRED" => StatusCodes.Status410Gone,
        "AUDIT_UNAVAILABLE" or "JOBS_FULL" => StatusCodes.Status503ServiceUnavailable,
        "KIND_UNKNOWN" or "CANNOT_PLAN" or "NOTHING_TO_DO" or "NOT_IMMEDIATE" or "TYPED_NAME_WRONG" or "DIGEST_MISSING" or "PACE_WRONG" or "TOO_LONG" or "TOO_MANY_ITEMS"
            => StatusCodes.Status422UnprocessableEntity,
        _ when code.StartsWith("REASON_", StringComparison.Ordinal) || code.StartsWith("TARGET_", StringComparison.Ordinal) || code.StartsWith("PARAMETER", StringComparison.Ordinal)
            => StatusCodes.Status422UnprocessableEntity,
        _ => StatusCodes.Status409Conflict,
    };
}
