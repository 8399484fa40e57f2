using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Plans;

/// <summary>Who may do what to a plan in which state. Pure: permissions and what was typed are asked for elsewhere.</summary>
internal static class PlanRules
{
    /// <summary>The plan as it stands now: a window that closed ends it, whether or not that has been stored.</summary>
    public static Plan At(Plan plan, DateTimeOffset now)
    {
        var closed = Deadline(plan);
        return closed is { } at && now >= at
            ? plan with
            {
                State = PlanState.Expired,
                Closed = new(Caller.Console.UserId, Caller.Console.Name, CallerKind.Console, Caller.Console.SessionId, at, plan.State switch
                {
                    PlanState.Planned => "Nobody confirmed it in time.",
                    PlanState.WaitingForApproval => "It was not approved in time.",
                    _ => "Its execution was not started in time.",
                }),
            }
            : plan;
    }

    /// <summary>When the window closes that the plan stands in; null when it stands in none.</summary>
    public static DateTimeOffset? Deadline(Plan plan) => plan.State switch
    {
        PlanState.Planned => plan.ConfirmBefore,
        PlanState.WaitingForApproval => plan.ApproveBefore,
        PlanState.Ready => plan.ExecuteBefore,
        _ => null,
    };

    public static Refusal? Confirm(Caller caller, Plan plan)
    {
        if (plan.State != PlanState.Planned) return NotInState(plan, "confirmed");
        var isKeyOfEmergency = caller.Kind == CallerKind.ApiKey && plan.Danger == OperationDanger.Emergency && caller.NamedPermissions.Contains(plan.Permission);
        var isUnattended = caller.Kind == CallerKind.CommandLine && plan.Policy.Unattended;
        return caller.Kind == CallerKind.Person || isKeyOfEmergency || isUnattended ? null : NeedsPerson(plan, "confirm");
    }

    /// <summary>All but the rule about accounts, which asks a store.</summary>
    public static Refusal? Approve(Caller caller, Plan plan)
    {
        if (plan.State != PlanState.WaitingForApproval) return NotInState(plan, "approved");
        if (caller.Kind != CallerKind.Person) return NeedsPerson(plan, "approve");
        if (caller.UserId == plan.Author.UserId) return new("OWN_PLAN", "You made this plan. Nobody approves a plan of one's own, with whatever session or key it was made.", "approver", "Ask somebody else who may approve.");
        if (caller.UserId == plan.Confirmed?.UserId) return new("OWN_PLAN", "You confirmed this plan. A second person approves it.", "approver", "Ask somebody else who may approve.");
        if (plan.Approvals.Any(stamp => stamp.UserId == caller.UserId)) return new("ALREADY_APPROVED", "You have approved this plan already; it waits for another person.", "approver", "Ask somebody else who may approve.");
        return null;
    }

    public static Refusal? Reject(Caller caller, Plan plan)
    {
        if (plan.State is not (PlanState.Planned or PlanState.WaitingForApproval or PlanState.Ready)) return NotInState(plan, "rejected");
        if (caller.Kind != CallerKind.Person) return NeedsPerson(plan, "reject");
        return caller.UserId == plan.Author.UserId ? new("OWN_PLAN", "You made this plan.", "approver", "Withdraw it instead.") : null;
    }

    public static Refusal? Withdraw(Caller caller, Plan plan)
    {
        if (caller.UserId != plan.Author.UserId) return new("NOT_AUTHOR", "Only its author withdraws a plan.", "author", "Reject it, if you may approve.");
        return plan.State is PlanState.Planned or PlanState.WaitingForApproval or PlanState.Ready ? null : NotInState(plan, "withdrawn");
    }

    public static Refusal? Execute(Plan plan) => plan.State == PlanState.Ready ? null : NotInState(plan, "executed");

