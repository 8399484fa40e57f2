using Qmtl.Tests.E2E.Support;

namespace Qmtl.Tests.E2E;

[Collection(ConsoleCollection.Name)]
public sealed class ShellTests(ConsoleFixture console)
{
    [Fact]
    public async Task Overview_opens_and_its_circuit_answers()
    {
        await using var page = await console.OpenAsync("/");
        Assert.Contains("Overview", await page.Page.TitleAsync());
    }
}
