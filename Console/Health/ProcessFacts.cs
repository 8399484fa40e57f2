using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Qmtl.Console.Health;

/// <summary>What is known of this process.</summary>
public sealed class ProcessFacts(TimeProvider time, IServer server)
{
    /// <summary>When the application was composed, UTC.</summary>
    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    /// <summary>Addresses the server listens on.</summary>
    public string Addresses => server.Features.Get<IServerAddressesFeature>()?.Addresses is { Count: > 0 } addresses ? string.Join(", ", addresses) : "not listening yet";
}