    public static Refusal? Undo(Plan plan, bool hasUndo, Plan? undo)
    {
        if (plan.State != PlanState.Executed) return NotInState(plan, "undone");
        if (plan.Counts is not { Done: > 0 }) return new("NOTHING_DONE", "Nothing of this plan was done, so there is nothing to take back.", "plan", "Nothing is needed.");
        if (!hasUndo) return new("NO_UNDO", "There is no way to take this back.", "plan", "Plan what you want instead.");
        return undo is not null && (StoredPlan.IsOpen(undo.State) || undo.State == PlanState.Executed)
            ? new("ALREADY_UNDONE", $"Plan {undo.Id} takes it back.", "plan", $"See plan {undo.Id}.")
            : null;
    }

    public static Refusal? Review(Caller caller, Plan plan)
    {
        if (!plan.NeedsReview) return new("NO_REVIEW", "Only executed emergencies are reviewed afterwards.", "plan", "Nothing is needed.");
        if (plan.Reviewed is { } by) return new("ALREADY_REVIEWED", $"{by.Name} reviewed it.", "plan", "Nothing is needed.");
        if (caller.Kind != CallerKind.Person) return NeedsPerson(plan, "review");
        return caller.UserId == plan.Author.UserId || caller.UserId == plan.Confirmed?.UserId || caller.UserId == plan.Executed?.UserId
            ? new("OWN_PLAN", "You took part in this emergency. Another person reviews it.", "reviewer", "Ask somebody else who may review.")
            : null;
    }

    /// <summary>Why an approval by this person does not count: the author had a hand in the approver's account.</summary>
    public static Refusal AccountChanged(PlanStamp by, AccountChange change, TimeSpan counts)
    {
        var from = change.At + counts;
        return new(
            "ACCOUNT_CHANGED_BY_AUTHOR",
            $"{by.Name}, who made or confirmed this plan, had a hand in your account at {change.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC ({change.What}). You may approve plans of {by.Name} that are made from {from.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC on.",
            "approver",
            "Ask another person to approve this one.",
            from);
    }

    private static Refusal NeedsPerson(Plan plan, string verb) =>
        plan.Danger == OperationDanger.Emergency && verb == "confirm"
            ? new("NEEDS_PERSON", $"A person in a session confirms, or a key whose scope names {plan.Permission}.", "caller", "Open the plan's link and sign in.")
            : new("NEEDS_PERSON", $"A key or command cannot {verb}: that needs a person in an interactive session.", "caller", "Open the plan's link and sign in.");

    private static Refusal NotInState(Plan plan, string done)
    {
        var (code, message) = plan.State switch
        {
            PlanState.Planned => ("NOT_CONFIRMED", $"Plan {plan.Id} is not confirmed yet, so it cannot be {done}."),
            PlanState.WaitingForApproval => ("NOT_APPROVED", $"Plan {plan.Id} waits for approval, so it cannot be {done}."),
            PlanState.Ready => ("ALREADY_READY", $"Plan {plan.Id} is ready to be executed; it cannot be {done} any more."),
            PlanState.Executing => ("ALREADY_EXECUTING", $"Plan {plan.Id} is being executed by {plan.Executed?.Name}; it cannot be {done}."),
            PlanState.Executed => ("ALREADY_EXECUTED", $"Plan {plan.Id} was executed by {plan.Executed?.Name}; it cannot be {done}."),
            PlanState.Refused => ("STATE_CHANGED", $"Plan {plan.Id} was refused at execution: {plan.Closed?.Note}"),
            PlanState.Rejected => ("PLAN_REJECTED", $"Plan {plan.Id} was rejected by {plan.Closed?.Name}; it cannot be {done}."),
            PlanState.Withdrawn => ("PLAN_WITHDRAWN", $"Plan {plan.Id} was withdrawn by {plan.Closed?.Name}; it cannot be {done}."),
            _ => ("PLAN_EXPIRED", $"Plan {plan.Id} expired at {plan.Closed?.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {plan.Closed?.Note}"),
        };
        return new(code, message, "plan", plan.State is PlanState.Planned or PlanState.WaitingForApproval or PlanState.Ready or PlanState.Executing or PlanState.Executed ? "Read the plan again." : "Plan again.");
    }
}
