using Bunit;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using Qmtl.Console.Components.Rail;
using Qmtl.Console.Layout;
using Qmtl.Console.Rail;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Bunit.Rail;

public sealed class PlanNoticesTests : RailContext
{
    private readonly List<PlanNotice> _notices = [];

    private PlanWatch Watch => Services.GetRequiredService<PlanWatch>();

    [Fact]
    public void The_navigation_counts_what_waits_and_follows()
    {
        var count = Render<PlansWaiting>();
        count.WaitForAssertion(() => Assert.Equal(0, Watch.Waiting));
        Assert.Empty(count.FindAll(".count"));
        Waits(NewPlan(PlanState.WaitingForApproval, author: "Bob"));
        Signal();
        count.WaitForAssertion(() => Assert.Contains("1 waits for you", count.Markup), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void What_begins_to_wait_is_told_once_with_a_link()
    {
        var notices = Render<PlanNotices>();
        Begin();
        Waits(NewPlan(PlanState.WaitingForApproval, author: "Bob"));
        Signal();
        notices.WaitForAssertion(() => Assert.Contains("Bob's plan waits for your approval", notices.Markup), TimeSpan.FromSeconds(10));
        Assert.Equal("/plans/p-1", notices.Find("a").GetAttribute("href"));
        // The browser is told after the page is drawn.
        notices.WaitForAssertion(() => Assert.Single(_notices), TimeSpan.FromSeconds(10));
        JSInterop.VerifyInvoke("import");
        notices.Find("button").Click();
        notices.WaitForAssertion(() => Assert.Empty(notices.FindAll(".notice")), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void The_author_hears_of_approval_rejection_and_a_window_that_closes()
    {
        Mine(NewPlan(PlanState.WaitingForApproval));
        Begin();
        Mine(NewPlan(PlanState.Ready) with { Approvals = [By("Bob")], ExecuteBefore = Noon.AddMinutes(4) });
        Signal();
        WaitFor("Bob approved your plan");
        WaitFor("A window of your plan closes in");
        Mine(NewPlan(PlanState.Rejected) with { Closed = By("Bob", "not now") });
        Signal();
        WaitFor("Bob rejected your plan");
    }

    [Fact]
    public void Who_may_not_read_plans_is_not_asked_for()
    {
        Current.May(default!, default).ReturnsForAnyArgs(AccessDecision.No("no"));
        Begin(counted: false);
        Assert.Null(Watch.Waiting);
        Plans.DidNotReceiveWithAnyArgs().CountAsync(default!, default);
    }

    [Fact]
    public void An_immediate_kind_is_one_click_and_its_result_stays()
    {
        Plans.Kinds.Returns([new(Pause, new(true, false, 0, false), "default")]);
        var gate = new TaskCompletionSource<Plan>();
        Plans.DoAsync(default!, default!, default).ReturnsForAnyArgs(gate.Task);
        var button = Render<DoButton>(parameters => parameters.Add(p => p.Kind, "sandbox.pause").Add(p => p.Target, "sandbox").Add(p => p.Reason, "clicked").AddChildContent("Take it"));
        button.Find("button").Click();
        button.Find("button").Click();
        gate.SetResult(NewPlan(PlanState.Executed) with { Counts = new(1, 0, 0, 0, 0) });
        button.WaitForAssertion(() => Assert.Contains("1 done", button.Markup));
        Plans.ReceivedWithAnyArgs(1).DoAsync(default!, default!, default);
    }

    [Fact]
    public void A_kind_that_needs_a_plan_here_has_no_one_click_button()
    {
        var button = Render<DoButton>(parameters => parameters.Add(p => p.Kind, "sandbox.pause").Add(p => p.Target, "sandbox").Add(p => p.Reason, "clicked").AddChildContent("Take it"));
        Assert.True(button.Find("button").HasAttribute("disabled"));
        Assert.Contains("is not immediate", button.Markup);
    }

    private void Begin(bool counted = true)
    {
        Watch.Noticed += notice =>
        {
            lock (_notices) _notices.Add(notice);
        };
        Watch.Begin();
        if (counted) Assert.True(SpinWait.SpinUntil(() => Watch.Waiting is not null, TimeSpan.FromSeconds(10)));
    }

    private void WaitFor(string title) => Assert.True(SpinWait.SpinUntil(() =>
    {
        lock (_notices) return _notices.Any(notice => notice.Title.StartsWith(title, StringComparison.Ordinal));
    }, TimeSpan.FromSeconds(10)), title);

    private void Signal() => Plans.Changed += Raise.Event<Action<Plan>>(NewPlan(PlanState.Planned));

    private void Waits(Plan plan)
    {
        Plans.CountAsync(default!, default).ReturnsForAnyArgs(new PlanCounts(1, 0));
        Plans.ListAsync(Arg.Any<Caller>(), Arg.Is<PlanQuery>(query => query.List == PlanList.WaitingForMe), Arg.Any<CancellationToken>()).Returns(new PlanPage([plan], null));
    }

    private void Mine(Plan plan) =>
        Plans.ListAsync(Arg.Any<Caller>(), Arg.Is<PlanQuery>(query => query.List == PlanList.Mine), Arg.Any<CancellationToken>()).Returns(new PlanPage([plan], null));
}
