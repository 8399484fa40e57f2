using System.Globalization;

namespace Qmtl.ControlBus.Normalising;

/// <summary>The types of control events that are known, under one name for both generations and every transport.</summary>
public static class EventTypes
{
    public const string Activation = "activation_updated";
    public const string ActivationAck = "activation_ack";
    public const string Policy = "policy_updated";
    public const string PolicyStateHash = "policy_state_hash";
    public const string Queue = "queue_updated";
    public const string TagQuery = "tagquery_upsert";
    public const string QueueLifecycle = "queue_lifecycle";
    public const string SentinelWeight = "sentinel_weight_updated";
    public const string Rebalancing = "rebalancing_planned";
    public const string RiskSnapshot = "risk_snapshot_updated";
    public const string EvaluationCreated = "evaluation_run_created";
    public const string EvaluationUpdated = "evaluation_run_updated";
    public const string ValidationProfile = "validation_profile_changed";
    public const string Progress = "progress";
    public const string QueueMap = "queue_map";
    public const string Deprecation = "deprecation_notice";

    /// <summary>Every known type, for filters.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Activation, ActivationAck, Policy, PolicyStateHash, Queue, TagQuery, QueueLifecycle, SentinelWeight, Rebalancing, RiskSnapshot,
        EvaluationCreated, EvaluationUpdated, ValidationProfile, Progress, QueueMap, Deprecation,
    ];

    /// <summary>The one name of a type as delivered; null when it is not known.</summary>
    internal static string? Canonical(string delivered) => delivered switch
    {
        "activation_updated" or "ActivationUpdated" => Activation,
        "activation_ack" or "ActivationAck" => ActivationAck,
        "policy_updated" or "PolicyUpdated" => Policy,
        "policy_state_hash" => PolicyStateHash,
        // The bus says queue_updated, the Gateway's relay queue_update.
        "queue_updated" or "queue_update" or "QueueUpdated" => Queue,
        "tagquery.upsert" => TagQuery,
        "queue_lifecycle" or "QueueLifecycle" => QueueLifecycle,
        "sentinel_weight_updated" or "sentinel_weight" or "SentinelWeightUpdated" => SentinelWeight,
        "rebalancing_planned" or "rebalancing.planned" => Rebalancing,
        "risk_snapshot_updated" => RiskSnapshot,
        "evaluation_run_created" => EvaluationCreated,
        "evaluation_run_updated" => EvaluationUpdated,
        "validation_profile_changed" => ValidationProfile,
        "progress" => Progress,
        "queue_map" => QueueMap,
        "deprecation.notice" => Deprecation,
        _ => null,
    };

    /// <summary>What a bare payload is that names no type: the older generation sends none, so its topic tells.</summary>
    internal static string? OfTopic(string? topic) => topic switch
    {
        "activation" => Activation,
        "policy" => Policy,
        "queue" => Queue,
        "sentinel_weight" => SentinelWeight,
        "rebalancing_planned" => Rebalancing,
        "control.activation.ack" => ActivationAck,
        _ => null,
    };

    /// <summary>
    /// What the payload itself is. With WorldService's default everything travels on the topic <c>policy</c>, and the Gateway then calls all of it
    /// <c>policy_updated</c>: a strategy with a side is an activation, whatever it is called.
    /// </summary>
    internal static string OfContent(string canonical, in EventFields fields)
    {
        if (canonical != Policy || fields.PolicyVersion is not null || fields.HasStrategies) return canonical;
        if (fields is { StrategyId: not null, Side: not null }) return Activation;
        if (fields.Phase is not null && fields.RunId is not null) return Activation;
        return fields.HasPlan ? Rebalancing : canonical;
    }

    /// <summary>What is missing or wrong in a payload of a known type; null when nothing is.</summary>
    internal static string? Problem(string type, in EventFields fields) => type switch
    {
        Activation or Policy or PolicyStateHash or Rebalancing or RiskSnapshot or EvaluationCreated or EvaluationUpdated or ValidationProfile or ActivationAck
            when fields.WorldId is null => "data.world_id is missing.",
        SentinelWeight when fields.SentinelId is null => "data.sentinel_id is missing.",
        SentinelWeight when fields.Weight is null => "data.weight is missing.",
        Queue or TagQuery when fields.Tags is null => "data.tags is missing.",
        Queue or TagQuery when fields.Interval is null => "data.interval is missing.",
        QueueLifecycle when fields.Queue is null => "data.queue is missing.",
        Progress or QueueMap when fields.StrategyId is null => "data.strategy_id is missing.",
        _ => null,
    };

    /// <summary>What an event is about. Events of one key are ordered. The same in every source, so without what a relay leaves out.</summary>
    internal static string KeyOf(string type, in EventFields fields, string? transportKey) => type switch
    {
        // A freeze or unfreeze is of the whole world.
        Activation => fields.StrategyId is null ? $"activation:{fields.WorldId}" : $"activation:{fields.WorldId}:{fields.StrategyId}:{fields.Side}",
        ActivationAck => $"activation-ack:{fields.WorldId}:{fields.RunId}",
        Policy => $"policy:{fields.WorldId}",
        PolicyStateHash => $"policy-state:{fields.WorldId}",
        Queue => QueueKey("queue:", fields),
        TagQuery => QueueKey("tagquery:", fields),
        QueueLifecycle => $"queue-lifecycle:{fields.Queue}",
        SentinelWeight => $"sentinel:{fields.SentinelId}",
        Rebalancing => $"rebalancing:{fields.WorldId}",
        RiskSnapshot => $"risk:{fields.WorldId}",
        EvaluationCreated or EvaluationUpdated => $"evaluation:{fields.WorldId}:{fields.StrategyId}:{fields.RunId}",
        ValidationProfile => $"validation-profile:{fields.WorldId}",
        Progress => $"progress:{fields.StrategyId}",
        QueueMap => $"queue-map:{fields.StrategyId}",
        _ => transportKey ?? type,
    };

    private static string QueueKey(string prefix, in EventFields fields)
    {
        var tags = fields.Tags!;
        if (tags.Count > 1)
        {
            tags = [.. tags];
            tags.Sort(StringComparer.Ordinal);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{prefix}{string.Join(',', tags)}:{fields.Interval}");
    }
}
