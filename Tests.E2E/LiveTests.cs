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
        var key = await first.Locator(".key").TextContentAsync();
        await first.ClickAsync();
        await Expect(page.Locator(".inspector .payload")).ToContainTextAsync("strategy_id");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("event="));
        await live.AssertAccessibleAsync($"live with inspector ({(dark ? "dark" : "light")})");

        await page.GetByRole(AriaRole.Button, new() { Name = "Pin", Exact = true }).ClickAsync();
        await Expect(page.Locator(".pins li")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Follow this key" }).ClickAsync();
        await Expect(page.Locator(Rows).First.Locator(".key")).ToHaveTextAsync(key!);
        var keys = await page.Locator($"{Rows} .key").AllTextContentsAsync();
        Assert.All(keys, each => Assert.Equal(key, each));

        await page.GetByRole(AriaRole.Link, new() { Name = "Open as a page" }).ClickAsync();
        await Expect(page.Locator(".payload")).ToContainTextAsync("strategy_id");
        await live.AssertAccessibleAsync($"event page ({(dark ? "dark" : "light")})");
        await live.GoAsync("/live/other-journal%3A1");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This event is no longer in the journal" })).ToBeVisibleAsync();
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
