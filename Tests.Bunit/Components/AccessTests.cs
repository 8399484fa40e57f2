using Bunit;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.Components.Access;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Bunit.Components;

public sealed class AccessTests : ShellContext
{
    private readonly TestAccess _access;

    public AccessTests() => _access = TestAccess.AddTo(Services);

    [Fact]
    public void A_button_without_its_permission_says_why_and_does_nothing()
    {
        var clicks = 0;
        var button = Button(() => clicks++);
        button.Find("button").Click();
        Assert.Equal(1, clicks);
        Assert.Null(button.Find("button").GetAttribute("aria-disabled"));

        _access.Deny(Permissions.FamiliesChange);
        button.WaitForAssertion(() => Assert.Equal("true", button.Find("button").GetAttribute("aria-disabled")));
        button.Find("button").Click();
        Assert.Equal(1, clicks);
        var reason = "Needs " + Permissions.FamiliesChange + ".";
        Assert.Equal(reason, button.Find("button").GetAttribute("title"));
        Assert.Equal(reason, button.Find("#" + button.Find("button").GetAttribute("aria-describedby")).TextContent);
    }

    [Fact]
    public void A_button_that_the_state_blocks_says_that()
    {
        var clicks = 0;
        var button = Button(() => clicks++, "It is paused already.");
        button.Find("button").Click();
        Assert.Equal(0, clicks);
        Assert.Equal("It is paused already.", button.Find("button").GetAttribute("title"));
    }

    private IRenderedComponent<PermissionButton> Button(Action click, string? blocked = null) =>
        Render<PermissionButton>(parameters => parameters
            .Add(button => button.Permission, Permissions.FamiliesChange)
            .Add(button => button.Blocked, blocked)
            .Add(button => button.OnClick, EventCallback.Factory.Create(this, click))
            .AddChildContent("Group"));
}
