using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Control;
using Qmtl.Shared.Health;
using Qmtl.WorldService;

namespace Qmtl.Console.Configuration;

/// <summary>Knows of each service by which setting it is reached, and so why it is missing in a connected console.</summary>
public sealed class ServiceDirectory(ConsoleSettings settings)
{
    /// <summary>Name of the bus among the services.</summary>
    public const string ControlBus = "ControlBus";

    private static readonly Entry[] Entries =
    [
        new("Gateway", typeof(IGateway), ["Gateway:Url"]),
        new("Strategy catalogue", typeof(IStrategyCatalogue), ["Redis:Connection"]),
        new("DAG Manager", typeof(IDagManager), ["Neo4j:Url"]),
        new("WorldService", typeof(IWorldService), ["WorldService:Url", "Gateway:Url"]),
        new(ControlBus, typeof(IControlFeed), ["ControlBus:Sources", "Kafka:Brokers", "Gateway:Url"]),
    ];

    /// <summary>Every service of a connected console, for health strip and report.</summary>
    public IEnumerable<Missing> All => Entries.Select(Why);

    public Missing Why(Type service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return Entries.FirstOrDefault(entry => entry.Service == service) is { } entry
            ? Why(entry)
            : new(service.Name, DependencyState.NotInThisVersion, "This version of the console does not have it.", "A later version may.");
    }

    private Missing Why(Entry entry)
    {
        var set = entry.Settings.Where(settings.ObservedSystems.Contains).ToArray();
        var names = string.Join(" or ", entry.Settings);
        return set.Length > 0
            ? new(entry.Name, DependencyState.NotInThisVersion, $"{string.Join(" and ", set)} is set, but this version of the console cannot read from there yet. Nothing is shown rather than something made up.", "Without any observed system in the settings the console runs the sandbox.")
            : entry.Service == typeof(IControlFeed) ? new(entry.Name, DependencyState.NotConfigured, $"The console is connected ({string.Join(", ", settings.ObservedSystems)}), and no source of control events is named.", $"Name one by {names}.")
            : new(entry.Name, DependencyState.NotConfigured, $"The console is connected ({string.Join(", ", settings.ObservedSystems)}), and {names} is not set.", $"It would be reached by {names}, in a version that reads from there; this one cannot yet.");
    }

    private sealed record Entry(string Name, Type Service, string[] Settings);
}
