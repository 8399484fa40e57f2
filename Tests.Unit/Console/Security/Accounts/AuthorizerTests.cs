using Qmtl.Console.Security;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Keys;
using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Operations;
using Qmtl.Tests.Unit.Services;

namespace Qmtl.Tests.Unit.Console.Security.Accounts;

public sealed class AuthorizerTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly SecurityKit _kit;

    public AuthorizerTests() => _kit = new(new InMemoryDocumentStore(_time), _time);

    public ValueTask DisposeAsync() => _kit.DisposeAsync();

    [Theory]
    [InlineData(Roles.Viewer)]
    [InlineData(Roles.Analyst)]
    [InlineData(Roles.Operator)]
    [InlineData(Roles.Administrator)]
    public async Task A_role_holds_its_permissions_and_no_other(string role)
    {
        var caller = await _kit.PersonAsync("alice", role);
        foreach (var permission in Permissions.All)
        {
            Assert.Equal(Roles.Find(role)!.Permissions.Contains(permission), _kit.Authorizer.Decide(caller, permission).Allowed);
        }
    }

    [Fact]
    public async Task A_denial_says_what_would_change_it_and_is_recorded()
    {
        var caller = await _kit.PersonAsync("alice", Roles.Viewer);
        var denied = await Assert.ThrowsAsync<PermissionDeniedException>(async () => await _kit.Authorizer.RequireAsync(caller, Permissions.WorldApply, "world:crypto", "crypto", default));
        Assert.Equal("Needs the role operator or higher; you are signed in as viewer. An administrator can change it on the Access page.", denied.Message);
        var record = Assert.Single(_kit.Audit.Records, record => record.Phase == AuditPhase.Denied);
        Assert.Equal((Permissions.WorldApply, "world:crypto", "local:alice", "192.0.2.1"), (record.Permission, record.Scope, record.Actor, record.Address));
    }

    [Fact]
    public async Task Rights_of_an_account_hold_for_its_open_sessions_at_once()
    {
        await _kit.AddAsync("root", Roles.Administrator);
        var caller = await _kit.PersonAsync("alice");
        var changed = new List<string>();
        _kit.Sessions.RightsChanged += changed.Add;
        Assert.True(_kit.Authorizer.Decide(caller, Permissions.WorldApply).Allowed);
        await _kit.Accounts.ChangeAsync("alice", account => account with { Role = Roles.Viewer }, null, [], null, default);
        Assert.False(_kit.Authorizer.Decide(caller, Permissions.WorldApply).Allowed);
        Assert.Contains(caller.SessionId, changed);

        await _kit.Accounts.ChangeAsync("alice", account => account with { IsDisabled = true }, null, [], null, default);
        Assert.Contains("disabled", _kit.Authorizer.Decide(caller, Permissions.StrategiesRead).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_console_changes_holds_after_the_next_reading()
    {
        await using var other = new SecurityKit(_kit.Store, _time);
        var caller = await _kit.PersonAsync("alice");
        var (key, token) = await _kit.KeyAsync(caller);
        var ended = new List<SessionEnd>();
        other.Sessions.Ended += ended.Add;
        await other.Sessions.SweepAsync(default);
        Assert.True(other.Authorizer.Decide(caller, Permissions.WorldApply).Allowed);
        Assert.True(other.Authorizer.Decide(key, Permissions.WorldApply).Allowed);

        await _kit.Own.RevokeKeyAsync(caller, key.SessionId, default);
        await _kit.Accounts.ChangeAsync("alice", account => account with { IsDisabled = true }, null, [], null, default);
        Assert.True(new SignInOptions().Refresh < TimeSpan.FromSeconds(60));
        await other.Sessions.SweepAsync(default);
        Assert.False(other.Authorizer.Decide(caller, Permissions.StrategiesRead).Allowed);
        Assert.False(other.Authorizer.Decide(key, Permissions.StrategiesRead).Allowed);
        Assert.Null((await other.Get<IApiKeyUse>().UseAsync(token, default)).Key);
        Assert.Equal(caller.SessionId, Assert.Single(ended).SessionId);
    }

    [Fact]
    public async Task Scopes_narrow_what_can_be_narrowed_and_take_the_rest()
    {
        var caller = await _kit.PersonAsync("alice", Roles.Operator, "world:crypto");
        Assert.True(_kit.Authorizer.Decide(caller, Permissions.WorldApply, "world:crypto").Allowed);
        Assert.False(_kit.Authorizer.Decide(caller, Permissions.WorldApply, "world:fx").Allowed);
        Assert.False(_kit.Authorizer.Decide(caller, Permissions.WorldApply).Allowed);
        Assert.False(_kit.Authorizer.Decide(caller, Permissions.DeadLettersRequeue, "tenant:acme").Allowed);
        Assert.False(_kit.Authorizer.Decide(caller, Permissions.AuditRead).Allowed);
        Assert.True(_kit.Authorizer.Decide(caller, Permissions.PlansApprove).Allowed);
        Assert.Equal(["world:crypto"], _kit.Authorizer.ScopesOf(caller, Permissions.WorldApply)!);
        Assert.Contains("narrowed to world:crypto", _kit.Authorizer.Decide(caller, Permissions.AuditRead).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_has_what_its_scope_and_its_owner_have_in_common()
    {
        await _kit.AddAsync("root", Roles.Administrator);
        var owner = await _kit.PersonAsync("alice");
        var (narrow, _) = await _kit.KeyAsync(owner, [Permissions.WorldApply, Permissions.PlansRead], ["world:crypto"]);
        Assert.True(_kit.Authorizer.Decide(narrow, Permissions.WorldApply, "world:crypto").Allowed);
        Assert.False(_kit.Authorizer.Decide(narrow, Permissions.WorldApply, "world:fx").Allowed);
        Assert.False(_kit.Authorizer.Decide(narrow, Permissions.WorldsRead, "world:crypto").Allowed);
        Assert.Equal([Permissions.WorldApply, Permissions.PlansRead], narrow.NamedPermissions);

        var (wide, _) = await _kit.KeyAsync(owner);
        Assert.True(_kit.Authorizer.Decide(wide, Permissions.WorldApply).Allowed);
        Assert.Empty(wide.NamedPermissions);
        await _kit.Accounts.ChangeAsync("alice", account => account with { Role = Roles.Viewer, Scopes = ["world:fx"] }, null, [], null, default);
        Assert.False(_kit.Authorizer.Decide(wide, Permissions.WorldApply, "world:fx").Allowed);
        Assert.True(_kit.Authorizer.Decide(wide, Permissions.WorldsRead, "world:fx").Allowed);
        Assert.False(_kit.Authorizer.Decide(wide, Permissions.WorldsRead, "world:crypto").Allowed);
        Assert.False(_kit.Authorizer.Decide(narrow, Permissions.WorldApply, "world:crypto").Allowed);
    }

    [Fact]
    public async Task A_key_ends_with_its_time_its_owner_and_its_revocation()
    {
        await _kit.AddAsync("root", Roles.Administrator);
        var owner = await _kit.PersonAsync("alice");
        var (shortKey, shortToken) = await _kit.KeyAsync(owner, days: 1);
        var (key, token) = await _kit.KeyAsync(owner);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.False(_kit.Authorizer.Decide(shortKey, Permissions.StrategiesRead).Allowed);
        Assert.Contains("expired", (await _kit.Get<IApiKeyUse>().UseAsync(shortToken, default)).Why, StringComparison.Ordinal);
        Assert.True(_kit.Authorizer.Decide(key, Permissions.StrategiesRead).Allowed);

        await _kit.Accounts.ChangeAsync("alice", account => account with { IsDisabled = true }, null, [], null, default);
        Assert.False(_kit.Authorizer.Decide(key, Permissions.StrategiesRead).Allowed);
        Assert.Null((await _kit.Get<IApiKeyUse>().UseAsync(token, default)).Key);
        await _kit.Accounts.ChangeAsync("alice", account => account with { IsDisabled = false }, null, [], null, default);
        Assert.True(_kit.Authorizer.Decide(key, Permissions.StrategiesRead).Allowed);

        await _kit.Own.RevokeKeyAsync(await _kit.SignedInAsync("alice"), key.SessionId, default);
        Assert.False(_kit.Authorizer.Decide(key, Permissions.StrategiesRead).Allowed);
        Assert.Contains("revoked", (await _kit.Get<IApiKeyUse>().UseAsync(token, default)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_read_only_nothing_is_granted_that_changes_anything_but_turning_it_off_ending_ones_own_halting_jobs_and_emergencies()
    {
        var caller = await _kit.PersonAsync("ada", Roles.Administrator);
        _kit.ReadOnly.Turn(true);
        foreach (var permission in Permissions.All)
        {
            Assert.Equal(Permissions.IsRead(permission) || permission is Permissions.ReadOnlyChange or Permissions.OwnAccountEnd or Permissions.JobsControl, _kit.Authorizer.Decide(caller, permission).Allowed);
            Assert.True(_kit.Authorizer.DecideEmergency(caller, permission).Allowed);
        }

        Assert.Contains("Ada (\"incident\")", _kit.Authorizer.Decide(caller, Permissions.WorldApply).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_borrows_a_session_or_acts_as_a_command_on_a_server()
    {
        var alice = await _kit.PersonAsync("alice", Roles.Administrator);
        var (key, _) = await _kit.KeyAsync(alice);
        foreach (var forged in new[]
        {
            alice with { UserId = "local:bob" }, alice with { Kind = CallerKind.ApiKey }, key with { Kind = CallerKind.Person }, alice with { SessionId = "open" },
            alice with { Kind = CallerKind.CommandLine }, alice with { Kind = CallerKind.Console }, CallerPrincipal.Nobody,
        })
        {
            Assert.False(_kit.Authorizer.Decide(forged, Permissions.StrategiesRead).Allowed, $"{forged}");
        }

        Assert.True(_kit.Authorizer.Decide(Caller.Console, Permissions.PlansRead).Allowed);
        Assert.False(_kit.Authorizer.Decide(Caller.Console, Permissions.WorldApply).Allowed);
    }

    [Fact]
    public async Task What_somebody_began_goes_on_without_a_session_but_not_without_the_right()
    {
        await _kit.AddAsync("root", Roles.Administrator);
        var alice = await _kit.PersonAsync("alice");
        var (key, _) = await _kit.KeyAsync(alice, [Permissions.WorldApply]);
        var (other, _) = await _kit.KeyAsync(alice, [Permissions.WorldApply]);
        await _kit.Own.RevokeKeyAsync(await _kit.SignedInAsync("alice"), other.SessionId, default);
        await _kit.Sessions.EndAllAsync(alice.UserId, null, SessionEndCause.SignedOut, default);
        _kit.ReadOnly.Turn(true);
        Assert.False(_kit.Authorizer.Decide(alice, Permissions.WorldApply).Allowed);
        Assert.True(GoesOn(_kit, alice));
        Assert.True(GoesOn(_kit, key));
        Assert.False(_kit.Authorizer.DecideGoingOn(key, Permissions.PlansRead).Allowed);
        Assert.Contains("revoked", _kit.Authorizer.DecideGoingOn(other, Permissions.WorldApply).Reason, StringComparison.Ordinal);

        await _kit.Accounts.ChangeAsync("alice", account => account with { Scopes = ["world:crypto"] }, null, [], null, default);
        Assert.True(GoesOn(_kit, alice, "world:crypto"));
        Assert.Equal($"It needs {Permissions.WorldApply} for world:equities, held for world:crypto only.", _kit.Authorizer.DecideGoingOn(alice, Permissions.WorldApply, "world:equities").Reason);
        await _kit.Accounts.ChangeAsync("alice", account => account with { Scopes = [], Role = Roles.Viewer }, null, [], null, default);
        Assert.Equal($"It needs {Permissions.WorldApply}, which the role viewer does not give.", _kit.Authorizer.DecideGoingOn(alice, Permissions.WorldApply).Reason);
        Assert.False(GoesOn(_kit, key));
        await _kit.Accounts.ChangeAsync("alice", account => account with { Role = Roles.Operator }, null, [], null, default);
        Assert.True(GoesOn(_kit, key));
        _time.Advance(TimeSpan.FromDays(31));
        Assert.False(GoesOn(_kit, key));
        await _kit.Accounts.ChangeAsync("alice", account => account with { IsDisabled = true }, null, [], null, default);
        Assert.Equal("The account is disabled or gone.", _kit.Authorizer.DecideGoingOn(alice, Permissions.WorldApply).Reason);
    }

    [Theory]
    [InlineData(SessionEndCause.LeaseLost, true)]
    [InlineData(SessionEndCause.SignedOut, true)]
    [InlineData(SessionEndCause.AccountDisabled, false)]
    public async Task Where_others_keep_the_accounts_what_was_begun_goes_on_until_they_refuse(SessionEndCause cause, bool goesOn)
    {
        await using var kit = new SecurityKit(new InMemoryDocumentStore(_time), _time, SignInMode.OAuth);
        var (session, _) = await kit.Sessions.BeginAsync(new("oauth:ada", "Ada", Roles.Operator, []), default);
        var ada = new Caller { UserId = session.UserId, Name = "Ada", Kind = CallerKind.Person, SessionId = session.Id };
        Assert.True(GoesOn(kit, ada));
        await kit.Sessions.RenewLeaseAsync(session.Id, _time.GetUtcNow().AddMinutes(1), Roles.Viewer, [], default);
        Assert.False(GoesOn(kit, ada));
        await kit.Sessions.RenewLeaseAsync(session.Id, _time.GetUtcNow().AddMinutes(1), Roles.Operator, [], default);
        await kit.Sessions.EndAsync(session.Id, cause, default);
        Assert.Equal(goesOn, GoesOn(kit, ada));
        await kit.Sessions.BeginAsync(new("oauth:ada", "Ada", Roles.Operator, []), default);
        Assert.True(GoesOn(kit, ada));
    }

    private static bool GoesOn(SecurityKit kit, Caller caller, string? scope = null) => kit.Authorizer.DecideGoingOn(caller, Permissions.WorldApply, scope).Allowed;

    [Fact]
    public async Task In_open_mode_whoever_comes_without_a_cookie_is_the_demo_operator()
    {
        await using var open = new SecurityKit(_kit.Store, _time, SignInMode.Open);
        var caller = new Caller { UserId = "open:operator", Name = "Otto", Kind = CallerKind.Person, SessionId = OpenUsers.SharedSessionId };
        Assert.True(open.Authorizer.Decide(caller, Permissions.WorldApply).Allowed);
        Assert.False(open.Authorizer.Decide(caller, Permissions.AccountsChange).Allowed);
        Assert.False(open.Authorizer.Decide(caller with { UserId = "open:administrator" }, Permissions.AccountsChange).Allowed);
        Assert.False(_kit.Authorizer.Decide(caller, Permissions.StrategiesRead).Allowed);
        await open.Sessions.EndAsync(OpenUsers.SharedSessionId, SessionEndCause.SignedOut, default);
        Assert.True(open.Sessions.Stands(OpenUsers.SharedSessionId));
    }

    [Fact]
    public async Task Deciding_takes_no_memory()
    {
        var caller = await _kit.PersonAsync("alice", Roles.Operator, "world:crypto");
        for (var i = 0; i < 100; i++) _kit.Authorizer.Decide(caller, Permissions.WorldApply, "world:crypto");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var allowed = 0;
        for (var i = 0; i < 10_000; i++) allowed += _kit.Authorizer.Decide(caller, Permissions.WorldApply, "world:crypto").Allowed ? 1 : 0;
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(10_000, allowed);
        Assert.True(taken < 10_000, $"{taken} bytes in 10,000 decisions");
    }
}
