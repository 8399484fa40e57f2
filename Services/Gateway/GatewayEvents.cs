using System.Text.Json;
using Qmtl.Shared.Control;

namespace Qmtl.Gateway;

/// <summary>Control events of the Gateway.</summary>
public static class GatewayEvents
{
    public const string ProgressType = "progress";

    /// <summary>A strategy's state changed.</summary>
    public static ControlEvent Progress(string strategyId, StrategyState state, string? worldId, DateTimeOffset at) => new()
    {
        Type = ProgressType,
        Key = $"progress:{strategyId}",
        WorldId = worldId,
        EventTime = at,
        Data = JsonSerializer.SerializeToUtf8Bytes(new { strategy_id = strategyId, status = StrategyStates.Text(state), version = 1 }),
    };
}
