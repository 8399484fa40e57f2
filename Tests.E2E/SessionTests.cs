using Microsoft.Playwright;
using Qmtl.Tests.E2E.Support;

namespace Qmtl.Tests.E2E;

/// <summary>A circuit belongs to the session that opened it.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class SessionTests(ConsoleFixture console)
{
    private const string Cookie = "__Host-qmtl-session";

    [Fact]
    public async Task A_reconnect_as_somebody_else_is_refused_and_the_page_reloads()
    {
        await using var page = await OpenRoutedAsync();
        await SignInAsync(page.Page, "open:analyst", "/health-report");
        await page.InteractiveAsync();
        await Assertions.Expect(User(page.Page)).ToContainTextAsync("Anna Analyst");

        // In the same browser somebody else signs in meanwhile; the first session still stands.
        var other = await console.NewContextAsync();
        var elsewhere = await other.NewPageAsync();
        await SignInAsync(elsewhere, "open:viewer", console.Server.Url + "health-report");
        var theirs = (await other.CookiesAsync()).Single(cookie => cookie.Name == Cookie);
        var mine = (await page.Page.Context.CookiesAsync()).Single(cookie => cookie.Name == Cookie);
        Assert.NotEqual(mine.Value, theirs.Value);
        await page.Page.Context.AddCookiesAsync([new Cookie { Name = Cookie, Value = theirs.Value, Url = console.Server.Url.ToString().Replace("http:", "https:", StringComparison.Ordinal), Secure = true, HttpOnly = true }]);
        Assert.Equal(theirs.Value, (await page.Page.Context.CookiesAsync()).Single(cookie => cookie.Name == Cookie).Value);

        await page.Page.EvaluateAsync("() => { window.sameDocument = true; }");
        await page.Socket!.CloseAsync(new WebSocketRouteCloseOptions { Code = 3001, Reason = "cut by the test" });
        await page.Page.WaitForFunctionAsync("() => !window.sameDocument");
        await page.InteractiveAsync();
        await Assertions.Expect(User(page.Page)).ToContainTextAsync("Vera Viewer");
        await other.CloseAsync();
    }

    [Fact]
    public async Task Signing_out_ends_the_pages_of_the_session_at_once()
    {
        await using var page = await OpenRoutedAsync();
        await SignInAsync(page.Page, "open:viewer", "/health-report");
        await page.InteractiveAsync();
        var second = await page.Page.Context.NewPageAsync();
        await second.GotoAsync("/sign-in");
        await second.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign out", Exact = true }).First.ClickAsync();

        await Assertions.Expect(page.Page.GetByText("You are signed out")).ToBeVisibleAsync();
        await page.Page.ReachesAsync("/sign-in[?]returnUrl=%2Fhealth-report$");
    }

    private static ILocator User(IPage page) => page.Locator("details.user summary");

    private static async Task SignInAsync(IPage page, string user, string path)
    {
        var returnUrl = Uri.EscapeDataString(new Uri(new Uri("http://x/"), path).AbsolutePath);
        var root = path.StartsWith("http", StringComparison.Ordinal) ? new Uri(path).GetLeftPart(UriPartial.Authority) : "";
        await page.GotoAsync($"{root}/sign-in?returnUrl={returnUrl}");
        await page.Locator($"form.users button[value='{user}']").ClickAsync();
        await page.ReachesAsync("/health-report$");
    }

    /// <summary>A page whose circuit's socket the test can cut.</summary>
    private Task<WatchedPage> OpenRoutedAsync() => console.OpenAsync("/health-report", beforeGoing: async watched =>
    {
        foreach (var expected in new[] { "WebSocket", "Connection", "closed", "401", "404", "signed out", "session has ended" }) watched.Expect(expected);
        await watched.Page.RouteWebSocketAsync("**/_blazor**", socket =>
        {
            socket.ConnectToServer();
            watched.Socket = socket;
        });
    });
}
