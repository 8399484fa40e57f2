using System.Text.Json;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Plans;

/// <summary>Checks what people and programs send.</summary>
internal static class PlanInput
{
    public static Refusal? Reason(string? reason, OperationsOptions options)
    {
        if (string.IsNullOrWhiteSpace(reason)) return new("REASON_EMPTY", "A reason is needed.", "reason", "Say why, in a few words, for whoever reads it later.");
        return reason.Length > options.MaxReason ? new("REASON_TOO_LONG", $"The reason is longer than {options.MaxReason} characters.", "reason", "Shorten it.") : null;
    }

    /// <summary>Where none is needed.</summary>
    public static Refusal? Note(string? note, OperationsOptions options) =>
        note?.Length > options.MaxReason ? new("REASON_TOO_LONG", $"The note is longer than {options.MaxReason} characters.", "note", "Shorten it.") : null;

    public static Refusal? Request(PlanRequest request, OperationKind kind, OperationsOptions options)
    {
        if (Reason(request.Reason, options) is { } reason) return reason;
        if (string.IsNullOrWhiteSpace(request.Target)) return new("TARGET_EMPTY", $"A target is needed: which {kind.TargetWord}.", "target", $"Name the {kind.TargetWord}.");
        if (request.Target.Length > options.MaxTarget || request.Target.Any(char.IsControl)) return new("TARGET_WRONG", $"The target is longer than {options.MaxTarget} characters or holds control characters.", "target", $"Name the {kind.TargetWord}.");
        return Parameters(RailJson.ObjectOrEmpty(request.Parameters), kind, options);
    }

    public static Refusal? Digest(Plan plan, string? digest)
    {
        if (string.IsNullOrWhiteSpace(digest)) return new("DIGEST_MISSING", "The digest of the plan that was read is missing.", "digest", "Read the plan and send its digest.");
        return PlanDigest.Same(plan.Digest, digest) ? null : new("DIGEST_CHANGED", "The digest is not that of this plan: what was read is something else.", "digest", "Read the plan again.");
    }

    public static Refusal? TypedTarget(Plan plan, string? typed) =>
        !plan.Policy.TypedTarget || typed?.Trim() == plan.Content.Target
            ? null
            : new("TYPED_NAME_WRONG", string.IsNullOrWhiteSpace(typed) ? "The target's name was not typed." : "What was typed is not the target's name.", "typed_target", $"Type {plan.Content.Target} exactly.");

    public static RailRefusedException AuditUnavailable(AuditUnavailableException problem) =>
        new("AUDIT_UNAVAILABLE", $"The audit cannot be written ({problem.Message}), so nothing was done.", "audit", "See the health report, and try again when the audit can be written.");

    /// <summary>What an operation returned, held to what the rail can carry.</summary>
    public static Refusal? Content(OperationPlan content, OperationKind kind, OperationsOptions options)
    {
        if (content.Items.Count == 0) return new("NOTHING_TO_DO", "There is nothing to change.", "target", "Nothing is needed.");
        if (content.Items.Count > options.MaxItems) return new("TOO_MANY_ITEMS", $"The plan has {content.Items.Count} items; {options.MaxItems} are the most.", "target", "Plan a smaller part.");
        if (content.Items.Select(item => item.Id).Distinct(StringComparer.Ordinal).Count() != content.Items.Count || content.Kind != kind.Name)
        {
            throw new InvalidOperationException($"The plan of {kind.Name} has an item twice or names another kind.");
        }

        if (content.Steps.Count > 0 && (content.Steps.Any(step => step.Count < 1 || step.WaitBefore < TimeSpan.Zero) || content.Steps.Sum(step => (long)step.Count) != content.Items.Count))
        {
            throw new InvalidOperationException($"The steps of {kind.Name} do not cover its items.");
        }

        if (content.ItemsPerSecond is { } pace && !(pace > 0 && double.IsFinite(pace))) return new("PACE_WRONG", "The pace must be more than 0 items a second.", "parameters", "Choose a pace above 0.");
        var lasts = content.Steps.Sum(step => step.WaitBefore.TotalSeconds) + ((content.ItemsPerSecond is { } rate ? content.Items.Count / rate : 0));
        return lasts > options.LongestJob.TotalSeconds
            ? new("TOO_LONG", $"It would take {TimeSpan.FromSeconds(Math.Min(lasts, TimeSpan.MaxValue.TotalSeconds / 2)).TotalDays:0.0} days; {options.LongestJob.TotalDays:0} are the most.", "parameters", "Wait less, go faster, or plan a smaller part.")
            : null;
    }

    private static Refusal? Parameters(JsonElement parameters, OperationKind kind, OperationsOptions options)
    {
        if (parameters.ValueKind != JsonValueKind.Object) return new("PARAMETERS_WRONG", "The parameters must be a JSON object.", "parameters", "Send an object with one member a parameter.");
        if (parameters.GetRawText().Length > options.MaxParameters) return new("PARAMETERS_TOO_LONG", $"The parameters are longer than {options.MaxParameters} characters.", "parameters", "Send less.");
        var names = parameters.EnumerateObject().Select(member => member.Name).ToArray();
        if (names.FirstOrDefault(name => kind.Parameters.All(parameter => parameter.Name != name)) is { } unknown)
        {
            return new("PARAMETER_UNKNOWN", $"{kind.Name} has no parameter {unknown}.", unknown, kind.Parameters.Count == 0 ? "It has none; remove it." : $"It has {string.Join(", ", kind.Parameters.Select(parameter => parameter.Name))}.");
        }

        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice) return new("PARAMETER_TWICE", $"The parameter {twice.Key} is given twice.", twice.Key, "Give it once.");
        return kind.Parameters.FirstOrDefault(parameter => parameter.Required && !names.Contains(parameter.Name)) is { } missing
            ? new("PARAMETER_MISSING", $"The parameter {missing.Name} is missing: {missing.Description}", missing.Name, "Give it.")
            : null;
    }
}
