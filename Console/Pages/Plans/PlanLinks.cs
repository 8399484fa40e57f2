using Qmtl.Console.Components;
using Qmtl.Operations.Plans;

namespace Qmtl.Console.Pages.Plans;

/// <summary>Where one goes from a plan, and what happened to it.</summary>
public static class PlanLinks
{
    /// <summary>The records of a plan in the audit.</summary>
    public static string Audit(string planId) => UrlState.Href("/audit", [("q", "operation:" + planId)]);

    /// <summary>Who did what, oldest first.</summary>
    public static IEnumerable<(PlanStamp Stamp, string What)> Events(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return All().OrderBy(entry => entry.Stamp.At);

        IEnumerable<(PlanStamp Stamp, string What)> All()
        {
            yield return (plan.Author with { Note = plan.Reason }, "planned it");
            if (plan.Confirmed is { } confirmed) yield return (confirmed, "confirmed it");
            foreach (var approval in plan.Approvals) yield return (approval, "approved it");
            if (plan.Executed is { } executed) yield return (executed, "started its execution");
            if (plan.Closed is { } closed) yield return (closed, plan.State switch
            {
                PlanState.Rejected => "rejected it",
                PlanState.Withdrawn => "withdrew it",
                PlanState.Expired => "ended it: a window had closed",
                PlanState.Refused => "refused it: the state had changed",
                _ => "closed it",
            });
            if (plan.Reviewed is { } reviewed) yield return (reviewed, "reviewed it afterwards");
        }
    }
}
