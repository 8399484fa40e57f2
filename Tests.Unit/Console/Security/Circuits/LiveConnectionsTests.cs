using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using NSubstitute;
using Qmtl.Console.Security.Circuits;
using Qmtl.Console.Security.Sessions;
using Qmtl.Tests.Unit.Services;

namespace Qmtl.Tests.Unit.Console.Security.Circuits;

public sealed class LiveConnectionsTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly ISessionLiveness _sessions = Substitute.For<ISessionLiveness>();
    private readonly HashSet<string> _standing = ["mine", "other", "key"];
    private readonly LiveConnections _connections;

    public LiveConnectionsTests()
    {
        _sessions.Stands(Arg.Any<string>()).Returns(call => _standing.Contains(call.Arg<string>()));
        _connections = new(_sessions, _time);
    }

    public void Dispose() => _connections.Dispose();

    [Theory]
    [InlineData("/hubs/controlbus")]
    [InlineData("/api/v1/audit/export")]
    public void The_end_of_a_session_cuts_its_streams_at_once_and_no_others(string path)
    {
        var mine = Hold("mine", path);
        var other = Hold("other", path);
        End("mine");
        Assert.True(mine.IsAborted);
        Assert.False(other.IsAborted);
    }

    [Fact]
    public void A_page_has_a_moment_to_say_so_and_is_cut_then()
    {
        var page = Hold("mine", "/_blazor");
        End("mine");
        Assert.False(page.IsAborted);
        _time.Advance(LiveConnections.Grace);
        Assert.True(SpinWait.SpinUntil(() => page.IsAborted, TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task What_lost_its_powers_elsewhere_is_cut_within_seconds()
    {
        await _connections.StartAsync(default);
        Assert.True(SpinWait.SpinUntil(() => _time.Waiting > 0, TimeSpan.FromSeconds(20)));
        var stream = Hold("key", "/hubs/controlbus");
        var other = Hold("other", "/hubs/controlbus");
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(stream.IsAborted);

        // A revoked key, or a lease that ran out: nobody tells, the beat sees it.
        _standing.Remove("key");
        for (var beat = 0; beat < 4 && !SpinWait.SpinUntil(() => stream.IsAborted, TimeSpan.FromMilliseconds(500)); beat++) _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(stream.IsAborted);
        Assert.False(other.IsAborted);
        await _connections.StopAsync(default);
    }

    private void End(string sessionId)
    {
        _standing.Remove(sessionId);
        _sessions.Ended += Raise.Event<Action<SessionEnd>>(new SessionEnd(sessionId, SessionEndCause.SignedOut, "You signed out."));
    }

    private Lifetime Hold(string sessionId, string path)
    {
        var http = new DefaultHttpContext();
        var lifetime = new Lifetime();
        http.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        http.Request.Method = "GET";
        http.Request.Path = path;
        _ = _connections.HoldAsync(http, sessionId, () => lifetime.Answered.Task);
        return lifetime;
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        private volatile bool _aborted;

        public TaskCompletionSource Answered { get; } = new();

        public bool IsAborted => _aborted;

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => _aborted = true;
    }
}
