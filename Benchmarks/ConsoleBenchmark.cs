using System.Diagnostics;
using Microsoft.Playwright;
using Qmtl.Tests.E2E.Support;

namespace Qmtl.Benchmarks;

/// <summary>
/// What a user waits for: the published console from process start to the content of <c>/</c>, the first visit in Chromium (paint and bytes),
/// and a 400-node DAG from click to paint. Yardsticks in the same run: an empty page of the same server for paint, <c>dotnet --version</c>
/// for process start.
/// </summary>
internal static class ConsoleBenchmark
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (Environment.GetEnvironmentVariable("QMTL_CONSOLE_PUBLISHED") is not { Length: > 0 } published)
        {
            System.Console.Error.WriteLine("Set QMTL_CONSOLE_PUBLISHED to the folder of a published console (dotnet publish Console -c Release -o …).");
            return 2;
        }

        var rounds = arguments.Length > 0 ? int.Parse(arguments[0]) : 7;
        await StartAsync(rounds);
        await VisitAsync(rounds);
        System.Console.WriteLine($"published: {published}");
        return 0;
    }

    private static async Task StartAsync(int rounds)
    {
        var starts = new List<double>();
        var yardstick = new List<double>();
        using var client = new HttpClient();
        for (var round = 0; round < rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            await using (var server = await ConsoleServer.StartAsync())
            {
                var content = await client.GetStringAsync(server.Url);
                if (!content.Contains("Overview", StringComparison.Ordinal))
                {
                    throw new InvalidOperationException("The content of / does not name the Overview.");
                }

                starts.Add(watch.Elapsed.TotalMilliseconds);
            }

            watch.Restart();
            using var dotnet = Process.Start(new ProcessStartInfo("dotnet", "--version") { RedirectStandardOutput = true })!;
            await dotnet.WaitForExitAsync();
            yardstick.Add(watch.Elapsed.TotalMilliseconds);
        }

        Print("process start to content of /", starts, "ms");
        Print("  yardstick: dotnet --version", yardstick, "ms");
        System.Console.WriteLine($"  ratio {Median(starts) / Median(yardstick):F1}");
    }

    private static async Task VisitAsync(int rounds)
    {
        await using var server = await ConsoleServer.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        List<double> paint = [], contentful = [], bytes = [], requests = [], empty = [], click = [];
        for (var round = 0; round < rounds; round++)
        {
            empty.Add((await FirstVisitAsync(browser, new Uri(server.Url, "healthz"))).Paint);
            var visit = await FirstVisitAsync(browser, server.Url);
            paint.Add(visit.Paint);
            contentful.Add(visit.Contentful);
            bytes.Add(visit.Bytes / 1000.0);
            requests.Add(visit.Requests);
            click.Add(await ClickToPaintAsync(browser, server.Url));
        }

        Print("first visit: first paint", paint, "ms");
        Print("first visit: first contentful paint", contentful, "ms");
        Print("  yardstick: first paint of a text of two bytes", empty, "ms");
        Print("first visit: transferred", bytes, "KB");
        Print("first visit: requests", requests, "");
        Print("400-node DAG, click to paint", click, "ms");
    }

    private static async Task<(double Paint, double Contentful, double Bytes, int Requests)> FirstVisitAsync(IBrowser browser, Uri url)
    {
        await using var context = await browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1440, Height = 900 } });
        var page = await context.NewPageAsync();
        var protocol = await context.NewCDPSessionAsync(page);
        await protocol.SendAsync("Network.enable");
        var bytes = 0.0;
        var requests = 0;
        protocol.Event("Network.loadingFinished").OnEvent += (_, message) =>
        {
            bytes += message!.Value.GetProperty("encodedDataLength").GetDouble();
            requests++;
        };
        await page.GotoAsync(url.ToString(), new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle });
        var times = await page.EvaluateAsync<double[]>(
            """
            () => new Promise(done => {
              const read = () => {
                const entry = name => performance.getEntriesByName(name)[0]?.startTime;
                const paint = entry("first-paint");
                paint === undefined ? requestAnimationFrame(read) : done([paint, entry("first-contentful-paint") ?? paint]);
              };
              read();
            })
            """);
        return (times[0], times[1], bytes, requests);
    }

    private static async Task<double> ClickToPaintAsync(IBrowser browser, Uri url)
    {
        await using var context = await browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1440, Height = 900 } });
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(url, "strategies?q=nodes%3A%3E300").ToString());
        await page.WaitForSelectorAsync("[data-interactive]", new PageWaitForSelectorOptions { State = WaitForSelectorState.Attached });
        var link = page.Locator("a[href^='/strategies/'], a[href^='strategies/']").First;
        await link.WaitForAsync();
        await page.EvaluateAsync("() => addEventListener('click', () => { window.clickedAt = performance.now(); }, { capture: true, once: true })");
        await link.ClickAsync();
        return await page.EvaluateAsync<double>(
            """
            () => new Promise(done => {
              const look = () => document.querySelector("canvas[data-ready='true']")
                ? requestAnimationFrame(() => done(performance.now() - window.clickedAt)) : requestAnimationFrame(look);
              look();
            })
            """);
    }

    private static void Print(string what, List<double> values, string unit)
    {
        values.Sort();
        System.Console.WriteLine($"{what}: median {Median(values):F0} {unit}, range {values[0]:F0} to {values[^1]:F0} ({values.Count} rounds)");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
