using Microsoft.Playwright;

namespace Qmtl.Tests.E2E.Support;

/// <summary>A console in which sandbox activity is paused and resumed by two people.</summary>
public sealed class RailFixture : ConsoleFixture
{
    protected override string[] Arguments => ["--Operations:Policies:sandbox.pause:Approvals=1", "--Operations:Policies:sandbox.resume:Approvals=1"];

    /// <summary>A browser of its own for one of the demo users, for instance <c>Ada Administrator</c>.</summary>
    public Task<WatchedPage> OpenAsAsync(string name, string path, bool dark = false, int width = 1440, int height = 900) =>
        OpenAsync(path, dark, width, height, beforeGoing: async page =>
        {
            await page.Page.GotoAsync("/sign-in");
            await page.Page.GetByRole(AriaRole.Button, new() { Name = name }).ClickAsync();
            await page.InteractiveAsync();
        });
}

[CollectionDefinition(Name)]
public sealed class RailCollection : ICollectionFixture<RailFixture>
{
    public const string Name = "rail";
}
