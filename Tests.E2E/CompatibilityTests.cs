using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Qmtl.Tests.E2E.Support;

namespace Qmtl.Tests.E2E;

/// <summary>What the console relies on in the Blazor script, tried in a browser: see build/BlazorScript.targets.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class CompatibilityTests(ConsoleFixture console) : IAsyncLifetime
{
    private ConsoleServer _server = null!;
    private IBrowserContext _context = null!;
    private IPage _page = null!;
    private IWebSocketRoute? _socket;

    public async Task InitializeAsync()
    {
        _server = await ConsoleServer.StartCompatibilityPageAsync();
        _context = await console.NewContextAsync();
        _page = await _context.NewPageAsync();
        await _page.RouteWebSocketAsync(new Regex("_blazor"), socket =>
        {
            socket.ConnectToServer();
            _socket = socket;
        });
        await _page.GotoAsync(_server.Url.ToString());
        await _page.WaitForSelectorAsync("#ready");
    }

    public async Task DisposeAsync()
    {
        await _context.CloseAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Events_binding_forms_uploads_and_scrolling_work()
    {
        await _page.ClickAsync("#event");
        await Assertions.Expect(_page.Locator("#event")).ToHaveTextAsync("clicked 1");

        await _page.FillAsync("#bound", "canary");
        await Assertions.Expect(_page.Locator("#echo")).ToHaveTextAsync("canary");

        await _page.ClickAsync("#submit");
        await Assertions.Expect(_page.GetByText("A name is needed.")).ToBeVisibleAsync();
        await _page.FillAsync("#name", "momentum");
        await _page.ClickAsync("#submit");
        await Assertions.Expect(_page.Locator("#submitted")).ToHaveTextAsync("momentum");

        await _page.SetInputFilesAsync("#file", new FilePayload { Name = "dag.json", MimeType = "application/json", Buffer = new byte[300_000] });
        await Assertions.Expect(_page.Locator("#uploaded")).ToHaveTextAsync("dag.json 300000");

        await _page.Locator("#scroller").EvaluateAsync("element => { element.scrollTop = element.scrollHeight / 2; }");
        await Assertions.Expect(_page.GetByText("row 5000", new PageGetByTextOptions { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Modules_callbacks_streams_both_ways_and_kept_objects_work()
    {
        await _page.ClickAsync("#js");
        await Assertions.Expect(_page.Locator("#called")).ToHaveTextAsync("HELLO 100000 70000 kept");
    }

    [Fact]
    public async Task Navigation_works_both_ways()
    {
        await _page.ClickAsync("#away");
        await Assertions.Expect(_page.Locator("h1")).ToHaveTextAsync("Second");
        await _page.ClickAsync("#back");
        await Assertions.Expect(_page.Locator("h1")).ToHaveTextAsync("Probe");
    }

    [Fact]
    public async Task A_circuit_comes_back_after_the_connection_broke()
    {
        await _page.ClickAsync("#event");
        await Assertions.Expect(_page.Locator("#event")).ToHaveTextAsync("clicked 1");
        var broken = _socket!;
        await broken.CloseAsync(new WebSocketRouteCloseOptions { Code = 3001, Reason = "cut by the test" });
        await _page.ClickAsync("#event");
        await Assertions.Expect(_page.Locator("#event")).ToHaveTextAsync("clicked 2");
        Assert.NotSame(broken, _socket);
    }

    [Fact]
    public async Task Exactly_the_three_known_calls_are_lacking()
    {
        await _page.ClickAsync("#missing");
        await Assertions.Expect(_page.Locator("#lacking")).ToHaveTextAsync("GetValueAsync SetValueAsync InvokeConstructorAsync");
    }
}
