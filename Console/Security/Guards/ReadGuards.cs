using Qmtl.ControlBus;
using Qmtl.DagManager;
using Qmtl.Gateway;
using Qmtl.Shared.Control;
using Qmtl.WorldService;

namespace Qmtl.Console.Security.Guards;

/// <summary>Puts the guard of its kind before a service. A service without one is not handed out.</summary>
public static class ReadGuards
{
    private static readonly Dictionary<Type, Func<object, IServiceProvider, ReadAccess, object>> Guards = new()
    {
        [typeof(IStrategyCatalogue)] = (inner, _, access) => new GuardedCatalogue((IStrategyCatalogue)inner, access),
        [typeof(IGateway)] = (inner, services, access) => new GuardedGateway((IGateway)inner, services.GetService<IStrategyCatalogue>(), access),
        [typeof(IDagManager)] = (inner, services, access) => new GuardedDagManager((IDagManager)inner, services.GetService<IStrategyCatalogue>(), access),
        [typeof(IWorldService)] = (inner, _, access) => new GuardedWorldService((IWorldService)inner, access),
        [typeof(IControlFeed)] = (inner, _, access) => new GuardedControlFeed((IControlFeed)inner, access),
        // Its one reader asks for a caller of its own, since hubs have one for each connection; a test holds that nobody else takes it.
        [typeof(ILiveFeed)] = (inner, _, _) => inner,
    };

    /// <summary>The services that have a guard.</summary>
    public static IReadOnlyCollection<Type> Kinds => Guards.Keys;

    /// <summary>The service behind its guard; null when this console does not have it.</summary>
    /// <param name="services">Of the circuit or request: the guard asks for whoever is behind that.</param>
    public static T? Guarded<T>(IServiceProvider services)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(services);
        if (!Guards.TryGetValue(typeof(T), out var guard)) throw new InvalidOperationException($"{typeof(T).Name} has no guard in {nameof(ReadGuards)}, so nothing hands it to a page.");
        if (services.GetService(typeof(T)) is not { } inner) return null;
        var access = new ReadAccess((ICurrentCaller)services.GetRequiredService(typeof(ICurrentCaller)), (Qmtl.Shared.Rail.IAuthorizer)services.GetRequiredService(typeof(Qmtl.Shared.Rail.IAuthorizer)));
        return (T)guard(inner, services, access);
    }
}
