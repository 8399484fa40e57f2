using System.Text.Json;
using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Api.Rail;

/// <summary>A kind of operation with the policy in force.</summary>
internal sealed record KindAnswer(
    string Name, string Title, string Summary, string Permission, OperationDanger Danger, OperationRepeat Repeat, string TargetWord,
    IReadOnlyList<OperationParameter> Parameters, PlanPolicy Policy, string PolicySource)
{
    public static KindAnswer Of(PlannedKind kind) => new(
        kind.Kind.Name, kind.Kind.Title, kind.Kind.Summary, kind.Kind.Permission, kind.Kind.Danger, kind.Kind.Repeat, kind.Kind.TargetWord,
        kind.Kind.Parameters, kind.Policy, kind.PolicySource);
}

internal sealed record KindsAnswer(IReadOnlyList<KindAnswer> Kinds);

/// <summary>Who did something to a plan, when and why.</summary>
internal sealed record StampAnswer(string UserId, string Name, CallerKind Kind, DateTimeOffset At, string Note)
{
    public static StampAnswer? Of(PlanStamp? stamp) => stamp is null ? null : new(stamp.UserId, stamp.Name, stamp.Kind, stamp.At, stamp.Note);
}

/// <summary>A plan. Its items have an end point of their own; times are UTC.</summary>
internal sealed record PlanAnswer
{
    public required string Id { get; init; }

    public required long Version { get; init; }

    public required PlanState State { get; init; }

    public required string Kind { get; init; }

    public required string Title { get; init; }

    public required string Target { get; init; }

    public required JsonElement Parameters { get; init; }

    public required string Summary { get; init; }

    public required int Items { get; init; }

    public required IReadOnlyList<StepAnswer> Steps { get; init; }

    public required double? ItemsPerSecond { get; init; }

    public required IReadOnlyList<string> Preconditions { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public required string Permission { get; init; }

    public required string? Scope { get; init; }

    public required OperationDanger Danger { get; init; }

    public required OperationRepeat Repeat { get; init; }

    public required PlanPolicy Policy { get; init; }

    /// <summary>What a confirmation and an approval must name.</summary>
    public required string Digest { get; init; }

    public required string Fingerprint { get; init; }

    public required StampAnswer Author { get; init; }

    public required string Reason { get; init; }

    public required StampAnswer? Confirmed { get; init; }

    public required IReadOnlyList<StampAnswer> Approvals { get; init; }

    public required StampAnswer? Closed { get; init; }

    public required StampAnswer? Executed { get; init; }

    public required bool NeedsReview { get; init; }

    public required StampAnswer? Reviewed { get; init; }

    public required DateTimeOffset ConfirmBefore { get; init; }

    public required DateTimeOffset? ApproveBefore { get; init; }

    public required DateTimeOffset? ExecuteBefore { get; init; }

    public required string? JobId { get; init; }

    public required OutcomeCounts? Counts { get; init; }

    public required bool OutcomeUnrecorded { get; init; }

    public required string? Undoes { get; init; }

    public required string? UndoneBy { get; init; }

    /// <summary>Address of the page where people confirm and approve.</summary>
    public required string Link { get; init; }

    /// <summary>What the caller may do now; in answers about one plan.</summary>
    public PlanChoices? Choices { get; init; }

    public static PlanAnswer Of(Plan plan, string origin, PlanChoices? choices = null) => new()
    {
        Id = plan.Id,
        Version = plan.Version,
        State = plan.State,
        Kind = plan.Content.Kind,
        Title = plan.Title,
        Target = plan.Content.Target,
        Parameters = plan.Content.Parameters,
        Summary = plan.Content.Summary,
        Items = plan.ItemCount,
        Steps = [.. plan.Content.Steps.Select(step => new StepAnswer(step.Count, step.WaitBefore.TotalSeconds))],
        ItemsPerSecond = plan.Content.ItemsPerSecond,
        Preconditions = plan.Content.Preconditions,
        Warnings = plan.Content.Warnings,
        Permission = plan.Permission,
        Scope = plan.Content.Scope,
        Danger = plan.Danger,
        Repeat = plan.Repeat,
        Policy = plan.Policy,
        Digest = plan.Digest,
        Fingerprint = plan.Content.Fingerprint,
        Author = StampAnswer.Of(plan.Author)!,
        Reason = plan.Reason,
        Confirmed = StampAnswer.Of(plan.Confirmed),
        Approvals = [.. plan.Approvals.Select(stamp => StampAnswer.Of(stamp)!)],
        Closed = StampAnswer.Of(plan.Closed),
        Executed = StampAnswer.Of(plan.Executed),
        NeedsReview = plan.NeedsReview,
        Reviewed = StampAnswer.Of(plan.Reviewed),
        ConfirmBefore = plan.ConfirmBefore,
        ApproveBefore = plan.ApproveBefore,
        ExecuteBefore = plan.ExecuteBefore,
        JobId = plan.JobId,
        Counts = plan.Counts,
        OutcomeUnrecorded = plan.OutcomeUnrecorded,
        Undoes = plan.Undoes,
        UndoneBy = plan.UndoneBy,
        Link = $"{origin}/plans/{Uri.EscapeDataString(plan.Id)}",
        Choices = choices,
    };
}

/// <summary>A step of a plan.</summary>
/// <param name="WaitBefore">Seconds.</param>
internal sealed record StepAnswer(int Count, double WaitBefore);

/// <param name="Next">For the query parameter <c>after</c>; null at the end.</param>
internal sealed record PlansAnswer(IReadOnlyList<PlanAnswer> Plans, string? Next);

/// <param name="Next">For the query parameter <c>from</c>; null at the end.</param>
internal sealed record PlanItemsAnswer(IReadOnlyList<PlanItem> Items, int Total, int? Next);

/// <summary>The execution of a plan; times are UTC.</summary>
internal sealed record JobAnswer(
    string Id, long Version, string PlanId, string Kind, string Title, string Target, OperationRepeat Repeat, JobState State, StampAnswer StartedBy,
    DateTimeOffset? EndedAt, OutcomeCounts Counts, int InFlight, double? Rate, int Step, int Steps, DateTimeOffset? NextStepAt, string? Owner,
    DateTimeOffset? LeaseUntil, string Note)
{
    public static JobAnswer Of(Job job) => new(
        job.Id, job.Version, job.PlanId, job.Kind, job.Title, job.Target, job.Repeat, job.State, StampAnswer.Of(job.StartedBy)!, job.EndedAt, job.Counts,
        job.InFlight, job.Rate, job.Step, job.Steps, job.NextStepAt, job.Owner, job.LeaseUntil, job.Note);
}

/// <param name="Next">For the query parameter <c>after</c>; null at the end.</param>
internal sealed record JobsAnswer(IReadOnlyList<JobAnswer> Jobs, string? Next);

/// <param name="Next">For the query parameter <c>from</c>; null at the end.</param>
internal sealed record JobItemsAnswer(IReadOnlyList<JobItem> Items, int? Next);
