using System.Text.Json;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Sessions;
using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Unit.Services;

namespace Qmtl.Tests.Operations;

/// <summary>What holds for accounts over any store.</summary>
#pragma warning disable CA1001 // xunit disposes it through IAsyncLifetime.
public abstract class AccountsContract : IAsyncLifetime
{
    private static readonly AccountChangers By = new("local:ada", "local:ada");
    private readonly ManualTime _time = new(DateTimeOffset.UtcNow);
    private SecurityKit _kit = null!;

    public static TheoryData<string> Kinds => [AccountKinds.Add, AccountKinds.Disable, AccountKinds.Enable, AccountKinds.Role, AccountKinds.PasswordLink, AccountKinds.RevokeKey, AccountKinds.EndSession];

    public async Task InitializeAsync()
    {
        _kit = new(await OpenAsync(), _time);
        await _kit.AddAsync("ada", Roles.Administrator);
    }

    public virtual async Task DisposeAsync() => await _kit.DisposeAsync();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_ticket_of_another_kind_or_item_or_an_expired_one_does_nothing(string kind)
    {
        var (target, other) = await TargetAsync(kind);
        var before = await StateAsync();
        var expired = await Tickets.MakeAsync(kind, target, target, _time);
        foreach (var wrong in new[]
        {
            await Tickets.MakeAsync("sandbox.pause", target, target, _time), await Tickets.MakeAsync(kind, other, other, _time), await Tickets.MakeAsync(kind, target, other, _time),
        })
        {
            await Assert.ThrowsAsync<RailTicketRefusedException>(() => DoAsync(kind, wrong, target));
        }

        _time.Advance(Tickets.Lifetime);
        await Assert.ThrowsAsync<RailTicketRefusedException>(() => DoAsync(kind, expired, target));
        Assert.Equal(before, await StateAsync());

        // The right one does it: what was refused above was refused for its ticket.
        await DoAsync(kind, await Tickets.MakeAsync(kind, target, target, _time), target);
        Assert.NotEqual(before, await StateAsync());
    }

    [Fact]
    public async Task Who_may_not_read_accounts_reads_none()
    {
        var viewer = await _kit.PersonAsync("vera", Roles.Viewer);
        Assert.Equal(Permissions.AccessRead, (await Assert.ThrowsAsync<PermissionDeniedException>(() => _kit.Ports.ListAsync(viewer, default))).Permission);
        Assert.Equal(Permissions.AccessRead, (await Assert.ThrowsAsync<PermissionDeniedException>(() => _kit.Ports.FindAsync(viewer, "local:ada", default))).Permission);
        Assert.Contains(await _kit.Ports.ListAsync(await _kit.SignedInAsync("ada"), default), account => account is { UserId: "local:vera", Sessions.Count: 1, HasPassword: true });
    }

    [Fact]
    public async Task The_last_administrator_stays_also_when_two_take_each_others_role_at_once()
    {
        await Assert.ThrowsAsync<LastAdministratorException>(() => SetRoleAsync("ada", Roles.Viewer));
        await Assert.ThrowsAsync<LastAdministratorException>(() => SwitchAsync(AccountKinds.Disable, "ada"));
        await Assert.ThrowsAsync<LastAdministratorException>(() => SetRoleAsync("ada", Roles.Administrator, "world:crypto"));

        // Without a password somebody cannot administer anything yet.
        await DoAsync(AccountKinds.Add, await Tickets.MakeAsync(AccountKinds.Add, "new", "new", _time), "new", Roles.Administrator);
        await Assert.ThrowsAsync<LastAdministratorException>(() => SwitchAsync(AccountKinds.Disable, "ada"));

        for (var round = 0; round < 10; round++)
        {
            if (await _kit.Accounts.FindAsync("bob", default) is null) await _kit.AddAsync("bob", Roles.Administrator);
            var results = await Task.WhenAll(TryAsync(() => SetRoleAsync("ada", Roles.Operator)), TryAsync(() => SwitchAsync(AccountKinds.Disable, "bob")));
            Assert.Single(results, done => done);
            var accounts = await _kit.Accounts.ListAsync(100, default);
            Assert.Single(accounts, AccountStore.CanAdminister);
            foreach (var (name, kind) in new[] { ("ada", AccountKinds.Role), ("bob", AccountKinds.Enable) })
            {
                if (AccountStore.CanAdminister(accounts.Single(account => account.UserName == name))) continue;
                if (kind == AccountKinds.Role) await SetRoleAsync(name, Roles.Administrator);
                else await SwitchAsync(kind, name);
            }
        }
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await DoAsync(AccountKinds.Add, await Tickets.MakeAsync(AccountKinds.Add, "bob", "bob", _time), "bob");
        var ticket = await Tickets.MakeAsync(AccountKinds.Add, "bob", "bob", _time);
        await Assert.ThrowsAsync<AccountRefusedException>(() => DoAsync(AccountKinds.Add, ticket, "bob"));
    }

