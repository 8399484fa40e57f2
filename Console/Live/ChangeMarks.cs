using System.Collections.Concurrent;
using System.Globalization;
using Qmtl.ControlBus;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Live;

/// <summary>Marks on the tape when a plan began to change something and when it ended. Accounts and keys are nobody's event: they stay in the audit.</summary>
public sealed class ChangeMarks(IPlans plans, IServiceProvider services) : IHostedService
{
    private const int MaxRunning = 1_000;
    private const string WorldScope = "world:";

    /// <summary>Plans whose beginning is marked. Only those of many items: the rest begin and end at once.</summary>
    private readonly ConcurrentDictionary<string, byte> _begun = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _ended = new(StringComparer.Ordinal);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<ILiveMarks>() is not null) plans.Changed += OnChanged;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        plans.Changed -= OnChanged;
        return Task.CompletedTask;
    }

    private void OnChanged(Plan plan)
    {
        if (plan.Permission.StartsWith("access:", StringComparison.Ordinal)) return;
        if (plan is { State: PlanState.Executing, ItemCount: > 1 } && First(_begun, plan.Id)) Mark(plan, string.Create(CultureInfo.InvariantCulture, $"{plan.Content.Summary}: begun, {plan.ItemCount} items"));
        if (plan is not { State: PlanState.Executed, Counts: { } counts } || counts.Done + counts.Unknown == 0 || !First(_ended, plan.Id)) return;
        var rest = counts.Total - counts.Done;
        Mark(plan, rest == 0 ? plan.Content.Summary : string.Create(CultureInfo.InvariantCulture, $"{plan.Content.Summary}: {counts.Done} of {counts.Total} done"));
    }

    private void Mark(Plan plan, string what) => services.GetRequiredService<ILiveMarks>().Mark(new(
        plan.Executed is { } by ? $"{what} (by {by.Name})" : what,
        plan.Id,
        plan.Content.Target,
        plan.Content.Scope is { } scope && scope.StartsWith(WorldScope, StringComparison.Ordinal) ? Scopes.NameOf(scope) : null));

    private static bool First(ConcurrentDictionary<string, byte> seen, string id)
    {
        // Every so often all is forgotten: a plan that is told of again long after it ended is marked twice at worst.
        if (seen.Count >= MaxRunning) seen.Clear();
        return seen.TryAdd(id, 0);
    }
}
