using System.Text.Json;
using Microsoft.Playwright;
using Qmtl.Tests.E2E.Support;

namespace Qmtl.Tests.E2E;

[Collection(ConsoleCollection.Name)]
public sealed class StrategyTests(ConsoleFixture console)
{
    [Fact]
    public async Task The_list_filters_by_token_and_the_address_holds_the_filter()
    {
        await using var page = await console.OpenAsync("/strategies");
        var rows = page.Page.Locator("#strategies tbody tr[role='row']");
        await rows.First.WaitForAsync();
        var all = await rows.CountAsync();
        await page.Page.FillAsync("#strategies-filter", "nodes:>50");
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(rows).ToHaveCountAsync(2);
        Assert.True(all > 15);
        var address = page.Page.Url;

        await using var second = await console.OpenAsync(new Uri(address).PathAndQuery);
        await Assertions.Expect(second.Page.Locator("#strategies tbody tr[role='row']")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task A_row_opens_the_inspector_and_enter_opens_the_strategy()
    {
        await using var page = await console.OpenAsync("/strategies");
        await page.Page.Locator("#strategies[data-ready='true']").WaitForAsync();
        await page.Page.Locator("#strategies tbody tr[role='row']").Filter(new LocatorFilterOptions { HasText = "risk_parity_blend" }).Locator("td").Nth(1).ClickAsync();
        await Assertions.Expect(page.Page.Locator("aside.inspector")).ToContainTextAsync("risk_parity_blend");
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Page.Locator("aside.inspector")).ToHaveCountAsync(0);
        await page.Page.Keyboard.PressAsync("Space");
        await Assertions.Expect(page.Page.Locator("aside.inspector")).ToContainTextAsync("risk_parity_blend");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.ReachesAsync("/strategies/[^/?]+-");
        await Assertions.Expect(page.Page.Locator("h1")).ToContainTextAsync("risk_parity_blend");
    }

    [Theory]
    [InlineData("momentum", "v7")]
    [InlineData("universe_factor_model", null)]
    public async Task A_graph_is_drawn_and_walks_along_its_edges_by_keyboard(string family, string? version)
    {
        var id = await console.Server.StrategyIdAsync(family, version);
        await using var page = await console.OpenAsync($"/strategies/{id}");
        await page.Page.WaitForSelectorAsync("canvas[data-ready='true']");
        Assert.True(await InkAsync(page.Page) > 0.001, "The canvas shows next to nothing.");

        await page.Page.FocusAsync("canvas[data-dag='canvas']");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.ReachesAsync("[?&]node=");
        var first = NodeOf(page.Page.Url);
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.WaitForFunctionAsync("first => new URL(location.href).searchParams.get('node') !== first", first);
        var live = page.Page.Locator("[data-dag='live']");
        await Assertions.Expect(live).Not.ToBeEmptyAsync();
    }

    [Fact]
    public async Task Find_selects_a_node_and_the_inspector_tells_all_about_it()
    {
        var id = await console.Server.StrategyIdAsync("momentum", "v7");
        await using var page = await console.OpenAsync($"/strategies/{id}");
        await page.Page.WaitForSelectorAsync("canvas[data-ready='true']");
        await page.Page.FocusAsync("canvas[data-dag='canvas']");
        await page.Page.Keyboard.PressAsync("/");
        await page.Page.Keyboard.TypeAsync("btc_macd");
        await page.Page.Keyboard.PressAsync("Enter");
        var inspector = page.Page.Locator("aside.inspector");
        await Assertions.Expect(inspector).ToContainTextAsync("btc_macd");
        await Assertions.Expect(inspector).ToContainTextAsync("ProcessingNode");
        await Assertions.Expect(inspector).ToContainTextAsync("erified");
        await Assertions.Expect(inspector).ToContainTextAsync("btc_ema_12");

        await using var linked = await console.OpenAsync(new Uri(page.Page.Url).PathAndQuery);
        await Assertions.Expect(linked.Page.Locator("aside.inspector")).ToContainTextAsync("btc_macd");
    }

    [Fact]
    public async Task The_table_twin_lists_every_node()
    {
        var id = await console.Server.StrategyIdAsync("momentum", "v7");
        await using var page = await console.OpenAsync($"/strategies/{id}?tab=table");
        var grid = page.Page.Locator("table[role='grid']");
        await Assertions.Expect(grid).ToHaveAttributeAsync("aria-rowcount", "29");
        await Assertions.Expect(grid).ToContainTextAsync("btc_price_1m");
    }

    [Fact]
    public async Task Two_versions_are_compared_in_one_graph()
    {
        var id = await console.Server.StrategyIdAsync("momentum", "v7");
        var other = await console.Server.StrategyIdAsync("momentum", "v5");
        await using var page = await console.OpenAsync($"/strategies/{id}?compare={other}&tab=changes");
        // v7 has a third asset; its source is new, and nothing else of that name can be on the page.
        await Assertions.Expect(page.Page.Locator("#strategy-panel")).ToContainTextAsync("sol_price_1m");
        await page.GoAsync($"/strategies/{id}?compare={other}");
        await page.Page.WaitForSelectorAsync("canvas[data-ready='true']");
        await Assertions.Expect(page.Page.Locator("[data-dag='legend']")).ToContainTextAsync("added");
    }

    [Fact]
    public async Task The_graph_is_exported_as_svg_png_and_json()
    {
        var id = await console.Server.StrategyIdAsync("momentum", "v7");
        await using var page = await console.OpenAsync($"/strategies/{id}");
        await page.Page.WaitForSelectorAsync("canvas[data-ready='true']");

        var svg = await ExportAsync(page.Page, "[data-dag-cmd='svg']");
        Assert.Contains("<svg", System.Text.Encoding.UTF8.GetString(svg));
        Assert.Contains("btc_macd", System.Text.Encoding.UTF8.GetString(svg));
        var png = await ExportAsync(page.Page, "[data-dag-cmd='png']");
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        Assert.True(png.Length > 20_000);
        var json = await ExportAsync(page.Page, ".dag-menu a[download]");
        using var dag = JsonDocument.Parse(json);
        Assert.Equal(28, dag.RootElement.GetProperty("nodes").EnumerateArray().Count(node => node.GetProperty("node_type").GetString() != "VersionSentinel"));
    }

    [Fact]
    public async Task An_unknown_strategy_is_named_as_unknown()
    {
        await using var page = await console.OpenAsync("/strategies/nothing");
        await Assertions.Expect(page.Page.Locator("main")).ToContainTextAsync("No strategy has the id nothing");
    }

    private static string? NodeOf(string url) => System.Web.HttpUtility.ParseQueryString(new Uri(url).Query)["node"];

    private static async Task<byte[]> ExportAsync(IPage page, string command)
    {
        await page.ClickAsync(".dag-export summary");
        var download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync(command));
        await using var stream = await download.CreateReadStreamAsync();
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory);
        return memory.ToArray();
    }

    /// <summary>Share of the canvas that differs from its corner.</summary>
    private static Task<double> InkAsync(IPage page) => page.EvaluateAsync<double>(
        """
        () => {
          const canvas = document.querySelector("canvas[data-dag='canvas']");
          const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          let ink = 0;
          for (let i = 0; i < pixels.length; i += 4) if (Math.abs(pixels[i] - pixels[0]) + Math.abs(pixels[i + 1] - pixels[1]) + Math.abs(pixels[i + 3] - pixels[3]) > 30) ink++;
          return ink / (pixels.length / 4);
        }
        """);
}
