using Qmtl.Console.Configuration;
using Qmtl.Shared.Health;

namespace Qmtl.Console.Health;

/// <summary>Tells in health strip and report that a service of a connected console is missing, and why.</summary>
public sealed class MissingServiceProbe(Missing missing, TimeProvider time) : IDependencyProbe
{
    public string Name => missing.Name;

    public Task<DependencyReading> ReadAsync(CancellationToken cancellation) =>
        Task.FromResult(new DependencyReading(missing.Name, missing.State, "the settings", time.GetUtcNow(), null, missing.Reason, missing.Advice));
}
