using Qmtl.Console.Components.Feedback;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Components.Rail;

/// <summary>What went wrong on the rail, as a page shows it.</summary>
public static class RailFailures
{
    /// <param name="what">What was wanted: "The plan could not be confirmed."</param>
    public static Failure Of(Exception exception, string what) => exception switch
    {
        RailRefusedException refused => new(what, refused.Message, $"{refused.Advice} Nothing happened ({refused.Code})."),
        OperationRefusedException refused => new(what, $"{refused.Message} ({refused.Where})", refused.Advice),
        PermissionDeniedException denied => new(what, denied.Message, "Ask an administrator, or somebody who holds the permission. Nothing happened."),
        AuditUnavailableException unavailable => new(what, unavailable.Message, "Nothing was done, because it could not have been recorded. Look at the health report: the audit's disk or database needs attention first."),
        _ => new(what, exception?.Message ?? "", "Try again; if it fails again, look at the health report and the console's log. Look at the audit before you repeat a change."),
    };
}
