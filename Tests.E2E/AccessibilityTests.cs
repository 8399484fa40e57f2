using Microsoft.Playwright;
using Qmtl.Tests.E2E.Support;

namespace Qmtl.Tests.E2E;

/// <summary>axe over each page and dialog in both themes: no critical and no serious finding.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class AccessibilityTests(ConsoleFixture console)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_are_accessible(bool dark)
    {
        var strategy = await console.Server.StrategyIdAsync("momentum", "v7");
        var other = await console.Server.StrategyIdAsync("momentum", "v6");
        var result = await console.Server.DryRunAsync(ConsoleApi.Dag("head-3-branching"));
        await using var page = await console.OpenAsync("/", dark);
        page.Expect("404");
        foreach (var path in new[]
        {
            "/", "/strategies", $"/strategies?selected={strategy}", "/dry-run", result, $"{result}?tab=graph", "/dry-run/unknown", "/health-report", "/no-such-page",
            $"/strategies/{strategy}", $"/strategies/{strategy}?tab=table", $"/strategies/{strategy}?tab=json", $"/strategies/{strategy}?compare={other}&tab=changes",
        })
        {
            await page.GoAsync(path);
            await page.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            await page.AssertAccessibleAsync($"{path} ({(dark ? "dark" : "light")})");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dialogs_and_panels_are_accessible(bool dark)
    {
        await using var page = await console.OpenAsync("/strategies", dark);
        await page.Page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.Page.Locator("dialog#keyboard-help")).ToBeVisibleAsync();
        await page.AssertAccessibleAsync("keyboard help");
        await page.Page.Keyboard.PressAsync("Escape");

        await page.Page.Keyboard.PressAsync("Control+k");
        await page.Page.FillAsync("#palette-input", "mom");
        await page.Page.Locator("#palette [role='option']").First.WaitForAsync();
        await page.AssertAccessibleAsync("palette");
        await page.Page.Keyboard.PressAsync("Escape");

        await page.Page.FillAsync("#strategies-filter", "st");
        await Assertions.Expect(page.Page.Locator("#strategies-filter-list [role='option']").First).ToBeVisibleAsync();
        await page.AssertAccessibleAsync("filter suggestions");
        await page.Page.Keyboard.PressAsync("Escape");

        await page.Page.EvaluateAsync("() => { const dialog = document.getElementById('components-reconnect-modal'); dialog.className = 'reconnect components-reconnect-failed'; dialog.showModal(); }");
        await page.AssertAccessibleAsync("reconnect dialog");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_selected_node_and_findings_are_accessible(bool dark)
    {
        var strategy = await console.Server.StrategyIdAsync("momentum", "v7");
        await using var page = await console.OpenAsync($"/strategies/{strategy}", dark);
        await page.Page.WaitForSelectorAsync("canvas[data-ready='true']");
        await page.Page.FocusAsync("canvas[data-dag='canvas']");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.ReachesAsync("[?&]node=");
        await page.AssertAccessibleAsync("node inspector");

        await page.GoAsync("/dry-run");
        await page.PasteAsync("""{"schema_version":"v1","nodes":[{"node_id":"x"},{"node_id":"x"}]}""");
        await page.Page.Locator(".finding").First.WaitForAsync();
        await page.AssertAccessibleAsync("findings");
    }
}
