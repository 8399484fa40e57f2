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
        "NOT_FOUND" or "PLAN_NOT_FOUND" or "JOB_NOT_FOUND" => StatusCodes.Status404NotFound,
        "OWN_PLAN" or "NEEDS_PERSON" or "NOT_AUTHOR" or "AUTHOR_CHANGED_APPROVER" or "READ_ONLY" => StatusCodes.Status403Forbidden,
        _ when code.EndsWith("EXPIRED", StringComparison.Ordinal) => StatusCodes.Status410Gone,
        "EMPTY_REASON" or "REASON_MISSING" or "WRONG_TARGET" or "TYPED_TARGET" or "UNKNOWN_KIND" or "BAD_PARAMETERS" => StatusCodes.Status422UnprocessableEntity,
        _ => StatusCodes.Status409Conflict,
    };
}
