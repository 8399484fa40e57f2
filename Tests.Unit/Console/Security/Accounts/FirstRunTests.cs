using Qmtl.Console.Security.Accounts;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Operations;
using Qmtl.Tests.Unit.Services;

namespace Qmtl.Tests.Unit.Console.Security.Accounts;

public sealed class FirstRunTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ManualTime _time = new();
    private readonly SecurityKit _kit;

    public FirstRunTests() => _kit = new(new InMemoryDocumentStore(_time), _time);

    public ValueTask DisposeAsync() => _kit.DisposeAsync();

    [Fact]
    public async Task The_token_counts_for_30_minutes_and_a_restart_prints_another()
    {
        var token = await _kit.Get<FirstRun>().MakeTokenAsync(default);
        _time.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromSeconds(1));
        Assert.Equal(FirstRunState.Waiting, await _kit.Get<FirstRun>().StateAsync(default));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(FirstRunState.Expired, await _kit.Get<FirstRun>().StateAsync(default));
        Assert.Contains("expired", await SetUpAsync(_kit, token, "ada"), StringComparison.Ordinal);
        Assert.True(await _kit.Accounts.IsEmptyAsync(default));
        Assert.Equal(("account.set-up.failed", AuditPhase.Denied), Assert.Single(_kit.Audit.Records.Select(record => (record.Action, record.Phase))));

        var another = await _kit.Get<FirstRun>().MakeTokenAsync(default);
        Assert.Equal(1, await _kit.Store.CountAsync("setup-token", null, default));
        _time.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromSeconds(1));
        Assert.Null(await SetUpAsync(_kit, another, "ada"));
        Assert.Equal(FirstRunState.Done, await _kit.Get<FirstRun>().StateAsync(default));
        Assert.Null(await _kit.Get<FirstRun>().MakeTokenAsync(default));
    }

    /// <summary>On one console with one token, and on two with a token each.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_two_set_ups_at_once_one_wins(bool sameToken)
    {
        await using var other = new SecurityKit(_kit.Store, _time);
        var one = await _kit.Get<FirstRun>().MakeTokenAsync(default);
        var two = sameToken ? one : await other.Get<FirstRun>().MakeTokenAsync(default);
        Assert.NotNull(two);

        // Both are past every check of theirs before either writes.
        using var both = new Barrier(2);
        var met = 0;
        _kit.Hasher.During = other.Hasher.During = () => Interlocked.Add(ref met, both.SignalAndWait(Patience) ? 1 : 0);
        var problems = await Task.WhenAll(Task.Run(() => SetUpAsync(_kit, one, "ada")), Task.Run(() => SetUpAsync(other, two, "bob")));
        Assert.Equal(2, met);
        Assert.Contains("Somebody else was faster", Assert.Single(problems, problem => problem is not null), StringComparison.Ordinal);
        var account = Assert.Single(await _kit.Accounts.ListAsync(10, default));
        Assert.Equal(problems[0] is null ? "ada" : "bob", account.UserName);
        Assert.NotNull(await SetUpAsync(_kit, two, "carol"));
        Assert.Single(await _kit.Accounts.ListAsync(10, default));
    }

    private static async Task<string?> SetUpAsync(SecurityKit kit, string? token, string user) =>
        (await kit.Get<FirstRun>().SetUpAsync(token, user, user, SecurityKit.Password, "192.0.2.1", "c1", default))?.Problem;
}
