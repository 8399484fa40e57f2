using Bunit;
using NSubstitute;
using NSubstitute.ExceptionExtensions;
using Qmtl.Console.Pages.Plans;
using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Bunit.Rail;

public sealed class PlanReviewPageTests : RailContext
{
    [Fact]
    public void Shows_what_will_happen_and_what_speaks_against_it()
    {
        Store(NewPlan(PlanState.Planned));
        var page = Open();
        var left = page.Find("section[aria-labelledby=contents-title]").TextContent;
        Assert.Contains("Sandbox activity: running → paused", left);
        Assert.Contains("activity-0", left);
        Assert.Contains("minutes", left);
        var right = page.Find("section[aria-labelledby=objections-title]").TextContent;
        Assert.Contains("Nothing arrives while it is paused.", right);
        Assert.Contains("The activity is running.", right);
        Assert.Contains("Never Alice, who made it", right);
        Assert.Contains("keyed-idempotent", right);
    }

    [Fact]
    public void Ten_thousand_items_are_a_table_that_draws_what_is_in_sight()
    {
        Store(NewPlan(PlanState.Planned, items: 10_000));
        var page = Open();
        Assert.Contains("10,000 items", page.Markup);
        Assert.Equal("10001", page.Find("#plan-items").GetAttribute("aria-rowcount"));
        Assert.InRange(page.FindAll("#plan-items tbody tr[role=row]").Count, 10, 200);
    }

    [Fact]
    public void A_confirmation_carries_the_digest_that_was_read_and_happens_once()
    {
        var gate = new TaskCompletionSource<Plan>();
        Store(NewPlan(PlanState.Planned));
        Plans.ConfirmAsync(default!, default!, default!, default).ReturnsForAnyArgs(gate.Task);
        var page = Open();
        var button = page.Find("[data-act=confirm] button[type=submit]");
        Assert.Equal("Confirm: pause sandbox activity, 1 item", button.TextContent.Trim());
        page.Find("[data-act=confirm]").Submit();
        page.Find("[data-act=confirm]").Submit();
        gate.SetResult(NewPlan(PlanState.WaitingForApproval));
        page.WaitForAssertion(() => Plans.Received(1).ConfirmAsync(Alice, "p-1", new PlanConfirmation("d1635", "maintenance", null), Arg.Any<CancellationToken>()));
    }

    [Fact]
    public void A_grave_plan_asks_for_the_typed_target_and_the_button_says_so()
    {
        Store(NewPlan(PlanState.Planned) with { Policy = new(false, true, 1, false) });
        var page = Open();
        Assert.True(page.Find("[data-act=confirm] button").HasAttribute("disabled"));
        Assert.Contains("Type the target's name", page.Find("#act-confirm-why").TextContent);
        page.Find("#act-confirm-typed").Input("sandbo");
        Assert.True(page.Find("[data-act=confirm] button").HasAttribute("disabled"));
        page.Find("#act-confirm-typed").Input("sandbox");
        page.Find("[data-act=confirm]").Submit();
        page.WaitForAssertion(() => Plans.Received(1).ConfirmAsync(Alice, "p-1", new PlanConfirmation("d1635", "maintenance", "sandbox"), Arg.Any<CancellationToken>()));
    }

    [Fact]
    public void Without_a_reason_nothing_is_confirmed()
    {
        Store(NewPlan(PlanState.Planned));
        var page = Open();
        page.Find("#act-confirm-reason").Input("  ");
        Assert.True(page.Find("[data-act=confirm] button").HasAttribute("disabled"));
        page.Find("[data-act=confirm]").Submit();
        Plans.DidNotReceiveWithAnyArgs().ConfirmAsync(default!, default!, default!, default);
    }

    [Fact]
    public void A_refused_approver_reads_why_and_from_when()
    {
        Choices = Choices with { Approve = new(false, "Alice made your account an hour ago.", Noon.AddHours(23)) };
        Store(NewPlan(PlanState.WaitingForApproval, author: "Bob"));
        var page = Open();
        Assert.True(page.Find("[data-act=approve] button").HasAttribute("disabled"));
        Assert.Contains("Alice made your account an hour ago. Allowed from", page.Find("#act-approve-why").TextContent);
    }

    [Fact]
    public void Nothing_is_done_when_the_plan_changed_under_the_reader_and_the_page_says_so()
    {
        Store(NewPlan(PlanState.Ready));
        var page = Open();
        Store(NewPlan(PlanState.Rejected) with { Version = 4, Closed = By("Bob", "not now") });
        page.Find("[data-act=execute]").Submit();
        page.WaitForAssertion(() => Assert.Contains("Bob has just rejected this plan", page.Markup));
        Plans.DidNotReceiveWithAnyArgs().ExecuteAsync(default!, default!, default);
    }

    [Fact]
    public void A_refusal_is_shown_with_what_to_do()
    {
        Store(NewPlan(PlanState.Ready));
        Plans.ExecuteAsync(default!, default!, default).ThrowsAsyncForAnyArgs(new RailRefusedException("STATE_CHANGED", "The activity is paused already.", "fingerprint", "Plan again."));
        var page = Open();
        page.Find("[data-act=execute]").Submit();
        page.WaitForAssertion(() => Assert.Contains("The activity is paused already.", page.Find("[role=alert]").TextContent));
        Assert.Contains("Plan again. Nothing happened (STATE_CHANGED).", page.Find("[role=alert]").TextContent);
    }

