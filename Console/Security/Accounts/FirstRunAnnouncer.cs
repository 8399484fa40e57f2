using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Qmtl.Console.Security.Accounts;

/// <summary>Prints the first-run token once the console listens: on standard output, never into the log, which may be kept and read elsewhere.</summary>
internal sealed class FirstRunAnnouncer(FirstRun firstRun, PasswordWork passwords, IServer server, IConfiguration configuration) : IHostedLifecycleService
{
    /// <summary>Where it is printed; tests read it there.</summary>
    internal TextWriter Output { get; set; } = System.Console.Out;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        passwords.Prepare();
        if (await firstRun.MakeTokenAsync(cancellationToken) is not { } token) return;
        var address = configuration["Http:PublicOrigin"]?.TrimEnd('/') ?? server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";
        await Output.WriteLineAsync(
            $"""

            No account exists yet. To make the first administrator open
              {address}/setup
            and enter this token within 30 minutes; it counts once:
              {token}

            """);
        await Output.FlushAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
