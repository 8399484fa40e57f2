using Bunit;
using Qmtl.Console.Pages.Overview;

namespace Qmtl.Tests.Bunit;

public sealed class RecipeTests : BunitContext
{
    [Fact]
    public void A_component_renders_and_answers_a_click()
    {
        var page = Render<OverviewPage>();
        page.Find("button").Click();
        page.Find("button").MarkupMatches("<button>Clicked 1</button>");
    }
}
