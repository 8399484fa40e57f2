using System.Globalization;
using Qmtl.Sandbox.Samples;
using Qmtl.WorldService;

namespace Qmtl.Sandbox;

/// <summary>The worlds of the sandbox.</summary>
internal static class SandboxWorlds
{
    /// <summary>One world of each mode. The onboarding world has no point in time yet, so what runs there is downgraded.</summary>
    public static IReadOnlyList<World> At(DateTimeOffset now)
    {
        var yesterday = now.UtcDateTime.Date.AddDays(-1).ToString("yyyy-MM-ddT00:00:00Z", CultureInfo.InvariantCulture);
        return
        [
            new World(SampleStrategies.Momentum, "Crypto momentum, 1 h", WorldModes.Live, yesterday),
            new World(SampleStrategies.Carry, "Crypto carry", WorldModes.Paper, yesterday),
            new World(SampleStrategies.RiskParity, "Multi-asset risk parity", WorldModes.Shadow, yesterday),
            new World(SampleStrategies.Research, "Research lab", WorldModes.ComputeOnly, yesterday),
            new World(SampleStrategies.Onboarding, "New strategies", WorldModes.Validate, null),
        ];
    }
}
