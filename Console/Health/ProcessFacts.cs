using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Qmtl.Console.Health;

/// <summary>What is known of this process.</summary>
public sealed class ProcessFacts(IServer server)
{
    /// <summary>When the process was started, UTC.</summary>
    public DateTimeOffset StartedAt { get; } = ReadStart();

    /// <summary>Addresses the server listens on.</summary>
    public string Addresses => server.Features.Get<IServerAddressesFeature>()?.Addresses is { Count: > 0 } addresses ? string.Join(", ", addresses) : "not listening yet";

    private static DateTimeOffset ReadStart()
    {
        using var process = Process.GetCurrentProcess();
        return new DateTimeOffset(process.StartTime).ToUniversalTime();
    }
}
