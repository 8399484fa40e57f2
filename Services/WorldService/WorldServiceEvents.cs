using System.Globalization;
using System.Text.Json;
using Qmtl.Shared.Control;

namespace Qmtl.WorldService;

/// <summary>What a world activates for one strategy and side.</summary>
/// <param name="Side"><c>long</c> or <c>short</c>.</param>
/// <param name="Weight">Share of the allocation in [0, 1].</param>
/// <param name="Version">The world's activation counter.</param>
/// <param name="StateHash">Hash of the world's activation state, <c>blake3:…</c>.</param>
public sealed record Activation(
    string WorldId, string StrategyId, string Side, bool Active, double Weight, string EffectiveMode, string RunId, int Version, string StateHash);

/// <summary>Control events of the WorldService, with the data that the released one sends.</summary>
public static class WorldServiceEvents
{
    public const string ActivationUpdatedType = "activation_updated";
    public const string PolicyUpdatedType = "policy_updated";

    /// <summary>A world activated, deactivated or re-weighted a strategy.</summary>
    public static ControlEvent ActivationUpdated(Activation activation, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(activation);
        var etag = string.Create(CultureInfo.InvariantCulture, $"act:{activation.WorldId}:{activation.StrategyId}:{activation.Side}:{activation.Version}");
        return new ControlEvent
        {
            Type = ActivationUpdatedType,
            Key = $"activation:{activation.WorldId}:{activation.StrategyId}:{activation.Side}",
            WorldId = activation.WorldId,
            EventTime = at,
            Etag = etag,
            Data = JsonSerializer.SerializeToUtf8Bytes(new
            {
                world_id = activation.WorldId,
                etag,
                run_id = activation.RunId,
                ts = Timestamp(at),
                state_hash = activation.StateHash,
                version = activation.Version,
                strategy_id = activation.StrategyId,
                side = activation.Side,
                active = activation.Active,
                weight = activation.Weight,
                freeze = false,
                drain = false,
                effective_mode = activation.EffectiveMode,
                idempotency_key = string.Create(CultureInfo.InvariantCulture, $"activation_updated:{activation.WorldId}:{activation.Version}"),
            }),
        };
    }

    /// <summary>A policy version of a world became active.</summary>
    /// <param name="checksum">Of the active strategies, <c>blake3:…</c>.</param>
    public static ControlEvent PolicyUpdated(string worldId, int policyVersion, string checksum, DateTimeOffset at) => new()
    {
        Type = PolicyUpdatedType,
        Key = $"policy:{worldId}",
        WorldId = worldId,
        EventTime = at,
        Etag = string.Create(CultureInfo.InvariantCulture, $"policy:{worldId}:{policyVersion}"),
        Data = JsonSerializer.SerializeToUtf8Bytes(new
        {
            world_id = worldId,
            policy_version = policyVersion,
            checksum,
            status = "ACTIVE",
            ts = Timestamp(at),
            version = policyVersion,
            idempotency_key = string.Create(CultureInfo.InvariantCulture, $"policy_updated:{worldId}:{policyVersion}"),
        }),
    };

    private static string Timestamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
