using System.Globalization;
using Microsoft.Playwright;

namespace Qmtl.Benchmarks.Hub;

/// <summary>The page Live in headless Chromium: frames a second and long tasks, by the browser's own clock.</summary>
internal sealed class LivePageWatch(IPlaywright playwright, IBrowser browser, IPage page) : IAsyncDisposable
{
    private const string Watch = """
        window.seen = { tasks: [], frames: 0, from: performance.now() };
        new PerformanceObserver((list) => { for (const task of list.getEntries()) window.seen.tasks.push(task.duration); }).observe({ type: 'longtask', buffered: true });
        const frame = () => { window.seen.frames++; requestAnimationFrame(frame); };
        requestAnimationFrame(frame);
        """;

    public static async Task<LivePageWatch> OpenAsync(Uri url)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var page = await browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 1440, Height = 900 } });
        await page.AddInitScriptAsync(Watch);
        await page.GotoAsync(new Uri(url, "live").ToString());
        await page.Locator(".tape [role=row]:not([hidden])").First.WaitForAsync();
        return new(playwright, browser, page);
    }

    public Task<string> TasksAsync() => page.EvaluateAsync<string>("() => { const long = window.seen.tasks; return `${long.length} tasks over 50 ms, ${long.filter((ms) => ms > 100).length} over 100, longest ${Math.round(Math.max(0, ...long))} ms`; }");

    public Task BeginAsync() => page.EvaluateAsync("() => { window.seen.tasks.length = 0; window.seen.frames = 0; window.seen.from = performance.now(); }");

    public async Task<string> EndAsync()
    {
        var rate = await page.EvaluateAsync<double>("() => window.seen.frames * 1000 / (performance.now() - window.seen.from)");
        var state = await page.EvaluateAsync<string>("() => `${document.querySelector('[data-live=rate-now]').textContent}, ${document.querySelector('[data-live=rows]').textContent}, ${document.querySelector('[data-live=dropped]').textContent}`");
        var tasks = await TasksAsync();
        return string.Create(CultureInfo.InvariantCulture, $"{rate:F1} frames/s; {tasks}; {state}");
    }

    public async ValueTask DisposeAsync()
    {
        await browser.CloseAsync();
        playwright.Dispose();
    }
}
