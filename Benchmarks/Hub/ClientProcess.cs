using System.Diagnostics;
using System.Globalization;

namespace Qmtl.Benchmarks.Hub;

/// <summary>The sockets, in a process of their own.</summary>
internal sealed class ClientProcess(Process process) : IAsyncDisposable
{
    public static async Task<ClientProcess> StartAsync(Uri hub, int sockets, string subscribe)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in new[] { typeof(ClientProcess).Assembly.Location, HubClientsVerb, $"ws://{hub.Authority}{hub.AbsolutePath}", sockets.ToString(CultureInfo.InvariantCulture), subscribe }) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var clients = new ClientProcess(process);
        if (await process.StandardOutput.ReadLineAsync() != "ready") throw new InvalidOperationException("The sockets could not be opened.");
        return clients;
    }

    /// <summary>Verb of this program that runs <see cref="HubClients"/>.</summary>
    public const string HubClientsVerb = "hub-clients";

    public Task BeginAsync() => process.StandardInput.WriteLineAsync("begin");

    public async Task<string> EndAsync()
    {
        await process.StandardInput.WriteLineAsync("end");
        return await process.StandardOutput.ReadLineAsync() ?? "the sockets ended early";
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        process.Dispose();
    }
}