    [Theory]
    [InlineData(OperationDanger.Ordinary, false)]
    [InlineData(OperationDanger.Grave, true)]
    public void Only_the_last_step_of_something_dangerous_is_red(OperationDanger danger, bool red)
    {
        Store(NewPlan(PlanState.Planned) with { Danger = danger });
        Assert.Empty(Open().FindAll(".last"));
        Store(NewPlan(PlanState.Ready) with { Danger = danger });
        var page = Render<PlanReviewPage>(parameters => parameters.Add(page => page.Id, "p-1"));
        Assert.Equal(red, page.FindAll(".last").Count == 1);
        Assert.Equal("Pause sandbox activity: 1 item", page.Find("[data-act=execute] button").TextContent.Trim());
    }

    [Fact]
    public void A_change_from_elsewhere_is_shown_as_it_happens()
    {
        Store(NewPlan(PlanState.WaitingForApproval));
        var page = Open();
        var approved = NewPlan(PlanState.Ready) with { Version = 4, Approvals = [By("Bob")] };
        Store(approved);
        Plans.Changed += Raise.Event<Action<Plan>>(approved);
        page.WaitForAssertion(() => Assert.Contains("Bob has just approved this plan", page.Markup));
        Assert.NotEmpty(page.FindAll("[data-act=execute]"));
    }

    [Fact]
    public void The_result_stays_with_its_job_and_its_undo()
    {
        Store(NewPlan(PlanState.Executed) with { JobId = "j-1", Counts = new(3, 1, 1, 1, 0), Executed = By("Alice"), OutcomeUnrecorded = true });
        Jobs.FindAsync(default!, default!, default).ReturnsForAnyArgs(NewJob(JobState.Ended, 3, 1));
        var page = Open();
        var outcome = page.Find("section[aria-labelledby=outcome-title]");
        Assert.Contains("Executed, not all done", outcome.TextContent);
        Assert.Contains("3 done, 1 failed, 1 skipped, 1 unknown, of 6 items planned", outcome.TextContent);
        Assert.Contains("Outcome unrecorded.", outcome.TextContent);
        Assert.Equal("/jobs?job=j-1", outcome.QuerySelector("a")!.GetAttribute("href"));
        Plans.PlanUndoAsync(default!, default!, default!, default).ReturnsForAnyArgs(NewPlan(PlanState.Planned) with { Id = "p-2" });
        page.Find("#act-undo-reason").Input("wrong one");
        page.Find("[data-act=undo]").Submit();
        page.WaitForAssertion(() => Assert.EndsWith("/plans/p-2", Navigation.Uri));
    }

    [Fact]
    public void An_emergency_asks_for_its_review()
    {
        Store(NewPlan(PlanState.Executed) with { NeedsReview = true, Danger = OperationDanger.Emergency, Counts = new(1, 0, 0, 0, 0) });
        var page = Open();
        page.Find("#act-review-reason").Input("was right");
        page.Find("[data-act=review]").Submit();
        page.WaitForAssertion(() => Plans.Received(1).ReviewAsync(Alice, "p-1", "was right", Arg.Any<CancellationToken>()));
    }

    [Fact]
    public void The_author_may_withdraw_and_somebody_else_reject()
    {
        Store(NewPlan(PlanState.WaitingForApproval, author: "Alice"));
        var mine = Open();
        Assert.NotEmpty(mine.FindAll("[data-act=withdraw]"));
        Assert.Empty(mine.FindAll("[data-act=reject]"));
        Store(NewPlan(PlanState.WaitingForApproval, author: "Bob"));
        var other = Render<PlanReviewPage>(parameters => parameters.Add(page => page.Id, "p-1"));
        Assert.Empty(other.FindAll("[data-act=withdraw]"));
        other.Find("#act-reject-reason").Input("no");
        other.Find("[data-act=reject]").Submit();
        other.WaitForAssertion(() => Plans.Received(1).RejectAsync(Alice, "p-1", "no", Arg.Any<CancellationToken>()));
    }

    [Fact]
    public void Offers_itself_as_http_and_as_command_line()
    {
        Store(NewPlan(PlanState.Ready));
        Assert.Contains("curl -sS -X POST https://console.example/api/v1/plans/p-1/execute", Open("?tab=http").Markup.Replace("&quot;", "\""));
        Assert.Contains("./qmtl-console plans execute p-1 --url https://console.example", Open("?tab=commandline").Markup);
    }

    [Fact]
    public void A_plan_that_is_gone_and_a_store_that_fails_say_so()
    {
        Assert.Contains("There is no plan with this id", Open().Markup);
        Plans.FindAsync(default!, default!, default).ThrowsAsyncForAnyArgs(new IOException("disk gone"));
        Assert.Contains("disk gone", Render<PlanReviewPage>(parameters => parameters.Add(page => page.Id, "p-1")).Find("[role=alert]").TextContent);
    }

    [Fact]
    public void Without_the_permission_the_page_says_which_is_missing()
    {
        Plans.FindAsync(default!, default!, default).ThrowsAsyncForAnyArgs(new PermissionDeniedException(Permissions.PlansRead, null, "You have no plans:plan:read."));
        Assert.Contains("You have no plans:plan:read.", Open().Find("[role=alert]").TextContent);
    }

    private IRenderedComponent<PlanReviewPage> Open(string query = "")
    {
        Navigation.NavigateTo("/plans/p-1" + query);
        return Render<PlanReviewPage>(parameters => parameters.Add(page => page.Id, "p-1"));
    }
}
