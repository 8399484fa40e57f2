using Qmtl.Console.Security.Guards;
using Qmtl.Shared.Health;

namespace Qmtl.Console.Configuration;

/// <summary>Why a service is not there.</summary>
/// <param name="Name">The service, for people.</param>
/// <param name="State"><see cref="DependencyState.NotConfigured"/> or <see cref="DependencyState.NotInThisVersion"/>.</param>
/// <param name="Reason">In words.</param>
/// <param name="Advice">What to do.</param>
public sealed record Missing(string Name, DependencyState State, string Reason, string Advice);

/// <summary>
/// A service that this console may or may not have. Pages inject this and show <c>NotAvailable</c> with <see cref="Missing"/> when
/// <see cref="Service"/> is null: a connected console never shows sample or empty data as if it were real. Scoped: what it hands out is the service
/// behind its guard, which asks for the permission of whoever is behind the circuit or request.
/// </summary>
public sealed class Available<T>(IServiceProvider services, ServiceDirectory directory)
    where T : class
{
    /// <summary>The service behind its guard, or null.</summary>
    public T? Service { get; } = ReadGuards.Guarded<T>(services);

    /// <summary>Why there is none. Ask only when <see cref="Service"/> is null.</summary>
    public Missing Missing => directory.Why(typeof(T));
}
