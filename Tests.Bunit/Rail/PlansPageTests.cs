using System.Text.Json;
using Bunit;
using NSubstitute;
using NSubstitute.ExceptionExtensions;
using Qmtl.Console.Pages.Plans;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Bunit.Rail;

public sealed class PlansPageTests : RailContext
{
    [Fact]
    public void Lists_plans_with_state_items_author_and_time_left()
    {
        Plans.ListAsync(default!, default!, default).ReturnsForAnyArgs(new PlanPage([NewPlan(PlanState.WaitingForApproval)], null));
        Plans.CountAsync(default!, default).ReturnsForAnyArgs(new PlanCounts(1, 1));
        var row = Open("").Find("tbody tr[role=row]");
        Assert.Contains("Pause sandbox activity", row.TextContent);
        Assert.Contains("waits for approval", row.TextContent);
        Assert.Contains("Alice", row.TextContent);
        Assert.NotNull(row.QuerySelector("time[data-countdown]"));
        Assert.Equal("/plans/p-1", row.QuerySelector("a")!.GetAttribute("href"));
    }

    [Fact]
    public void The_address_decides_what_is_asked()
    {
        Open("?list=waitingforme&q=state%3Aready%20kind%3Asandbox.pause%20target%3Asandbox%20urgent");
        Plans.Received().ListAsync(Alice, Arg.Is<PlanQuery>(query =>
            query.List == PlanList.WaitingForMe && query.States.Single() == PlanState.Ready && query.Kind == "sandbox.pause" && query.Target == "sandbox" && query.Text == "urgent"), Arg.Any<CancellationToken>());
    }

    [Fact]
    public void Says_which_token_means_nothing() => Assert.Contains("state:nonsense is no state", Open("?q=state%3Anonsense").Markup);

    [Theory]
    [InlineData("", "No plan was made yet")]
    [InlineData("?list=mine", "You have made no plan")]
    [InlineData("?list=waitingforme", "No plan waits for you")]
    [InlineData("?q=x", "No plan fits the filter")]
    public void Empty_says_why(string query, string words) => Assert.Contains(words, Open(query).Markup);

    [Fact]
    public void Older_plans_are_read_when_asked_for()
    {
        Plans.ListAsync(default!, default!, default).ReturnsForAnyArgs(call => call.Arg<PlanQuery>().After is null
            ? new PlanPage([NewPlan(PlanState.Executed)], "next") : new PlanPage([NewPlan(PlanState.Executed) with { Id = "p-0" }], null));
        var page = Open("");
        page.Find(".more button").Click();
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tbody tr[role=row]").Count));
        Assert.Empty(page.FindAll(".more"));
    }

    [Fact]
    public void A_store_that_fails_is_named()
    {
        Plans.ListAsync(default!, default!, default).ThrowsAsyncForAnyArgs(new IOException("disk gone"));
        Assert.Contains("disk gone", Open("").Find("[role=alert]").TextContent);
    }

    [Fact]
    public void Who_may_plan_nothing_reads_why()
    {
        Current.May(default!, default).ReturnsForAnyArgs(AccessDecision.No("Your role viewer does not hold it."));
        var button = Open("").FindAll(".actions button").Single(button => button.TextContent.Contains("New plan"));
        Assert.True(button.HasAttribute("disabled"));
        Assert.Equal("Your role viewer does not hold it.", button.GetAttribute("title"));
    }

    [Fact]
    public void A_new_plan_needs_target_parameters_and_reason_and_goes_to_its_sheet()
    {
        Plans.CreateAsync(default!, default!, default).ReturnsForAnyArgs(NewPlan(PlanState.Planned));
        var page = Open("?new=sandbox.pause");
        Assert.Equal("Name the sandbox.", page.Find("#new-plan-why").TextContent);
        page.Find("#new-plan-target").Input("sandbox");
        Assert.Equal("minutes is missing.", page.Find("#new-plan-why").TextContent);
        page.Find("#new-plan-p-minutes").Input("5");
        Assert.Equal("Give a reason.", page.Find("#new-plan-why").TextContent);
        Assert.Equal("password", page.Find("#new-plan-p-token").GetAttribute("type"));
        page.Find("#new-plan-reason").Input(" maintenance ");
        page.Find("#new-plan-form").Submit();
        page.WaitForAssertion(() => Assert.EndsWith("/plans/p-1", Navigation.Uri));
        Plans.Received(1).CreateAsync(Alice, Arg.Is<PlanRequest>(request =>
            request.Kind == "sandbox.pause" && request.Target == "sandbox" && request.Reason == "maintenance" && request.Parameters.GetProperty("minutes").ValueKind == JsonValueKind.Number), Arg.Any<CancellationToken>());
    }

    [Fact]
    public void What_cannot_be_planned_is_said_over_what_was_typed()
    {
        Plans.CreateAsync(default!, default!, default).ThrowsAsyncForAnyArgs(new OperationRefusedException("minutes must be positive.", "minutes", "Give at least 1."));
        var page = Open("?new=sandbox.pause&target=sandbox");
        page.Find("#new-plan-p-minutes").Input("-1");
        page.Find("#new-plan-reason").Input("r");
        page.Find("#new-plan-form").Submit();
        page.WaitForAssertion(() => Assert.Contains("minutes must be positive.", page.Find("dialog [role=alert]").TextContent));
        Assert.Equal("-1", page.Find("#new-plan-p-minutes").GetAttribute("value"));
    }

    private IRenderedComponent<PlansPage> Open(string query)
    {
        Navigation.NavigateTo("/plans" + query);
        return Render<PlansPage>();
    }
}
