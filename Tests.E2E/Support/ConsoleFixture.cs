using Microsoft.Playwright;

namespace Qmtl.Tests.E2E.Support;

/// <summary>One console and one Chromium for all tests of the collection; each test gets a browser context of its own.</summary>
public class ConsoleFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public ConsoleServer Server { get; private set; } = null!;

    /// <summary>Settings of this console besides its storage.</summary>
    protected virtual string[] Arguments => [];

    public async Task InitializeAsync()
    {
        // A limit for what never comes, not a measure of speed: a busy machine may take several seconds for a page.
        Assertions.SetDefaultExpectTimeout(30_000);
        Server = await ConsoleServer.StartAsync(Arguments);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("QMTL_TEST_CHROMIUM") ?? "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }

    /// <summary>A bare browser context, for pages that are not the console's.</summary>
    public Task<IBrowserContext> NewContextAsync() => _browser!.NewContextAsync();

    /// <summary>Opens a browser window that watches for what no page may do; see <see cref="WatchedPage"/>.</summary>
    public async Task<WatchedPage> OpenAsync(string path, bool dark = false, int width = 1440, int height = 900, Func<WatchedPage, Task>? beforeGoing = null)
    {
        var page = await NewPageAsync(dark, width, height);
        if (beforeGoing is not null)
        {
            await beforeGoing(page);
        }

        await page.GoAsync(path);
        return page;
    }

    /// <summary>Opens a page that has no circuit, such as sign-in, in a browser of its own.</summary>
    public async Task<WatchedPage> OpenPlainAsync(string path, bool dark = false, int width = 1440, int height = 900)
    {
        var page = await NewPageAsync(dark, width, height);
        await page.Page.GotoAsync(path);
        return page;
    }

    private async Task<WatchedPage> NewPageAsync(bool dark, int width, int height)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Server.Url.ToString(),
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ReducedMotion = ReducedMotion.Reduce,
            AcceptDownloads = true,
        });
        await context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        return await WatchedPage.CreateAsync(context, Server.Url);
    }
}

[CollectionDefinition(Name)]
public sealed class ConsoleCollection : ICollectionFixture<ConsoleFixture>
{
    public const string Name = "console";
}
