using Bunit;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using Qmtl.Console.Layout;
using Qmtl.Console.Pages.Access;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Bunit.Rail;

public sealed class AccessPageTests : RailContext
{
    [Fact]
    public void The_matrix_has_every_permission_and_role()
    {
        var page = Open("?tab=roles");
        Assert.Equal(Permissions.All, page.FindAll("tbody th[scope=row]").Select(cell => cell.TextContent).OrderBy(name => name, StringComparer.Ordinal));
        Assert.Equal(Roles.All.Sum(role => role.Permissions.Count), page.FindAll("tbody svg[aria-label=yes]").Count);
    }

    [Fact]
    public void Policies_name_the_setting_that_says_so()
    {
        var row = Open("?tab=policies").Find("tbody tr").TextContent;
        Assert.Contains("sandbox.pause", row);
        Assert.Contains("approval by a second person", row);
        Assert.Contains("setting Operations:Policies:sandbox.pause", row);
    }

    [Fact]
    public void The_switch_is_turned_by_a_plan()
    {
        Plans.Kinds.Returns([new(Pause with { Name = "console.read-only.on", Title = "Turn the console read-only", Parameters = [] }, new(false, false, 0, false), "default")]);
        Plans.CreateAsync(default!, default!, default).ReturnsForAnyArgs(NewPlan(PlanState.Planned));
        var page = Open("?tab=switch");
        page.FindAll("button").Single(button => button.TextContent == "Turn it on…").Click();
        page.Find("#new-plan-reason").Input("freeze");
        page.Find("#new-plan-form").Submit();
        page.WaitForAssertion(() => Plans.Received(1).CreateAsync(Alice, Arg.Is<PlanRequest>(request => request.Kind == "console.read-only.on" && request.Reason == "freeze"), Arg.Any<CancellationToken>()));
    }

    [Fact]
    public void Who_may_not_read_it_sees_nothing_of_it()
    {
        var denying = new Denying();
        Services.AddSingleton<IAuthorizer>(denying);
        var page = Open("?tab=roles");
        Assert.Contains("does not hold access:account:read", page.Markup);
        Assert.Empty(page.FindAll("table"));
        Assert.Equal([(Alice, Permissions.AccessRead)], denying.Asked);
    }

    [Fact]
    public void The_frame_tells_that_the_console_is_read_only_as_soon_as_it_is()
    {
        var banner = Render<ReadOnlyBanner>();
        Assert.Equal("", banner.Markup.Trim());
        Switch.IsOn.Returns(true);
        Switch.ByName.Returns("Ada");
        Switch.Reason.Returns("freeze");
        Switch.Changed += Raise.Event<Action>();
        banner.WaitForAssertion(() => Assert.Contains("Turned on by Ada", banner.Markup));
        Assert.Contains("freeze", banner.Markup);
    }

    private IRenderedComponent<AccessPage> Open(string query)
    {
        Navigation.NavigateTo("/access" + query);
        return Render<AccessPage>();
    }

    private sealed class Denying : IAuthorizer
    {
        public List<(Caller Caller, string Permission)> Asked { get; } = [];

        public AccessDecision Decide(Caller caller, string permission, string? scope = null) => AccessDecision.No("no");

        public IReadOnlySet<string>? ScopesOf(Caller caller, string permission) => new HashSet<string>();

        public ValueTask RequireAsync(Caller caller, string permission, string? scope, string target, CancellationToken cancellation)
        {
            Asked.Add((caller, permission));
            throw new PermissionDeniedException(permission, scope, $"Your role operator does not hold {permission}.");
        }
    }
}
