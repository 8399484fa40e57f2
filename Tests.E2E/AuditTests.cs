using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Qmtl.Tests.E2E.Support;
using static Microsoft.Playwright.Assertions;

namespace Qmtl.Tests.E2E;

/// <summary>The page Audit, and the history on the page of what a record is about.</summary>
[Collection(ConsoleCollection.Name)]
public sealed partial class AuditTests(ConsoleFixture console)
{
    private const string Formula = "=HYPERLINK(\"http://x.invalid\")";

    [Fact]
    public async Task A_record_is_found_by_the_filter_and_opens_in_the_inspector()
    {
        await PlanAsync("sandbox", "looked for in the audit");
        await using var page = await console.OpenAsync("/audit");
        await Expect(page.Page.Locator("tbody")).ToContainTextAsync("plan.create");

        await page.Page.FillAsync("#audit-filter", "action:plan.create looked");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page).ToHaveURLAsync(FilteredAddress());
        var rows = page.Page.Locator("tbody tr:has-text('plan.create')");
        await rows.First.ClickAsync();
        await Expect(page.Page).ToHaveURLAsync(RecordAddress());
        await Expect(page.Page.Locator(".inspector")).ToContainTextAsync("looked for in the audit");

        // The address alone shows the same to somebody else.
        var address = new Uri(page.Page.Url).PathAndQuery;
        await using var other = await console.OpenAsync(address);
        await Expect(other.Page.Locator(".inspector")).ToContainTextAsync("looked for in the audit");
        await Expect(other.Page.Locator(".token")).ToContainTextAsync("plan.create");

        await other.GoAsync("/audit?q=action%3Anobody.does.this");
        await Expect(other.Page.GetByText("No record fits the filter")).ToBeVisibleAsync();
        await other.Page.GetByRole(AriaRole.Button, new() { Name = "Clear the filter" }).ClickAsync();
        await Expect(other.Page.Locator("tbody")).ToContainTextAsync("plan.create");
    }

    [Fact]
    public async Task Verify_shows_its_verdict_and_is_recorded()
    {
        await using var page = await console.OpenAsync("/audit");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Verify", Exact = true }).ClickAsync();
        var panel = page.Page.GetByRole(AriaRole.Region, new() { Name = "Verification" });
        // No head is kept elsewhere here: more than this cannot be said.
        await Expect(panel).ToContainTextAsync("As written; a cut tail cannot be found");
        await Expect(panel).ToContainTextAsync("records checked");
        await Expect(page.Page.Locator("tbody")).ToContainTextAsync("audit.verify");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Close the verification" }).ClickAsync();
        await Expect(panel).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_filter_is_kept_as_a_view_and_chosen_again()
    {
        var name = $"Plans {Guid.NewGuid():N}"[..12];
        await using var page = await console.OpenAsync("/audit?q=action%3Aplan.create");
        await page.Page.Locator(".views summary").ClickAsync();
        await page.Page.GetByLabel("Name of the view").FillAsync(name);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Keep this filter" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true })).ToBeVisibleAsync();

        await page.GoAsync("/audit");
        await page.Page.Locator(".views summary").ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();
        await Expect(page.Page.Locator(".token")).ToContainTextAsync("plan.create");
        await Expect(page.Page).ToHaveURLAsync(PlansAddress());
        await page.Page.GetByRole(AriaRole.Button, new() { Name = $"Forget {name}" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_export_holds_what_the_filter_shows_and_no_formula()
    {
        await PlanAsync("sandbox", Formula);
        await using var page = await console.OpenAsync("/audit?q=HYPERLINK");
        await Expect(page.Page.Locator("tbody")).ToContainTextAsync("plan.create");
        var csv = await DownloadAsync(page, "CSV");
        Assert.Contains("'=HYPERLINK(", csv);
        Assert.DoesNotMatch(FormulaCell(), csv);
        Assert.DoesNotContain("session.", csv);
        // For programs nothing is escaped.
        Assert.Contains("\"=HYPERLINK(", await DownloadAsync(page, "JSON Lines"));
    }

    [Fact]
    public async Task A_strategys_page_shows_its_history()
    {
        var strategy = await console.Server.StrategyIdAsync("momentum", "v7");
        await using var page = await console.OpenAsync($"/strategies/{strategy}?tab=history");
        var history = page.Page.GetByRole(AriaRole.Region, new() { Name = "History" });
        await Expect(history).ToContainTextAsync("Nothing was recorded about it yet");

        // What was asked and refused is history too.
        using var answer = await PostAsync(strategy, "not for this");
        Assert.False(answer.IsSuccessStatusCode);
        await page.GoAsync($"/strategies/{strategy}?tab=history");
        await Expect(history).ToContainTextAsync("denied");
        await page.AssertAccessibleAsync("history of a strategy");
        await history.GetByRole(AriaRole.Link, new() { Name = "All records" }).ClickAsync();
        await Expect(page.Page.Locator(".token")).ToContainTextAsync(strategy);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_page_is_accessible(bool dark)
    {
        await PlanAsync("sandbox", "read aloud");
        await using var page = await console.OpenAsync("/audit?q=action%3Aplan.create&record=1", dark);
        await Expect(page.Page.Locator(".inspector")).ToContainTextAsync("audit.key");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Verify", Exact = true }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { Name = "Verification" })).ToContainTextAsync("records checked");
        await page.Page.Locator(".views summary").ClickAsync();
        await page.Page.Locator(".guards summary").ClickAsync();
        await page.AssertAccessibleAsync($"audit with inspector, verification and views ({(dark ? "dark" : "light")})");
        await page.GoAsync("/audit?q=nothing-holds-this");
        await Expect(page.Page.GetByText("No record fits the filter")).ToBeVisibleAsync();
        await page.AssertAccessibleAsync($"empty audit ({(dark ? "dark" : "light")})");
    }

    private static async Task<string> DownloadAsync(WatchedPage page, string link)
    {
        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).ClickAsync());
        return await File.ReadAllTextAsync(await download.PathAsync());
    }

    private async Task PlanAsync(string target, string reason)
    {
        using var answer = await PostAsync(target, reason);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<HttpResponseMessage> PostAsync(string target, string reason)
    {
        using var client = new HttpClient { BaseAddress = console.Server.Url };
        client.DefaultRequestHeaders.Add("Origin", console.Server.Url.GetLeftPart(UriPartial.Authority));
        return await client.PostAsJsonAsync("api/v1/plans", new { kind = "sandbox.pause", target, reason });
    }

    [GeneratedRegex("/audit\\?q=[^&]*plan\\.create[^&]*looked")]
    private static partial Regex FilteredAddress();

    [GeneratedRegex("[?&]record=[0-9]+")]
    private static partial Regex RecordAddress();

    [GeneratedRegex("/audit\\?q=action(:|%3A)plan\\.create$")]
    private static partial Regex PlansAddress();

    [GeneratedRegex("(^|,|\\n)\"?[=+@]")]
    private static partial Regex FormulaCell();
}
