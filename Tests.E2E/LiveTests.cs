using Microsoft.Playwright;
using Qmtl.Tests.E2E.Support;
using static Microsoft.Playwright.Assertions;

namespace Qmtl.Tests.E2E;

/// <summary>The live tape, driven in a browser over the sandbox's own activity.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class LiveTests(ConsoleFixture console)
{
    private const string Rows = ".tape [role=row]:not([hidden])";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_event_is_looked_at_pinned_followed_and_linked(bool dark)
    {
        await using var live = await console.OpenAsync("/live?q=type%3Aprogress", dark);
        var page = live.Page;
        var first = page.Locator(Rows).First;
        await Expect(first).ToBeVisibleAsync();
        await Expect(first.Locator(".type")).ToHaveTextAsync("progress");
        await first.ClickAsync();
        await Expect(page.Locator(".inspector .payload")).ToContainTextAsync("strategy_id");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("event="));
        // The tape moves on: the key of what was chosen, not of whichever was the first before.
        var key = await page.Locator($"{Rows}[aria-selected='true'] .key").TextContentAsync();
        await live.AssertAccessibleAsync($"live with inspector ({(dark ? "dark" : "light")})");

        await page.GetByRole(AriaRole.Button, new() { Name = "Pin", Exact = true }).ClickAsync();
        await Expect(page.Locator(".pins li")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Follow this key" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("key%3A"));
        await Expect(page.Locator($"{Rows} .key").Filter(new() { HasNotText = key })).ToHaveCountAsync(0);
        await Expect(page.Locator(Rows).First.Locator(".key")).ToHaveTextAsync(key!);

        await page.GetByRole(AriaRole.Link, new() { Name = "Open as a page" }).ClickAsync();
        await Expect(page.Locator(".payload")).ToContainTextAsync("strategy_id");
        await live.AssertAccessibleAsync($"event page ({(dark ? "dark" : "light")})");
        await live.GoAsync("/live/other-journal%3A1");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This event is no longer in the journal" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_event_that_was_pressed_is_chosen_though_the_tape_moves_on_before_the_button_is_up()
    {
        await using var live = await console.OpenAsync("/live");
        var page = live.Page;
        var first = page.Locator(Rows).First;
        await first.HoverAsync();
        // Read with the press itself: the tape may move just before.
        await page.EvaluateAsync("() => document.querySelector('.tape').addEventListener('pointerdown', (event) => { window.pressed = event.target.closest('[role=row]').dataset.id; }, { capture: true })");
        await page.Mouse.DownAsync();
        var pressed = await page.EvaluateAsync<string>("() => window.pressed");
        await Expect(first).Not.ToHaveAttributeAsync("data-id", pressed, new() { Timeout = 60_000 });
        await page.Mouse.UpAsync();
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"event={System.Text.RegularExpressions.Regex.Escape(Uri.EscapeDataString(pressed))}|event={System.Text.RegularExpressions.Regex.Escape(pressed)}"));
        await Expect(page.Locator($"{Rows}[aria-selected='true']")).ToHaveAttributeAsync("data-id", pressed);
    }

    [Fact]
    public async Task Sources_quarantine_and_a_stretch_of_time_are_a_click_away()
    {
        await using var live = await console.OpenAsync("/live");
        var page = live.Page;
        await Expect(page.Locator("[data-live=sources] li")).ToContainTextAsync("inprocess: reading");
        await Expect(page.Locator("[data-live=journal]")).ToContainTextAsync("% full");

        await page.GetByRole(AriaRole.Tab, new() { Name = "Quarantine" }).ClickAsync();
        await Expect(page.GetByText("Every message so far was a control event")).ToBeVisibleAsync();
        await Expect(page.Locator(".tape")).ToBeHiddenAsync();
        await live.AssertAccessibleAsync("quarantine");

        await page.GetByRole(AriaRole.Tab, new() { Name = "Tape" }).ClickAsync();
        await page.Locator("details.range summary").ClickAsync();
        await live.AssertAccessibleAsync("live with the choice of time");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Give a beginning, an end, or both.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Last 24 h" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("from=.*until="));
        await Expect(page.Locator("details.range form")).ToBeHiddenAsync();
        await Expect(page.Locator(Rows).First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on live" }).ClickAsync();
        await Expect(page).Not.ToHaveURLAsync(new System.Text.RegularExpressions.Regex("from="));
    }

    [Fact]
    public async Task A_paused_view_is_a_link_and_resuming_fetches_what_came_meanwhile()
    {
        await using var live = await console.OpenAsync("/live");
        var page = live.Page;
        await Expect(page.Locator(Rows).First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("from=.*until="));
        var newest = await page.Locator(Rows).First.GetAttributeAsync("data-id");

        // Counted while nothing moves.
        await Expect(page.Locator("[data-live=paused]")).ToContainTextAsync(new System.Text.RegularExpressions.Regex("Paused · [1-9]"), new() { Timeout = 60_000 });
        Assert.Equal(newest, await page.Locator(Rows).First.GetAttributeAsync("data-id"));

        await using var other = await console.OpenAsync(new Uri(page.Url).PathAndQuery);
        await Expect(other.Page.Locator(Rows).First).ToHaveAttributeAsync("data-id", newest!);

        await page.Locator("[data-live=paused]").GetByRole(AriaRole.Button).ClickAsync();
        await Expect(page.Locator("[data-live=paused]")).ToBeHiddenAsync();
        await Expect(page.Locator(Rows).First).Not.ToHaveAttributeAsync("data-id", newest!);
        await Expect(page).Not.ToHaveURLAsync(new System.Text.RegularExpressions.Regex("from="));

        // Between what was shown and what is new no sequence is missing.
        var ids = await page.Locator(Rows).EvaluateAllAsync<string[]>("rows => rows.map(row => row.dataset.id)");
        var sequences = ids.Select(id => long.Parse(id.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)).OrderDescending().ToArray();
        Assert.Contains(long.Parse(newest!.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture), sequences);
        Assert.Equal(sequences.Length - 1, sequences[0] - sequences[^1]);
    }
}

