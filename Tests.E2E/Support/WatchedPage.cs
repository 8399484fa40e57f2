using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Qmtl.Tests.E2E.Support;

/// <summary>
/// A browser page under watch. When it is disposed the test fails if any page broke the content security policy, asked another host for
/// something, threw an error, or wrote one to the console.
/// </summary>
public sealed class WatchedPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _offences = new();
    private readonly HashSet<string> _expected = [];

    private WatchedPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
    }

    public IPage Page { get; }

    /// <summary>The circuit's socket, where a test routes it to break it.</summary>
    public IWebSocketRoute? Socket { get; set; }

    public static async Task<WatchedPage> CreateAsync(IBrowserContext context, Uri server)
    {
        var page = await context.NewPageAsync();
        var watched = new WatchedPage(context, page);
        await context.ExposeBindingAsync("reportOffence", (BindingSource _, string text) => watched._offences.Enqueue(text));
        await context.AddInitScriptAsync(
            """
            addEventListener("securitypolicyviolation", e =>
              reportOffence(`content security policy: ${e.violatedDirective} blocked ${e.blockedURI} at ${e.sourceFile}:${e.lineNumber} ${e.sample}`));
            """);
        page.PageError += (_, error) => watched._offences.Enqueue($"error thrown in the page: {error}");
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                watched._offences.Enqueue($"error on the browser's console: {message.Text} ({message.Location})");
            }
        };
        page.Request += (_, request) =>
        {
            var uri = new Uri(request.Url);
            if (uri.Scheme is "http" or "https" or "ws" or "wss" && uri.Authority != server.Authority)
            {
                watched._offences.Enqueue($"request to another host: {request.Url}");
            }
        };
        return watched;
    }

    /// <summary>Goes to a path and waits until the page's circuit answers.</summary>
    public async Task GoAsync(string path)
    {
        var response = await Page.GotoAsync(path, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
        Assert.NotNull(response);
        await InteractiveAsync();
    }

    /// <summary>Waits until the circuit is up: only then do buttons answer.</summary>
    public Task InteractiveAsync() =>
        Page.WaitForSelectorAsync("[data-interactive]", new PageWaitForSelectorOptions { State = WaitForSelectorState.Attached });

    /// <summary>Says that an offence containing this text is what the test provokes.</summary>
    public void Expect(string text) => _expected.Add(text);

    /// <summary>Pastes text into the DAG editor, through the clipboard as a user does.</summary>
    public async Task PasteAsync(string text)
    {
        await Page.Locator(".cm-content").ClickAsync();
        await Page.EvaluateAsync("text => navigator.clipboard.writeText(text)", text);
        await Page.Keyboard.PressAsync("Control+v");
    }

    /// <summary>Empties the DAG editor.</summary>
    public async Task ClearEditorAsync()
    {
        await Page.GetByText("Clear", new PageGetByTextOptions { Exact = true }).ClickAsync();
        await Assertions.Expect(Page.Locator(".cm-placeholder")).ToBeVisibleAsync();
    }

    /// <summary>Runs axe and fails on critical and serious findings.</summary>
    public async Task AssertAccessibleAsync(string what)
    {
        var result = await Page.RunAxe();
        var bad = result.Violations.Where(violation => violation.Impact is "critical" or "serious").ToList();
        Assert.True(bad.Count == 0, $"{what}: {string.Join(Environment.NewLine, bad.Select(Describe))}");
    }

    /// <summary>As <see cref="AssertAccessibleAsync"/>, in the light and in the dark theme.</summary>
    public async Task AssertAccessibleInBothAsync(string what)
    {
        foreach (var theme in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            await Page.EmulateMediaAsync(new() { ColorScheme = theme });
            await AssertAccessibleAsync($"{what} ({theme})");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        var offences = _offences.Where(offence => !_expected.Any(offence.Contains)).ToList();
        Assert.True(offences.Count == 0, string.Join(Environment.NewLine, offences));
    }

    private static string Describe(AxeResultItem item) =>
        $"{item.Impact} {item.Id}: {item.Help} {string.Join(" | ", item.Nodes.Take(5).Select(node => node.Html))}";
}
