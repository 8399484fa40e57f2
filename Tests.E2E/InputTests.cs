using System.Collections.Concurrent;
using System.Text;
using Microsoft.Playwright;
using Qmtl.Tests.E2E.Support;

namespace Qmtl.Tests.E2E;

/// <summary>That somebody is there is told to the server once a minute, and what moves over canvas and tape not at all.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class InputTests(ConsoleFixture console)
{
    private const string Report = "ReportInputAsync";
    private static readonly DateTime Start = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    /// <summary>What the browser called in the server over the circuit.</summary>
    private readonly ConcurrentQueue<string> _calls = new();

    [Fact]
    public async Task Input_is_reported_once_a_minute_and_movement_over_canvas_and_tape_is_not_sent()
    {
        var id = await console.Server.StrategyIdAsync("momentum", "v7");
        await using var watched = await console.OpenAsync($"/strategies/{id}", beforeGoing: ListenAsync);
        var page = watched.Page;
        await page.WaitForSelectorAsync("canvas[data-ready='true']");
        await UntilAsync(() => _calls.Any(call => call.Contains("OnReady", StringComparison.Ordinal)));
        await page.EvaluateAsync("() => document.body.dispatchEvent(new PointerEvent('pointermove', { bubbles: true }))");
        Assert.Equal(0, Reports);

        _calls.Clear();
        await MoveAsync(page, "canvas[data-dag='canvas']");
        await UntilAsync(() => Reports == 1);
        await page.Clock.SetFixedTimeAsync(Start.AddSeconds(59));
        await MoveAsync(page, "canvas[data-dag='canvas']");
        await page.Clock.SetFixedTimeAsync(Start.AddSeconds(60));
        await page.Mouse.MoveAsync(700, 420);
        await UntilAsync(() => Reports == 2);
        Assert.Equal(2, _calls.Count);

        await watched.GoAsync("/live");
        await page.Locator(".tape [role=row]:not([hidden])").First.WaitForAsync();
        await page.Mouse.MoveAsync(600, 300);
        await UntilAsync(() => Reports == 3);
        _calls.Clear();
        await MoveAsync(page, ".tape", drags: false);
        // Calls arrive in order: when this one has come, nothing of the movement is still on its way.
        await page.Clock.SetFixedTimeAsync(Start.AddSeconds(120));
        await page.Mouse.MoveAsync(620, 310);
        await UntilAsync(() => Reports > 0);
        Assert.Single(_calls);
    }

    private int Reports => _calls.Count(call => call.Contains(Report, StringComparison.Ordinal));

    private async Task ListenAsync(WatchedPage watched)
    {
        await watched.Page.Clock.SetFixedTimeAsync(Start);
        await watched.Page.RouteWebSocketAsync("**/_blazor**", socket =>
        {
            var server = socket.ConnectToServer();
            socket.OnMessage(frame =>
            {
                var text = frame.Binary is { Length: > 0 } bytes ? Encoding.Latin1.GetString(bytes) : frame.Text!;
                if (text.Contains("BeginInvokeDotNetFromJS", StringComparison.Ordinal)) _calls.Enqueue(text);
                if (frame.Binary is { Length: > 0 } binary) server.Send(binary);
                else server.Send(frame.Text!);
            });
        });
    }

    /// <summary>Hovers, drags and turns the wheel. On a canvas a press that moves is no click.</summary>
    private static async Task MoveAsync(IPage page, string what, bool drags = true)
    {
        var box = (await page.Locator(what).First.BoundingBoxAsync())!;
        var (x, y) = (box.X + (box.Width / 2), box.Y + (box.Height / 2));
        await page.Mouse.MoveAsync(x, y);
        for (var step = 0; step < 40; step++) await page.Mouse.MoveAsync(x + (step * 3), y - step);
        if (drags) await page.Mouse.DownAsync();
        for (var step = 0; step < 20; step++) await page.Mouse.MoveAsync(x - (step * 4), y + step);
        if (drags) await page.Mouse.UpAsync();
        await page.Mouse.WheelAsync(0, 200);
        await page.Mouse.WheelAsync(0, -200);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline, "The server was not told.");
            await Task.Delay(20);
        }
    }
}
