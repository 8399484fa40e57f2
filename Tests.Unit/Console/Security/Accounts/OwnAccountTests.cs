using Qmtl.Console.Security;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Keys;
using Qmtl.Console.Security.Sessions;
using Qmtl.Operations.Storage;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Operations;
using Qmtl.Tests.Unit.Services;

namespace Qmtl.Tests.Unit.Console.Security.Accounts;

#pragma warning disable CA1001 // xunit disposes it through IAsyncLifetime.
public sealed class OwnAccountTests : IAsyncLifetime
{
    private const string Other = "quite another phrase";
    private readonly ManualTime _time = new();
    private readonly SecurityKit _kit;
    private Caller _vera = null!;
    private Caller _key = null!;
    private Caller _elsewhere = null!;

    public OwnAccountTests() => _kit = new(new InMemoryDocumentStore(_time), _time);

    public async Task InitializeAsync()
    {
        await _kit.AddAsync("ada", Roles.Administrator);
        _vera = await _kit.PersonAsync("vera", Roles.Viewer);
        (_key, _) = await _kit.KeyAsync(_vera);
        _elsewhere = await _kit.SignedInAsync("vera", "192.0.2.9");
    }

    public async Task DisposeAsync() => await _kit.DisposeAsync();

    [Theory]
    [InlineData(Act.ChangePassword, Permissions.OwnAccountChange)]
    [InlineData(Act.MakeKey, Permissions.OwnAccountChange)]
    [InlineData(Act.RevokeKey, Permissions.OwnAccountEnd)]
    [InlineData(Act.EndSession, Permissions.OwnAccountEnd)]
    public async Task Who_is_no_person_with_a_session_that_stands_is_denied_and_nothing_happens(Act act, string permission)
    {
        var gone = await _kit.SignedInAsync("vera", "192.0.2.10");
        await _kit.Sessions.EndAsync(gone.SessionId, SessionEndCause.SignedOut, default);
        foreach (var caller in new[] { gone, _key, CallerPrincipal.Nobody, _vera with { UserId = "local:ada" } })
        {
            var before = await StateAsync();
            var recorded = _kit.Audit.Records.Count;
            var denied = await Assert.ThrowsAsync<PermissionDeniedException>(() => DoAsync(act, caller));
            Assert.Equal(permission, denied.Permission);
            Assert.Equal(before, await StateAsync());
            var record = Assert.Single(_kit.Audit.Records.Skip(recorded));
            Assert.Equal((AuditPhase.Denied, caller.UserId), (record.Phase, record.Actor));
        }

        // Who may do it does it: what was refused above was refused for who asked.
        var untouched = await StateAsync();
        await DoAsync(act, _vera);
        Assert.NotEqual(untouched, await StateAsync());
    }

    [Theory]
    [InlineData(Act.RevokeKey)]
    [InlineData(Act.EndSession)]
    public async Task What_is_anothers_is_refused(Act act)
    {
        var ada = await _kit.SignedInAsync("ada");
        var before = await StateAsync();
        await Assert.ThrowsAsync<AccountRefusedException>(() => DoAsync(act, ada));
        Assert.Equal(before, await StateAsync());
    }

    [Theory]
    [InlineData(Act.ChangePassword, false)]
    [InlineData(Act.MakeKey, false)]
    [InlineData(Act.RevokeKey, true)]
    [InlineData(Act.EndSession, true)]
    public async Task While_read_only_one_can_end_what_is_ones_own_and_change_nothing(Act act, bool allowed)
    {
        var before = await StateAsync();
        _kit.ReadOnly.Turn(true);
        if (allowed)
        {
            await DoAsync(act, _vera);
            Assert.NotEqual(before, await StateAsync());
            return;
        }

        Assert.Contains("read-only", (await Assert.ThrowsAsync<PermissionDeniedException>(() => DoAsync(act, _vera))).Message, StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync());
        _kit.ReadOnly.Turn(false);
        await DoAsync(act, _vera);
        Assert.NotEqual(before, await StateAsync());
    }

    [Fact]
    public async Task While_read_only_a_password_link_waits()
    {
        var ticket = await Tickets.MakeAsync(AccountKinds.PasswordLink, "vera", "vera", _time);
        var link = await _kit.Ports.MakePasswordLinkAsync(ticket, "vera", new("local:ada", "local:ada"), null, default);
        var before = await StateAsync();
        _kit.ReadOnly.Turn(true);
        Assert.Contains("read-only", await UseAsync(link), StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync());
        Assert.Contains(_kit.Audit.Records, record => record is { Action: "account.password.set", Phase: AuditPhase.Denied, Actor: "local:vera" });
        _kit.ReadOnly.Turn(false);
        Assert.Null(await UseAsync(link));
        Assert.NotEqual(before, await StateAsync());
    }

    [Fact]
    public async Task While_read_only_nobody_is_added_on_the_host_but_the_first()
    {
        var host = new Caller { UserId = "os:root", Name = "root", Kind = CallerKind.CommandLine, SessionId = "command-line" };
        var before = await StateAsync();
        _kit.ReadOnly.Turn(true);
        var refused = await Assert.ThrowsAsync<AccountRefusedException>(() => _kit.Get<AccountsOnHost>().AddAsync(host, new("bob", "Bob", Roles.Viewer, []), default));
        Assert.Contains("read-only", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync());
        Assert.Contains(_kit.Audit.Records, record => record is { Action: AccountKinds.Add, Phase: AuditPhase.Denied, Actor: "os:root", Target: "local:bob" });

        // Without any account nobody could turn the switch off.
        await using var empty = new SecurityKit(new InMemoryDocumentStore(_time), _time);
        empty.ReadOnly.Turn(true);
        await empty.Get<AccountsOnHost>().AddAsync(host, new("ada", "Ada", Roles.Administrator, []), default);
        Assert.NotNull(await empty.Accounts.FindAsync("ada", default));
    }

    private Task<string?> UseAsync(string link) => _kit.Get<PasswordLinks>().UseAsync(link, Other, null, "c1", default);

    private Task DoAsync(Act act, Caller caller) => act switch
    {
        Act.ChangePassword => _kit.Own.ChangePasswordAsync(caller, SecurityKit.Password, Other, default),
        Act.MakeKey => _kit.Own.MakeKeyAsync(caller, new NewKey("another", [], [], TimeSpan.FromDays(1)), default),
        Act.RevokeKey => _kit.Own.RevokeKeyAsync(caller, _key.SessionId, default),
        _ => _kit.Own.EndSessionAsync(caller, _elsewhere.SessionId, default),
    };

    /// <summary>Everything that is stored of accounts, sessions, keys and links.</summary>
    private async Task<string> StateAsync()
    {
        var parts = new List<string>();
        foreach (var kind in new[] { "account", "session", "api-key", "password-link", "account-change" })
        {
            parts.AddRange((await _kit.Store.ListAsync(new DocumentQuery(kind) { Limit = 1_000 }, default)).Select(document => $"{kind} {document.Id} {document.Version} {document.Body}"));
        }

        return string.Join('\n', parts.Order(StringComparer.Ordinal));
    }

    public enum Act
    {
        ChangePassword,
        MakeKey,
        RevokeKey,
        EndSession,
    }
}
