using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Qmtl.Console;
using Qmtl.ControlBus;
using Qmtl.Shared.Control;
using Qmtl.WorldService;

namespace Qmtl.Benchmarks.Hub;

/// <summary>
/// The live path to many browsers: 199 hub sockets in another process and the page Live in Chromium, at 1,000 events a second, on one clock. Then, in the same
/// run, a naive hub that sends each event to all by itself. Arguments: minutes (default 2), events a second, sockets.
/// </summary>
internal static class HubBenchmark
{
    private const int Journal = 100_000;
    private static readonly TimeSpan Loading = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var minutes = Number(arguments, 0, 2);
        var rate = Number(arguments, 1, 1_000);
        var sockets = Number(arguments, 2, 199);
        System.Console.WriteLine($"{sockets} sockets and one Chromium, {rate:N0} events/s, {minutes} minutes after one of loading; {Environment.ProcessorCount} cores");
        await OursAsync(minutes, rate, sockets);
        if (sockets > 0) await NaiveAsync(rate, sockets);
        return 0;
    }

    private static async Task OursAsync(int minutes, int rate, int sockets)
    {
        var storage = Directory.CreateTempSubdirectory("qmtl-hub-benchmark-").FullName;
        await OursAsync(storage, minutes, rate, sockets);
        Directory.Delete(storage, recursive: true);
    }

    private static async Task OursAsync(string storage, int minutes, int rate, int sockets)
    {
        await using var app = ConsoleApplication.Build(
        [
            "--urls=http://127.0.0.1:0", "--SignIn:Mode=Open", $"--Storage:Path={storage}", "--environment=Development",
            $"--Sandbox:EventsPerSecond={rate}", $"--ControlBus:JournalCapacity={Journal}", "--Logging:LogLevel:Default=Warning",
        ]);
        await FillAsync(app.Services);
        await app.StartAsync();
        var url = new Uri(app.Urls.First());
        System.Console.WriteLine($"journal before the first event of the run: {app.Services.GetRequiredService<ILiveFeed>().Status.Events:N0} of {Journal:N0}");
        await using (var clients = await ClientProcess.StartAsync(new Uri(url, "hubs/controlbus"), sockets, """{"type":4,"invocationId":"1","target":"Subscribe","arguments":[{},null]}"""))
        await using (var page = await LivePageWatch.OpenAsync(url))
        {
            await Task.Delay(Loading);
            System.Console.WriteLine($"page while loading: {await page.TasksAsync()}");
            await page.BeginAsync();
            await clients.BeginAsync();
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            long? early = null;
            for (var minute = 1; minute <= minutes; minute++)
            {
                await Task.Delay(TimeSpan.FromMinutes(minute) - watch.Elapsed);
                // A collection by force holds everything up: only where it is asked for.
                if (minute != 2 && minute != minutes) continue;
                var heap = GC.GetTotalMemory(forceFullCollection: true);
                if (minute == 2) early = heap;
                System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"minute {minute}: heap {heap / 1e6:F1} MB{(early is { } first && minute > 2 ? $", {(heap - first) * 100.0 / first:+0.0;-0.0} % of minute 2" : "")}"));
            }

            System.Console.WriteLine($"sockets: {await clients.EndAsync()}");
            System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"server CPU {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds / watch.Elapsed.TotalSeconds:F2} cores; dropped {app.Services.GetRequiredService<ILiveFeed>().Status.Dropped:N0}"));
            System.Console.WriteLine($"page Live: {await page.EndAsync()}");
        }

        await app.StopAsync();
    }

    /// <summary>The journal is full from the start: what grows afterwards is a leak.</summary>
    private static async Task FillAsync(IServiceProvider services)
    {
        var emitter = services.GetRequiredService<IControlEmitter>();
        for (var i = 0; i < Journal; i++)
        {
            await emitter.EmitAsync(WorldServiceEvents.ActivationUpdated(new Activation("filling", $"strategy-{i % 1000}", "long", true, i % 100 / 100.0, "paper", $"run-{i}", i, $"hash-{i}"), DateTimeOffset.UtcNow), default);
        }
    }

    private static async Task NaiveAsync(int rate, int sockets)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSignalR();
        await using var app = builder.Build();
        app.MapHub<NaiveHub>("/naive");
        await app.StartAsync();
        await using var clients = await ClientProcess.StartAsync(new Uri(new Uri(app.Urls.First()), "naive"), sockets, "");
        using var stop = new CancellationTokenSource();
        var sending = SendAsync(app.Services.GetRequiredService<IHubContext<NaiveHub>>(), rate, stop.Token);
        await Task.Delay(TimeSpan.FromSeconds(10));
        await clients.BeginAsync();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        await Task.Delay(TimeSpan.FromSeconds(30));
        System.Console.WriteLine($"naive hub, Clients.All.SendAsync for each event, 30 s: {await clients.EndAsync()}");
        System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"naive server CPU {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds / 30:F2} cores"));
        await stop.CancelAsync();
        await sending;
        await app.StopAsync();
    }

    private static async Task SendAsync(IHubContext<NaiveHub> hub, int rate, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var watch = Stopwatch.StartNew();
        var sent = 0L;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                for (; sent < watch.Elapsed.TotalSeconds * rate; sent++)
                {
                    var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
                    await hub.Clients.All.SendAsync(
                        "event",
                        new
                        {
                            id = $"naive:{sent}", sequence = sent, type = "activation_updated", key = $"activation:load-world-{sent % 5}:load-strategy-{sent % 200}:long", world_id = $"load-world-{sent % 5}",
                            strategy_id = $"load-strategy-{sent % 200}", summary = "load-strategy-17 long active at 0.25 → 0.5 in paper", event_at = now, event_at_of = "data", received_at = now, skew = 0.1, source = "inprocess", times = 1,
                        },
                        stop);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private static int Number(string[] arguments, int at, int unset) => arguments.Length > at ? int.Parse(arguments[at], CultureInfo.InvariantCulture) : unset;

    private sealed class NaiveHub : Microsoft.AspNetCore.SignalR.Hub;
}
