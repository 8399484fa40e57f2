using Bunit;
using NSubstitute;
using NSubstitute.ExceptionExtensions;
using Qmtl.Console.Pages.Jobs;
using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Bunit.Rail;

public sealed class JobsPageTests : RailContext
{
    [Fact]
    public void An_interrupted_job_says_who_held_it_and_what_repeating_means_and_a_person_resumes_it()
    {
        List(NewJob(JobState.Interrupted, done: 3, rest: 4) with { InFlight = 1, Note = "host-7:4711 held it and was not heard of since 12:00:00 UTC, when its lease ran out." });
        var page = Open("?job=j-1");
        var inspector = page.Find(".inspector").TextContent;
        Assert.Contains("host-7:4711 held it and was not heard of since", inspector);
        Assert.Contains("a person resumes it, on any console", inspector);
        Assert.Contains("at-most-once", inspector);
        page.FindAll(".inspector button").Single(button => button.TextContent.StartsWith("Resume on this console", StringComparison.Ordinal)).Click();
        Jobs.Received(1).ResumeAsync(Alice, "j-1", Arg.Any<CancellationToken>());
    }

    [Fact]
    public void A_running_job_shows_progress_rate_and_time_left_and_can_be_paused()
    {
        List(NewJob(JobState.Running, done: 400, failed: 2, rest: 600) with { Rate = 20, InFlight = 3 });
        var page = Open("?job=j-1");
        Assert.Contains("400 done, 2 failed, 600 not started", page.Find(".meter").TextContent);
        Assert.Contains("3 in flight", page.Find(".meter").TextContent);
        Assert.Contains("20.0 items/s, 30 s left", page.Find(".meter").TextContent);
        Assert.Equal("402", page.Find("[role=progressbar]").GetAttribute("aria-valuenow"));
        page.FindAll(".inspector button").Single(button => button.TextContent == "Pause").Click();
        Jobs.Received(1).PauseAsync(Alice, "j-1", Arg.Any<CancellationToken>());
    }

    [Fact]
    public void A_cancellation_needs_a_reason()
    {
        List(NewJob(JobState.Paused, done: 1, rest: 2));
        var page = Open("?job=j-1");
        page.FindAll(".inspector button").Single(button => button.TextContent == "Cancel…").Click();
        page.Find(".inspector form").Submit();
        Jobs.DidNotReceiveWithAnyArgs().CancelAsync(default!, default!, default!, default);
        page.Find("#job-reason").Input("wrong queue");
        page.Find(".inspector form").Submit();
        page.WaitForAssertion(() => Jobs.Received(1).CancelAsync(Alice, "j-1", "wrong queue", Arg.Any<CancellationToken>()));
    }

    [Fact]
    public void While_read_only_a_job_can_be_cancelled_and_says_why_it_cannot_be_resumed()
    {
        Switch.IsOn.Returns(true);
        Switch.ByName.Returns("Ada");
        Switch.Reason.Returns("incident");
        List(NewJob(JobState.Paused, done: 1, rest: 2));
        var page = Open("?job=j-1");
        Assert.True(page.FindAll(".inspector button").Single(button => button.TextContent.StartsWith("Resume", StringComparison.Ordinal)).HasAttribute("disabled"));
        Assert.False(page.FindAll(".inspector button").Single(button => button.TextContent == "Cancel…").HasAttribute("disabled"));
        Assert.Contains("read-only: switched by Ada (\"incident\")", page.Find("#job-why").TextContent);
    }

    [Fact]
    public void Who_may_not_steer_jobs_reads_why()
    {
        Current.May(Permissions.JobsControl, Arg.Any<string?>()).Returns(AccessDecision.No("Your role viewer does not hold jobs:job:control."));
        List(NewJob(JobState.Running, rest: 1));
        var page = Open("?job=j-1");
        Assert.True(page.FindAll(".inspector button").Single(button => button.TextContent == "Pause").HasAttribute("disabled"));
        Assert.Contains("does not hold jobs:job:control", page.Find("#job-why").TextContent);
    }

    [Fact]
    public void The_items_can_be_narrowed_to_a_state()
    {
        List(NewJob(JobState.Ended, done: 1, failed: 1));
        Jobs.ItemsAsync(default!, default!, default, default, default, default).ReturnsForAnyArgs([new JobItem(1, "x-1", "a", "b", JobItemState.Failed, "no such queue", Noon)]);
        var page = Open("?job=j-1&items=failed");
        page.WaitForAssertion(() => Assert.Contains("no such queue", page.Find("#job-items").TextContent));
        Jobs.Received().ItemsAsync(Alice, "j-1", JobItemState.Failed, Arg.Is(0), Arg.Any<int>(), Arg.Any<CancellationToken>());
    }

    [Fact]
    public void Refusals_are_shown()
    {
        List(NewJob(JobState.Interrupted, rest: 1));
        Jobs.ResumeAsync(default!, default!, default).ThrowsAsyncForAnyArgs(new RailRefusedException("JOB_HELD", "Another console holds it.", "job", "Wait."));
        var page = Open("?job=j-1");
        page.FindAll(".inspector button").Single(button => button.TextContent.StartsWith("Resume", StringComparison.Ordinal)).Click();
        page.WaitForAssertion(() => Assert.Contains("Another console holds it.", page.Find(".inspector [role=alert]").TextContent));
    }

    [Fact]
    public void Empty_and_failed_say_why()
    {
        Assert.Contains("No plan was executed yet", Open("").Markup);
        Jobs.ListAsync(default!, default!, default).ThrowsAsyncForAnyArgs(new IOException("disk gone"));
        Assert.Contains("disk gone", Render<JobsPage>().Find("[role=alert]").TextContent);
    }

    [Fact]
    public void A_state_of_the_filter_goes_to_the_service()
    {
        Open("?q=state%3Ainterrupted");
        Jobs.Received().ListAsync(Alice, Arg.Is<JobQuery>(query => query.States.Single() == JobState.Interrupted), Arg.Any<CancellationToken>());
    }

    private void List(Job job)
    {
        Jobs.ListAsync(default!, default!, default).ReturnsForAnyArgs(new JobPage([job], null));
        Jobs.FindAsync(default!, default!, default).ReturnsForAnyArgs(job);
    }

    private IRenderedComponent<JobsPage> Open(string query)
    {
        Navigation.NavigateTo("/jobs" + query);
        return Render<JobsPage>();
    }
}
