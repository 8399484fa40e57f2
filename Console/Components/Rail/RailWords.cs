using System.Globalization;
using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Components.Rail;

/// <summary>How plans, jobs and items look and what they say, everywhere the same.</summary>
public static class RailWords
{
    public static string Of(PlanState state) => state switch
    {
        PlanState.Planned => "planned",
        PlanState.WaitingForApproval => "waits for approval",
        PlanState.Ready => "ready",
        PlanState.Executing => "executing",
        PlanState.Executed => "executed",
        PlanState.Refused => "refused",
        PlanState.Rejected => "rejected",
        PlanState.Withdrawn => "withdrawn",
        _ => "expired",
    };

    /// <summary>What a plan in this state waits for, one sentence.</summary>
    public static string Explain(PlanState state) => state switch
    {
        PlanState.Planned => "Nothing has happened. A person reviews and confirms it.",
        PlanState.WaitingForApproval => "Nothing has happened. It was confirmed and waits for a second person.",
        PlanState.Ready => "Nothing has happened. It may be executed until its window closes.",
        PlanState.Executing => "Its job is at work, is paused, or was interrupted.",
        PlanState.Executed => "It was executed.",
        PlanState.Refused => "Nothing was done: what it depends on had changed. Plan it again.",
        PlanState.Rejected => "Nothing was done: a second person rejected it.",
        PlanState.Withdrawn => "Nothing was done: its author withdrew it.",
        _ => "Nothing was done: a window closed before it was executed. Plan it again.",
    };

    public static string Tone(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.State switch
        {
            PlanState.WaitingForApproval or PlanState.Ready or PlanState.Executing => "attention",
            PlanState.Executed when plan.Counts is { Failed: 0, Unknown: 0, NotStarted: 0 } => "ok",
            PlanState.Executed or PlanState.Refused => "broken",
            _ => "neutral",
        };
    }

    public static string Icon(PlanState state) => state switch
    {
        PlanState.Planned => "plans",
        PlanState.WaitingForApproval => "clock",
        PlanState.Ready => "play",
        PlanState.Executing => "processing",
        PlanState.Executed => "ok",
        PlanState.Refused => "broken",
        PlanState.Rejected => "close",
        PlanState.Withdrawn => "minus",
        _ => "history",
    };

    public static string Of(JobState state) => state.ToString().ToLowerInvariant();

    public static string Tone(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.State switch
        {
            JobState.Running or JobState.Waiting => "neutral",
            JobState.Paused => "attention",
            JobState.Ended when job.Counts is { Failed: 0, Unknown: 0, NotStarted: 0 } => "ok",
            JobState.Cancelled => "neutral",
            _ => "broken",
        };
    }

    public static string Icon(JobState state) => state switch
    {
        JobState.Running => "processing",
        JobState.Waiting => "clock",
        JobState.Paused => "attention",
        JobState.Interrupted or JobState.Stopped => "broken",
        JobState.Cancelled => "close",
        _ => "ok",
    };

    public static string Of(JobItemState state) => state switch
    {
        JobItemState.Planned => "not started",
        JobItemState.Started => "in flight",
        _ => state.ToString().ToLowerInvariant(),
    };

    public static string Tone(JobItemState state) => state switch
    {
        JobItemState.Done => "ok",
        JobItemState.Failed => "broken",
        JobItemState.Started or JobItemState.Skipped => "attention",
        JobItemState.Planned => "neutral",
        _ => "unknown",
    };

    public static string Icon(JobItemState state) => state switch
    {
        JobItemState.Done => "ok",
        JobItemState.Failed => "broken",
        JobItemState.Started => "processing",
        JobItemState.Skipped => "minus",
        JobItemState.Unknown => "unknown",
        _ => "clock",
    };

    /// <summary>What repeating an item would do, for people.</summary>
    public static (string Name, string Meaning) Of(OperationRepeat repeat) => repeat switch
    {
        OperationRepeat.Transactional => ("transactional", "The items change together with the check of their fingerprint in one transaction, or not at all."),
        OperationRepeat.KeyedIdempotent => ("keyed-idempotent", "The target knows each item by a key: doing it again changes nothing."),
        _ => ("at-most-once", "Doing an item again would do it twice. One whose end nobody knows is shown as unknown and never repeated."),
    };

    public static (string Name, string Meaning) Of(OperationDanger danger) => danger switch
    {
        OperationDanger.Harmless => ("harmless", "Harms nothing and is undone at once."),
        OperationDanger.Ordinary => ("ordinary", "Needs confirmation and a reason."),
        OperationDanger.Grave => ("grave", "Can make a world live, or loses data."),
        _ => ("emergency", "Waits for nobody; a second person looks at it afterwards."),
    };

    /// <summary>What a policy asks for, as a list of words.</summary>
    public static string Of(PlanPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.Immediate) return "one click, recorded";
        List<string> asks = ["confirmation with a reason"];
        if (policy.TypedTarget) asks.Add("the target's name typed");
        if (policy.Approvals > 0) asks.Add(policy.Approvals == 1 ? "approval by a second person" : $"approval by {policy.Approvals} other persons");
        if (policy.Unattended) asks.Add("unattended runs allowed");
        return string.Join(", ", asks);
    }

    public static string Of(CallerKind kind) => kind switch
    {
        CallerKind.Person => "in a session",
        CallerKind.ApiKey => "with an API key",
        CallerKind.CommandLine => "on the command line of the host",
        _ => "the console itself",
    };

    /// <summary>For instance <c>1 item</c>, <c>10,000 items</c>.</summary>
    public static string Items(long count) => Count(count, "item");

    public static string Count(long count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : "s")}");

    /// <summary>A wait or a window, for instance <c>15 min</c>, <c>1 h 30 min</c>.</summary>
    public static string Of(TimeSpan span) => span switch
    {
        { TotalSeconds: < 120 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(span.TotalMinutes):0} min{(span.Seconds > 0 ? $" {span.Seconds} s" : "")}"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(span.TotalHours):0} h{(span.Minutes > 0 ? $" {span.Minutes} min" : "")}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0.#} d"),
    };

    /// <summary>How items ended: "3 done, 1 failed, 2 not started"; kinds without items are left out.</summary>
    public static string Of(OutcomeCounts counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var parts = new (int Count, string Word)[] { (counts.Done, "done"), (counts.Failed, "failed"), (counts.Skipped, "skipped"), (counts.Unknown, "unknown"), (counts.NotStarted, "not started") }
            .Where(part => part.Count > 0)
            .Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Count:N0} {part.Word}"))
            .ToArray();
        return parts.Length == 0 ? "no items" : string.Join(", ", parts);
    }

    /// <summary>The kind's or plan's title inside a sentence.</summary>
    public static string Lower(string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        return title.Length > 1 && char.IsUpper(title[0]) && !char.IsUpper(title[1]) ? char.ToLowerInvariant(title[0]) + title[1..] : title;
    }
}
