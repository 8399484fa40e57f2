using Qmtl.Console.Security;
using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Operations;
using Qmtl.Tests.Unit.Services;

namespace Qmtl.Tests.Unit.Console.Security.Accounts;

public sealed class SessionTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly SecurityKit _kit;
    private readonly List<SessionEnd> _ended = [];

    public SessionTests()
    {
        _kit = new(new InMemoryDocumentStore(_time), _time);
        _kit.Sessions.Ended += _ended.Add;
    }

    public ValueTask DisposeAsync() => _kit.DisposeAsync();

    [Fact]
    public async Task The_store_holds_a_hash_and_never_the_token()
    {
        var (session, token) = await BeginAsync();
        Assert.Equal(43, token.Length);
        var stored = Assert.Single(await _kit.Store.ListAsync(new DocumentQuery("session"), default));
        Assert.Equal(Secrets.Hash(token), stored.Id);
        Assert.DoesNotContain(token, stored.Body, StringComparison.Ordinal);
        Assert.Equal(session.Id, (await _kit.Sessions.FindByTokenAsync(token, default))!.Id);
        Assert.Null(await _kit.Sessions.FindByTokenAsync(session.Id, default));
    }

    [Fact]
    public async Task Without_input_it_ends_and_input_prolongs_it()
    {
        var (session, token) = await BeginAsync();
        _time.Advance(TimeSpan.FromMinutes(29));
        await _kit.Sessions.ReportInputAsync(session.Id, default);
        _time.Advance(TimeSpan.FromMinutes(29));
        Assert.True(_kit.Sessions.Stands(session.Id));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(_kit.Sessions.Stands(session.Id));
        Assert.Null(await _kit.Sessions.FindByTokenAsync(token, default));
        Assert.Contains("30 minutes without", _kit.Sessions.WhyEnded(session.Id), StringComparison.Ordinal);

        // It is over: input of a page that was left open does not bring it back.
        await _kit.Sessions.ReportInputAsync(session.Id, default);
        Assert.False(_kit.Sessions.Stands(session.Id));
        Assert.Equal(SessionEndCause.Idle, Assert.Single(await _kit.Sessions.SweepAsync(default)).Cause);
        Assert.Equal(session.Id, Assert.Single(_ended).SessionId);
        Assert.Empty(await _kit.Store.ListAsync(new DocumentQuery("session"), default));
    }

    [Fact]
    public async Task After_twelve_hours_it_ends_whatever_happens()
    {
        var (session, _) = await BeginAsync();
        for (var i = 0; i < (12 * 60 / 10) - 1; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(10));
            await _kit.Sessions.ReportInputAsync(session.Id, default);
        }

        Assert.True(_kit.Sessions.Stands(session.Id));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(_kit.Sessions.Stands(session.Id));
        Assert.Equal(SessionEndCause.Absolute, Assert.Single(await _kit.Sessions.SweepAsync(default)).Cause);
    }

    [Fact]
    public async Task Input_is_stored_at_most_once_a_minute()
    {
        var (session, _) = await BeginAsync();
        _time.Advance(TimeSpan.FromSeconds(59));
        await _kit.Sessions.ReportInputAsync(session.Id, default);
        Assert.Equal(1, (await _kit.Store.FindAsync("session", session.Id, default))!.Version);
        _time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 5; i++) await _kit.Sessions.ReportInputAsync(session.Id, default);
        Assert.Equal(2, (await _kit.Store.FindAsync("session", session.Id, default))!.Version);
    }

    [Fact]
    public async Task Input_on_one_console_keeps_the_session_on_another()
    {
        await using var other = new SecurityKit(_kit.Store, _time);
        var (session, _) = await BeginAsync();
        await other.Sessions.SweepAsync(default);
        _time.Advance(TimeSpan.FromMinutes(20));
        await _kit.Sessions.ReportInputAsync(session.Id, default);
        _time.Advance(TimeSpan.FromMinutes(20));
        Assert.Empty(await other.Sessions.SweepAsync(default));
        Assert.True(other.Sessions.Stands(session.Id));
    }

    [Fact]
    public async Task An_end_is_told_by_one_console_alone()
    {
        await using var other = new SecurityKit(_kit.Store, _time);
        await BeginAsync();
        await other.Sessions.SweepAsync(default);
        _time.Advance(TimeSpan.FromHours(1));
        var ended = (await _kit.Sessions.SweepAsync(default)).Concat(await other.Sessions.SweepAsync(default));
        Assert.Single(ended);
    }

    [Fact]
    public async Task A_lease_that_nobody_renews_ends_it_and_the_renewal_brings_new_rights()
    {
        var (session, token) = await _kit.Sessions.BeginAsync(new("proxy:bob", "Bob", Roles.Operator, []) { LeaseUntil = _time.GetUtcNow().AddSeconds(60) }, default);
        var caller = new Caller { UserId = "proxy:bob", Name = "Bob", Kind = CallerKind.Person, SessionId = session.Id };
        _time.Advance(TimeSpan.FromSeconds(50));
        await _kit.Sessions.RenewLeaseAsync(session.Id, _time.GetUtcNow().AddSeconds(60), Roles.Viewer, [], default);
        _time.Advance(TimeSpan.FromSeconds(50));
        Assert.True(_kit.Sessions.Stands(session.Id));
        Assert.False(_kit.Authorizer.Decide(caller, Permissions.WorldApply).Allowed);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(_kit.Sessions.Stands(session.Id));
        await _kit.Sessions.RenewLeaseAsync(session.Id, _time.GetUtcNow().AddSeconds(60), Roles.Viewer, [], default);
        Assert.False(_kit.Sessions.Stands(session.Id));
        Assert.Null(await _kit.Sessions.FindByTokenAsync(token, default));
    }

    [Fact]
    public async Task Signed_out_is_signed_out_at_once_and_stays_so()
    {
        await using var other = new SecurityKit(_kit.Store, _time);
        var (session, token) = await BeginAsync();
        Assert.NotNull(await other.Sessions.FindByTokenAsync(token, default));
        await _kit.Sessions.EndAsync(session.Id, SessionEndCause.SignedOut, default);
        Assert.Equal(SessionEndCause.SignedOut, Assert.Single(_ended).Cause);
        Assert.Null(await _kit.Sessions.FindByTokenAsync(token, default));
        await _kit.Sessions.SweepAsync(default);
        await other.Sessions.SweepAsync(default);
        Assert.False(other.Sessions.Stands(session.Id));
        Assert.Null(await other.Sessions.FindByTokenAsync(token, default));
    }

    [Fact]
    public async Task Sessions_have_their_bounds()
    {
        await using var small = new SecurityKit(_kit.Store, _time, options: new SignInOptions { Sessions = 3, SessionsPerUser = 2 });
        var (first, _) = await small.Sessions.BeginAsync(Somebody("alice"), default);
        _time.Advance(TimeSpan.FromSeconds(1));
        await small.Sessions.BeginAsync(Somebody("alice"), default);
        await small.Sessions.BeginAsync(Somebody("alice"), default);
        Assert.False(small.Sessions.Stands(first.Id));
        Assert.Equal(2, small.Sessions.OfUser("proxy:alice").Count);
        await small.Sessions.BeginAsync(Somebody("bob"), default);
        await Assert.ThrowsAsync<SessionsFullException>(() => small.Sessions.BeginAsync(Somebody("carol"), default));
    }

    [Theory]
    [InlineData("/strategies?q=1#x", "/strategies?q=1#x")]
    [InlineData("//elsewhere.example/", "/")]
    [InlineData("/\\elsewhere.example", "/")]
    [InlineData("https://elsewhere.example/", "/")]
    [InlineData("/\t/elsewhere.example", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/sign-in?returnUrl=/sign-in", "/")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    public void Nobody_is_led_elsewhere_after_signing_in(string? asked, string goes) => Assert.Equal(goes, LocalPath.OrRoot(asked));

    private static NewSession Somebody(string name) => new("proxy:" + name, name, Roles.Viewer, []);

    private Task<(Session Session, string Token)> BeginAsync() => _kit.Sessions.BeginAsync(Somebody("alice"), default);
}
