using Bunit;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using Qmtl.Console.Layout;
using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;

namespace Qmtl.Tests.Bunit.Components;

/// <summary>A page and its session: in mode Proxy the server asks the page over its circuit to fetch through the proxy, which renews the lease.</summary>
public sealed class SessionWatchTests : ShellContext
{
    private readonly StandingTime _time = new();
    private readonly ISessionLiveness _sessions = Substitute.For<ISessionLiveness>();
    private readonly BunitJSModuleInterop _page;

    public SessionWatchTests()
    {
        TestAccess.AddTo(Services);
        Services.AddSingleton<TimeProvider>(_time);
        Services.AddSingleton(_sessions);
        _sessions.Stands("s").Returns(true);
        _page = JSInterop.SetupModule("./js/session.js");
        _page.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void In_mode_Proxy_the_page_is_asked_every_twenty_seconds()
    {
        var watch = Watch(SignInMode.Proxy);
        watch.WaitForAssertion(() => Assert.Equal(TimeSpan.FromSeconds(20), Assert.Single(_time.Periods)));
        Assert.Equal(0, Asked);
        for (var asked = 1; asked <= 3; asked++)
        {
            _time.Tick();
            watch.WaitForAssertion(() => Assert.Equal(asked, Asked));
        }
    }

    [Theory]
    [InlineData(SignInMode.Local)]
    [InlineData(SignInMode.OAuth)]
    [InlineData(SignInMode.Open)]
    public void In_other_modes_nobody_needs_the_pages_answer(SignInMode mode)
    {
        var watch = Watch(mode);
        watch.WaitForAssertion(() => _page.VerifyInvoke("start"));
        Assert.Empty(_time.Periods);
    }

    [Fact]
    public async Task Input_is_reported_for_the_session_of_this_page()
    {
        var watch = Watch(SignInMode.Local);
        await watch.Instance.ReportInputAsync();
        await _sessions.Received(1).ReportInputAsync("s", Arg.Any<CancellationToken>());
    }

    [Fact]
    public void The_page_says_when_its_session_has_ended_and_leaves()
    {
        var watch = Watch(SignInMode.Proxy);
        _sessions.Ended += Raise.Event<Action<SessionEnd>>(new SessionEnd("another", SessionEndCause.SignedOut, "Not this one."));
        Assert.Empty(watch.FindAll("[role=alertdialog]"));
        _sessions.Ended += Raise.Event<Action<SessionEnd>>(new SessionEnd("s", SessionEndCause.SignedOut, "You signed out."));
        watch.WaitForAssertion(() => Assert.Contains("You signed out.", watch.Find("[role=alertdialog]").TextContent, StringComparison.Ordinal));
        watch.WaitForAssertion(() => _page.VerifyInvoke("leave"));
    }

    private int Asked => _page.Invocations.Count(invocation => invocation.Identifier == "ask");

    private IRenderedComponent<SessionWatch> Watch(SignInMode mode)
    {
        Services.AddSingleton(new SignInOptions { Mode = mode });
        return Render<SessionWatch>();
    }

    /// <summary>Timers fire when the test says so.</summary>
    private sealed class StandingTime : TimeProvider
    {
        private readonly List<(TimerCallback Callback, object? State, TimeSpan Period)> _timers = [];

        public IReadOnlyList<TimeSpan> Periods
        {
            get
            {
                lock (_timers) return [.. _timers.Select(timer => timer.Period)];
            }
        }

        public void Tick()
        {
            (TimerCallback Callback, object? State, TimeSpan Period)[] due;
            lock (_timers) due = [.. _timers];
            foreach (var timer in due) timer.Callback(timer.State);
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            lock (_timers) _timers.Add((callback, state, period));
            return new Timer();
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