/// <summary>The live tape on a busy bus.</summary>
public sealed class BusyLiveTests(BusyFixture console) : IClassFixture<BusyFixture>
{
    [Fact]
    public async Task A_thousand_events_a_second_are_paused_resumed_and_backfilled_without_a_hole()
    {
        const string newest = ".tape [role=row]:not([hidden])";
        await using var live = await console.OpenAsync("/live?q=world%3Aload-world-1");
        var page = live.Page;
        // A fifth of all, so that what comes while the test looks still fits on the page.
        await Expect(page.Locator("[data-live=rate-now]")).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"^([6-9]\d\d|1\d\d\d)\.\d events/s"), new() { Timeout = 60_000 });
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("from=.*until="));
        var before = await page.Locator(newest).First.GetAttributeAsync("data-id");
        await Expect(page.Locator("[data-live=paused]")).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"Paused · ([5-9]\d\d|\d,\d\d\d)"), new() { Timeout = 60_000 });
        Assert.Equal(before, await page.Locator(newest).First.GetAttributeAsync("data-id"));

        await page.Locator("[data-live=paused]").GetByRole(AriaRole.Button).ClickAsync();
        await Expect(page.Locator("[data-live=paused]")).ToBeHiddenAsync();
        await Expect(page.Locator(newest).First).Not.ToHaveAttributeAsync("data-id", before!);
        await Expect(page.Locator("[data-live=dropped]")).ToHaveTextAsync("0 dropped");

        // Pause again and compare with the journal itself: the page must have every event of the filter since the first pause, once and in order.
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true }).ClickAsync();
        await Expect(page.Locator("[data-live=paused]")).ToBeVisibleAsync();
        var after = await page.Locator(newest).First.GetAttributeAsync("data-id");
        var shown = await ScrollThroughAsync(page, before!);
        Assert.Equal(await console.Server.EventIdsAsync("worlds=load-world-1", after!, before!), shown);
        Assert.True(shown.Length > 500, $"Only {shown.Length} events were compared.");
    }

    /// <summary>Ids of the rows from the newest down to one, read as they come into sight.</summary>
    private static Task<string[]> ScrollThroughAsync(IPage page, string to) => page.EvaluateAsync<string[]>(
        """
        async (to) => {
          const tape = document.querySelector('.tape');
          const found = new Map();
          const frame = () => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
          for (let top = 0; ; top += tape.clientHeight - 60) {
            tape.scrollTop = top;
            await frame();
            const rows = [...tape.querySelectorAll('[role=row]:not([hidden])')].map((row) => [new DOMMatrix(getComputedStyle(row).transform).m42, row.dataset.id]);
            for (const [y, id] of rows) found.set(y, id);
            if (rows.some(([, id]) => id === to) || top > tape.scrollHeight) break;
          }
          const ids = [...found].sort((a, b) => a[0] - b[0]).map(([, id]) => id);
          return ids.slice(0, ids.indexOf(to) + 1);
        }
        """, to);
}

/// <summary>A sandbox whose bus carries a thousand events a second.</summary>
public sealed class BusyFixture : ConsoleFixture
{
    protected override string[] Arguments => ["--Sandbox:EventsPerSecond=1000"];
}