    [Fact]
    public async Task A_change_is_refused_when_the_account_is_not_as_planned()
    {
        await _kit.AddAsync("bob");
        var seen = await _kit.Ports.FingerprintAsync(AccountKinds.Role, "bob", default);
        await SetRoleAsync("bob", Roles.Viewer);
        var ticket = await Tickets.MakeAsync(AccountKinds.Role, "bob", "bob", _time);
        await Assert.ThrowsAsync<AccountRefusedException>(() => _kit.Ports.SetRoleAsync(ticket, "bob", Roles.Administrator, [], By, seen, default));
        Assert.Equal(Roles.Viewer, (await _kit.Accounts.FindAsync("bob", default))!.Role);
    }

    [Fact]
    public async Task A_password_link_counts_once_for_a_day_and_ends_what_was_open()
    {
        var old = await _kit.PersonAsync("bob");
        var first = await LinkAsync("bob");
        var link = await LinkAsync("bob");
        Assert.NotNull(await UseAsync(first));
        Assert.NotNull(await UseAsync(link, "short"));
        Assert.Null(await UseAsync(link));
        Assert.False(_kit.Sessions.Stands(old.SessionId));
        Assert.Null((await _kit.TryAsync("bob", SecurityKit.Password)).Token);
        Assert.NotNull((await _kit.TryAsync("bob", "quite another phrase")).Token);
        Assert.NotNull(await UseAsync(link));

        var late = await LinkAsync("bob");
        _time.Advance(TimeSpan.FromHours(24));
        Assert.Contains("24 hours", await UseAsync(late), StringComparison.Ordinal);
        await _kit.Get<PasswordLinks>().SweepAsync(default);
        Assert.Equal(0, await _kit.Store.CountAsync("password-link", null, default));
        foreach (var kind in new[] { "account", "password-link", "account-change", "session" })
        {
            Assert.DoesNotContain(await _kit.Store.ListAsync(new DocumentQuery(kind), default), document => document.Body.Contains(link, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Two_who_use_one_link_at_once_do_not_both_set_the_password()
    {
        await _kit.AddAsync("bob");
        var link = await LinkAsync("bob");
        var problems = await Task.WhenAll(UseAsync(link, "quite another phrase"), UseAsync(link, "one more long phrase"));
        Assert.Single(problems, problem => problem is null);
    }

    [Fact]
    public async Task Who_made_or_changed_an_account_is_known_for_the_approval_rule()
    {
        IAccountHistory history = _kit.Accounts;
        var start = _time.GetUtcNow();
        var ticket = await Tickets.MakeAsync(AccountKinds.Add, "bob", "bob", _time);
        await _kit.Ports.AddAsync(ticket, new("bob", "Bob", Roles.Operator, []), new("local:eve", "local:ada"), null, default);
        Assert.Equal("made the account", (await history.ChangeByAsync("local:bob", "local:ada", start, default))!.What);
        Assert.NotNull(await history.ChangeByAsync("local:bob", "local:eve", start, default));
        Assert.Null(await history.ChangeByAsync("local:bob", "local:carol", start, default));
        Assert.Null(await history.ChangeByAsync("local:ada", "local:bob", start, default));
        _time.Advance(TimeSpan.FromHours(25));
        Assert.Null(await history.ChangeByAsync("local:bob", "local:ada", _time.GetUtcNow().AddHours(-24), default));

        // A link that its maker could have used counts from when it was used.
        var link = await LinkAsync("bob");
        _time.Advance(TimeSpan.FromHours(23));
        Assert.Null(await UseAsync(link));
        _time.Advance(TimeSpan.FromHours(2));
        Assert.NotNull(await history.ChangeByAsync("local:bob", "local:ada", _time.GetUtcNow().AddHours(-24), default));
    }

    [Fact]
    public async Task The_whole_rail_adds_an_account_and_shows_its_link_once_to_the_executor_alone()
    {
        var ada = await _kit.SignedInAsync("ada");
        var add = _kit.Get<IEnumerable<IOperation>>().Single(operation => operation.Kind.Name == AccountKinds.Add);
        await using var rail = new RailKit(_kit.Store, _time, _kit.Audit, operations: add);
        var wish = new PlanRequest(AccountKinds.Add, "Bob", JsonDocument.Parse("""{"name":"Bob","role":"operator","scopes":"world:crypto, tenant:acme"}""").RootElement, "new colleague");
        var plan = await rail.Plans.CreateAsync(ada, wish, default);
        Assert.Equal("New account bob: operator, in tenant:acme, world:crypto", plan.Content.Summary);
        Assert.Null(await _kit.Accounts.FindAsync("bob", default));
        plan = await rail.Plans.ConfirmAsync(ada, plan.Id, new(plan.Digest, "yes"), default);
        plan = await rail.Plans.ExecuteAsync(ada, plan.Id, default);
        Assert.Equal(PlanState.Executed, plan.State);
        Assert.Equal(["tenant:acme", "world:crypto"], (await _kit.Accounts.FindAsync("bob", default))!.Scopes);

        var secrets = _kit.Get<OneTimeSecrets>();
        Assert.Null(secrets.Take(ada with { SessionId = "another" }, plan.Id));
        var secret = secrets.Take(ada, plan.Id)!;
        Assert.Null(secrets.Take(ada, plan.Id));
        var token = secret.Path.Split('#')[1];
        Assert.DoesNotContain(_kit.Audit.Records, record => record.ToString().Contains(token, StringComparison.Ordinal));
        foreach (var kind in new[] { "plan", "plan-items", "job", "job-items" })
        {
            Assert.DoesNotContain(await _kit.Store.ListAsync(new DocumentQuery(kind), default), document => document.Body.Contains(token, StringComparison.Ordinal));
        }

        Assert.Null(await UseAsync(token));
        Assert.NotNull((await _kit.TryAsync("bob", "quite another phrase")).Token);
    }

    [Theory]
    [InlineData("", "operator", "", "target")]
    [InlineData("a b", "operator", "", "target")]
    [InlineData("ada", "operator", "", "target")]
    [InlineData("bob", "king", "", "parameter role")]
    [InlineData("bob", "operator", "planet:mars", "parameter scopes")]
    public async Task A_wish_that_is_wrong_is_refused_with_what_to_do(string target, string role, string scopes, string where)
    {
        var ada = await _kit.SignedInAsync("ada");
        var add = _kit.Get<IEnumerable<IOperation>>().Single(operation => operation.Kind.Name == AccountKinds.Add);
        var parameters = JsonSerializer.SerializeToElement(new { role, scopes });
        var refused = await Assert.ThrowsAsync<OperationRefusedException>(() => add.PlanAsync(new(target, parameters) { Caller = ada }, default));
        Assert.Equal(where, refused.Where);
        Assert.NotEmpty(refused.Advice);
    }

    private protected abstract Task<IDocumentStore> OpenAsync();

    private async Task<(string Target, string Other)> TargetAsync(string kind)
    {
        await _kit.AddAsync("bob");
        await _kit.AddAsync("carol");
        if (kind == AccountKinds.Enable) await _kit.Accounts.ChangeAsync("bob", account => account with { IsDisabled = true }, null, [], null, default);
        if (kind == AccountKinds.Add) return ("dave", "erin");
        if (kind is not (AccountKinds.RevokeKey or AccountKinds.EndSession)) return ("bob", "carol");
        var (bob, carol) = (await _kit.SignedInAsync("bob"), await _kit.SignedInAsync("carol"));
        if (kind == AccountKinds.EndSession) return (bob.SessionId, carol.SessionId);
        return ((await _kit.KeyAsync(bob)).Key.SessionId, (await _kit.KeyAsync(carol)).Key.SessionId);
    }

    private Task DoAsync(string kind, RailTicket ticket, string target, string role = Roles.Analyst) => kind switch
    {
        AccountKinds.Add => _kit.Ports.AddAsync(ticket, new(target, target, role, []), By, null, default),
        AccountKinds.Disable => _kit.Ports.SetDisabledAsync(ticket, target, true, By, null, default),
        AccountKinds.Enable => _kit.Ports.SetDisabledAsync(ticket, target, false, By, null, default),
        AccountKinds.Role => _kit.Ports.SetRoleAsync(ticket, target, role, [], By, null, default),
        AccountKinds.PasswordLink => _kit.Ports.MakePasswordLinkAsync(ticket, target, By, null, default),
        AccountKinds.RevokeKey => _kit.Ports.RevokeKeyAsync(ticket, target, By, null, default),
        _ => _kit.Ports.EndSessionAsync(ticket, target, null, default),
    };

    private async Task SetRoleAsync(string name, string role, params string[] scopes)
    {
        var ticket = await Tickets.MakeAsync(AccountKinds.Role, name, name, _time);
        await _kit.Ports.SetRoleAsync(ticket, name, role, scopes, By, null, default);
    }

    private async Task SwitchAsync(string kind, string name) => await DoAsync(kind, await Tickets.MakeAsync(kind, name, name, _time), name);

    private async Task<string> LinkAsync(string name) =>
        await _kit.Ports.MakePasswordLinkAsync(await Tickets.MakeAsync(AccountKinds.PasswordLink, name, name, _time), name, By, null, default);

    private Task<string?> UseAsync(string token, string password = "quite another phrase") => _kit.Get<PasswordLinks>().UseAsync(token, password, null, "c1", default);

    private static async Task<bool> TryAsync(Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (LastAdministratorException)
        {
            return false;
        }
    }

    /// <summary>All that a change could touch.</summary>
    private async Task<string> StateAsync()
    {
        var all = new List<StoredDocument>();
        foreach (var kind in new[] { "account", "account-roster", "account-change", "password-link", "api-key", "session" }) all.AddRange(await _kit.Store.ListAsync(new DocumentQuery(kind), default));
        return string.Join('\n', all.Select(document => $"{document.Kind} {document.Id} {document.Version} {document.Body}").Order(StringComparer.Ordinal));
    }
}
