using Microsoft.Playwright;
using Qmtl.Tests.E2E.Support;

namespace Qmtl.Tests.E2E;

[Collection(ConsoleCollection.Name)]
public sealed class ShellTests(ConsoleFixture console)
{
    [Fact]
    public async Task Navigation_shows_only_pages_that_answer()
    {
        await using var page = await console.OpenAsync("/");
        var links = await page.Page.Locator("nav a.entry").EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))");
        Assert.Contains("/strategies", links);
        foreach (var link in links)
        {
            var response = await page.Page.GotoAsync(link);
            Assert.Equal(200, response!.Status);
            await page.InteractiveAsync();
            await Assertions.Expect(page.Page.Locator("h1")).ToHaveCountAsync(1);
        }
    }

    [Fact]
    public async Task The_theme_follows_the_system_until_one_is_chosen_and_is_remembered()
    {
        await using var page = await console.OpenAsync("/", dark: true);
        var root = page.Page.Locator("html");
        await Assertions.Expect(root).ToHaveAttributeAsync("data-theme", "dark");
        await page.Page.ClickAsync("[data-cycle-theme]");
        await Assertions.Expect(root).ToHaveAttributeAsync("data-theme", "light");
        await page.GoAsync("/strategies");
        await Assertions.Expect(root).ToHaveAttributeAsync("data-theme", "light");
    }

    [Fact]
    public async Task The_palette_goes_to_a_page_and_slash_searches_over_everything()
    {
        await using var page = await console.OpenAsync("/");
        await page.Page.Keyboard.PressAsync("Control+k");
        await page.Page.FillAsync("#palette-input", "dry");
        await page.Page.Locator("#palette [role='option']", new PageLocatorOptions { HasText = "Dry-run" }).First.WaitForAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.ReachesAsync("/dry-run$");

        await page.Page.Locator("h1").ClickAsync();
        await page.Page.Keyboard.PressAsync("/");
        await page.Page.Keyboard.TypeAsync("momentum v7");
        var option = page.Page.Locator(".search [role='option']", new PageLocatorOptions { HasText = "momentum v7" }).First;
        await option.ClickAsync();
        await page.Page.ReachesAsync("/strategies/.");
        await Assertions.Expect(page.Page.Locator("h1")).ToHaveTextAsync("momentum v7");
    }

    [Fact]
    public async Task Question_mark_opens_the_keyboard_help_and_escape_closes_it()
    {
        await using var page = await console.OpenAsync("/");
        await page.Page.Keyboard.PressAsync("?");
        var dialog = page.Page.Locator("dialog#keyboard-help");
        await Assertions.Expect(dialog).ToBeVisibleAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(dialog).ToBeHiddenAsync();
    }

    [Fact]
    public async Task An_unknown_address_says_so_inside_the_frame()
    {
        await using var page = await console.OpenAsync("/");
        page.Expect("404");
        var response = await page.Page.GotoAsync("/no-such-page");
        Assert.Equal(404, response!.Status);
        await page.InteractiveAsync();
        await Assertions.Expect(page.Page.Locator("nav a.entry").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Page.Locator("h1")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/strategies")]
    [InlineData("/dry-run")]
    [InlineData("/health-report")]
    public async Task Nothing_is_cut_off_sideways_at_900_pixels(string path)
    {
        await using var page = await console.OpenAsync(path, width: 900, height: 1100);
        var overflow = await page.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth");
        Assert.True(overflow <= 0, $"{path} is {overflow} px wider than the window");
    }

    [Fact]
    public async Task The_health_report_names_each_dependency_with_state_source_and_age()
    {
        await using var page = await console.OpenAsync("/health-report");
        foreach (var name in new[] { "Gateway", "DAG Manager", "WorldService", "ControlBus" })
        {
            await Assertions.Expect(page.Page.Locator("main").GetByText(name, new LocatorGetByTextOptions { Exact = true }).First).ToBeVisibleAsync();
        }

        await Assertions.Expect(page.Page.Locator("main").GetByText("in process (sandbox)").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_lost_connection_is_told_and_the_page_comes_back()
    {
        await using var page = await console.OpenAsync("/health-report", beforeGoing: async watched =>
        {
            watched.Expect("WebSocket");
            watched.Expect("Connection");
            watched.Expect("closed");
            await watched.Page.RouteWebSocketAsync("**/_blazor**", socket =>
            {
                socket.ConnectToServer();
                watched.Socket = socket;
            });
        });
        await page.Page.EvaluateAsync("() => { window.sawDialog = false; new MutationObserver(() => { if (document.getElementById('components-reconnect-modal').open) window.sawDialog = true; }).observe(document.getElementById('components-reconnect-modal'), { attributes: true }); }");
        await page.Socket!.CloseAsync(new WebSocketRouteCloseOptions { Code = 3001, Reason = "cut by the test" });
        await page.Page.WaitForFunctionAsync("() => window.sawDialog && !document.getElementById('components-reconnect-modal').open");
        await page.Page.Locator("nav a.entry[href='/strategies']").ClickAsync();
        await Assertions.Expect(page.Page.Locator("h1")).ToHaveTextAsync("Strategies");
    }
}
