using Bunit;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using Qmtl.Console.Layout;
using Qmtl.Console.Pages.Access;
using Qmtl.Console.Security.Accounts;
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

    [Theory]
    [InlineData("?account=local%3Abob", Permissions.AccessRead)]
    [InlineData("?tab=roles", Permissions.PlansRead)]
    [InlineData("?tab=policies", Permissions.PlansRead)]
    [InlineData("?tab=switch", Permissions.PlansRead)]
    public void Who_may_not_read_it_sees_nothing_of_it(string query, string permission)
    {
        var denying = new Denying();
        Services.AddSingleton<IAuthorizer>(denying);
        var page = Open(query);
        Assert.Contains($"does not hold {permission}", page.Markup);
        Assert.Empty(page.FindAll("table, [role=grid], .panel"));
        Assert.Equal([(Alice, permission)], denying.Asked);
        Accounts.DidNotReceiveWithAnyArgs().ListAsync(default!, default);
    }

    [Fact]
    public void An_operator_who_opens_it_reads_why_there_are_no_accounts_and_is_denied_nothing()
    {
        Current.May(Permissions.AccessRead).Returns(AccessDecision.No("Needs the role administrator."));
        Assert.Contains("Needs the role administrator.", Open("").Markup);
        Accounts.DidNotReceiveWithAnyArgs().ListAsync(default!, default);
        Assert.Empty(Authorizer.ReceivedCalls());
        Assert.NotEmpty(Open("?tab=policies").FindAll("tbody tr"));
        Assert.NotEmpty(Open("?tab=roles").FindAll("tbody tr"));
    }

    [Fact]
    public void Accounts_show_role_use_sessions_and_keys_and_each_change_is_a_plan()
    {
        Plans.Kinds.Returns([Kind(AccountKinds.Role, "role", "scopes"), Kind(AccountKinds.EndSession), Kind(AccountKinds.RevokeKey), Kind(AccountKinds.Add, "role")]);
        Plans.CreateAsync(default!, default!, default).ReturnsForAnyArgs(NewPlan(PlanState.Planned));
        Accounts.ListAsync(default!, default).ReturnsForAnyArgs([NewAccount("bob", Roles.Operator)]);
        var page = Open("?account=local%3Abob");
        Assert.Contains("Bob", page.Find("tbody tr[role=row]").TextContent);
        var inspector = page.Find(".inspector");
        Assert.Contains("Chrome on Linux", inspector.TextContent);
        Assert.Contains("…abcd", inspector.TextContent);
        page.FindAll(".inspector button").Single(button => button.TextContent == "Change role or scope…").Click();
        Assert.Equal("operator", page.Find("#new-plan-p-role").GetAttribute("value"));
        page.Find("#new-plan-p-role").Input("viewer");
        page.Find("#new-plan-reason").Input("moved on");
        page.Find("#new-plan-form").Submit();
        page.WaitForAssertion(() => Plans.Received(1).CreateAsync(Alice, Arg.Is<PlanRequest>(request =>
            request.Kind == AccountKinds.Role && request.Target == "bob" && request.Parameters.GetProperty("role").GetString() == "viewer"), Arg.Any<CancellationToken>()));
    }

    [Fact]
    public void An_account_is_added_by_a_plan_that_asks_for_its_name()
    {
        Plans.Kinds.Returns([Kind(AccountKinds.Add, "role")]);
        var page = Open("");
        page.FindAll("button").Single(button => button.TextContent == "Add an account…").Click();
        Assert.Empty(page.FindAll("#new-plan-kind"));
        Assert.NotEmpty(page.FindAll("#new-plan-target"));
    }

    [Fact]
    public void The_last_administrator_cannot_be_disabled_and_it_says_so()
    {
        Accounts.ListAsync(default!, default).ReturnsForAnyArgs([NewAccount("ada", Roles.Administrator) with { IsLastAdministrator = true }]);
        var disable = Open("?account=local%3Aada").FindAll(".inspector button").Single(button => button.TextContent == "Disable…");
        Assert.Equal("true", disable.GetAttribute("aria-disabled"));
        Assert.StartsWith("This is the last administrator", disable.GetAttribute("title"), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_accounts_are_kept_elsewhere_the_page_says_where()
    {
        Accounts.AreKeptHere.Returns(false);
        Accounts.Where.Returns("At the identity provider.");
        Accounts.ListAsync(default!, default).ReturnsForAnyArgs([NewAccount("bob", Roles.Viewer) with { UserName = null }]);
        var page = Open("?account=local%3Abob");
        Assert.Contains("At the identity provider.", page.Markup);
        Assert.DoesNotContain("Add an account", page.Markup);
        Assert.DoesNotContain("Disable…", page.Markup);
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

    private static PlannedKind Kind(string name, params string[] parameters) =>
        new(Pause with { Name = name, Title = name, TargetWord = "account", Parameters = [.. parameters.Select(parameter => new OperationParameter(parameter, parameter))] }, new(false, false, 0, false), "default");

    private static AccountView NewAccount(string user, string role) => new()
    {
        UserId = "local:" + user,
        UserName = user,
        Name = char.ToUpperInvariant(user[0]) + user[1..],
        Role = role,
        HasPassword = true,
        LastUsedAt = Noon,
        Sessions = [new("s-1", "127.0.0.1", "Chrome on Linux", Noon, Noon, Noon.AddHours(1))],
        Keys = [new("k-1", "ci", "abcd", [], [], Noon, Noon.AddDays(1), null)],
    };

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
