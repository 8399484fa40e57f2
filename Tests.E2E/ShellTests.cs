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
        // As a hand does it: the button is down for a while, and the server hears of it before it is up.
        await option.ClickAsync(new LocatorClickOptions { Delay = 300 });
        await page.Page.ReachesAsync("/strategies/.");
        await Assertions.Expect(page.Page.Locator("h1")).ToHaveTextAsync("momentum v7");
        await Assertions.Expect(page.Page.Locator("h1")).ToBeFocusedAsync();
        await Assertions.Expect(page.Page.Locator("#search")).ToHaveValueAsync("");
        await Assertions.Expect(page.Page.Locator(".search .menu")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_result_that_is_redrawn_under_the_pressed_button_is_still_the_one_that_is_gone_to()
    {
        await using var page = await console.OpenAsync("/");
        var option = page.Page.Locator(".search .menu [role='option']", new PageLocatorOptions { HasText = "momentum v7" }).First;
        await page.Page.Keyboard.PressAsync("/");
        await page.Page.Keyboard.TypeAsync("momentum v7");
        await option.HoverAsync();
        await page.Page.Mouse.DownAsync();
        await page.Page.Keyboard.TypeAsync("-none");
        await Assertions.Expect(page.Page.Locator(".search .menu [role='option']")).ToHaveCountAsync(0);
        await page.Page.Mouse.UpAsync();
        await page.Page.ReachesAsync("/strategies/.");
        await Assertions.Expect(page.Page.Locator("h1")).ToHaveTextAsync("momentum v7");
    }

    [Fact]
    public async Task A_result_is_a_link_that_opens_in_a_new_tab_and_leaves_the_search_open()
    {
        await using var page = await console.OpenAsync("/");
        await page.Page.Keyboard.PressAsync("/");
        await page.Page.Keyboard.TypeAsync("momentum v7");
        var option = page.Page.Locator(".search .menu [role='option']", new PageLocatorOptions { HasText = "momentum v7" }).First;
        await option.WaitForAsync();
        await page.AssertAccessibleAsync("the search with results");
        foreach (var click in new LocatorClickOptions[] { new() { Modifiers = [KeyboardModifier.Control] }, new() { Button = MouseButton.Middle } })
        {
            var other = await page.Page.Context.RunAndWaitForPageAsync(() => option.ClickAsync(click));
            await other.ReachesAsync("/strategies/.");
            await other.CloseAsync();
            await Assertions.Expect(option).ToBeVisibleAsync();
            await Assertions.Expect(page.Page.Locator("#search")).ToBeFocusedAsync();
        }
    }

    [Fact]
    public async Task A_page_that_comes_late_does_not_take_the_focus_from_who_is_typing()
    {
        var held = new Queue<Action>();
        var holding = false;
        await using var page = await console.OpenAsync("/", beforeGoing: watched => watched.Page.RouteWebSocketAsync("**/_blazor**", socket =>
        {
            var server = socket.ConnectToServer();
            server.OnMessage(frame =>
            {
                Action pass = () => { if (frame.Binary is { } bytes) socket.Send(bytes); else socket.Send(frame.Text!); };
                lock (held) { if (holding) held.Enqueue(pass); else pass(); }
            });
        }));
        lock (held) holding = true;
        await page.Page.Locator("nav a.entry[href='/dry-run']").ClickAsync();
        await page.Page.Keyboard.PressAsync("/");
        await page.Page.Keyboard.TypeAsync("momentum");
        await Assertions.Expect(page.Page.Locator("h1")).ToHaveTextAsync("Overview");
        lock (held)
        {
            holding = false;
            while (held.TryDequeue(out var pass)) pass();
        }

        // The page, then the results: by then its heading would have the focus.
        await Assertions.Expect(page.Page.Locator("h1")).ToHaveTextAsync("Dry-run");
        await Assertions.Expect(page.Page.Locator(".search .menu [role='option']").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Page.Locator("#search")).ToBeFocusedAsync();
        await Assertions.Expect(page.Page.Locator("#search")).ToHaveValueAsync("momentum");
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
