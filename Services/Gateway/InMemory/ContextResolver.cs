using Qmtl.Shared.Dags;
using Qmtl.Shared.NodeIds;
using Qmtl.WorldService;

namespace Qmtl.Gateway.InMemory;

/// <summary>The context a submission runs in, after the world's decision.</summary>
internal sealed record ResolvedContext(ComputeContext Context, string ExecutionDomain, bool Downgraded, string? Reason)
{
    /// <summary>Safe mode goes with every downgrade: nothing may trade.</summary>
    public bool SafeMode => Downgraded;
}

/// <summary>Works out the compute context from the submission and the decision of its first world.</summary>
internal sealed class ContextResolver(IWorldService worlds)
{
    public const string MissingAsOf = "missing_as_of";
    public const string DecisionUnavailable = "decision_unavailable";

    /// <summary>
    /// The world's effective mode decides the domain. Without a decision the domain asked for stays where it is harmless and becomes
    /// backtest where it is not. Backtest and dryrun without a point in time become backtest.
    /// </summary>
    public async Task<ResolvedContext> ResolveAsync(ComputeContext asked, string? worldId, CancellationToken cancellation)
    {
        var world = worldId is null ? null : await DecisionAsync(worldId, cancellation);
        var requested = string.IsNullOrWhiteSpace(asked.ExecutionDomain) ? "backtest" : ExecutionDomains.Resolve(asked.ExecutionDomain);
        if (world is null)
        {
            var harmless = requested is "backtest" or "dryrun" ? requested : "backtest";
            return Resolved(asked.AsOf, harmless, DecisionUnavailable);
        }

        var domain = WorldModes.ExecutionDomain(world.EffectiveMode);
        var asOf = string.IsNullOrWhiteSpace(asked.AsOf) ? world.AsOf : asked.AsOf;
        return domain is "backtest" or "dryrun" && string.IsNullOrWhiteSpace(asOf)
            ? Resolved(null, "backtest", MissingAsOf)
            : Resolved(asOf, domain, null);

        ResolvedContext Resolved(string? at, string executionDomain, string? reason) =>
            new(asked with { WorldId = worldId, ExecutionDomain = executionDomain, AsOf = at }, executionDomain, reason is not null, reason);
    }

    /// <summary>Null when the world is unknown or WorldService does not answer: both leave no decision.</summary>
    private async Task<World?> DecisionAsync(string worldId, CancellationToken cancellation)
    {
        try
        {
            return await worlds.FindAsync(worldId, cancellation);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            return null;
        }
    }
}
