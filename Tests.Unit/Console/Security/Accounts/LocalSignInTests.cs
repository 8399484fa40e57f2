using Qmtl.Console.Security.Accounts;
using Qmtl.Operations.Storage.InMemory;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Operations;
using Qmtl.Tests.Unit.Services;

namespace Qmtl.Tests.Unit.Console.Security.Accounts;

public sealed class LocalSignInTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly SecurityKit _kit;

    public LocalSignInTests() => _kit = new(new InMemoryDocumentStore(_time), _time);

    public ValueTask DisposeAsync() => _kit.DisposeAsync();

    [Fact]
    public async Task Name_and_password_sign_in_and_are_recorded()
    {
        await _kit.AddAsync("alice");
        Assert.NotNull((await _kit.TryAsync(" Alice ", SecurityKit.Password)).Token);
        var record = Assert.Single(_kit.Audit.Records);
        Assert.Equal(("session.sign-in", "local:alice", "done", "192.0.2.1"), (record.Action, record.Actor, record.Outcome, record.Address));
    }

    [Theory]
    [InlineData("nobody", "wrong wrong wrong")]
    [InlineData("alice", "wrong wrong wrong")]
    [InlineData("fresh", "wrong wrong wrong")]
    [InlineData("gone", "wrong wrong wrong")]
    [InlineData("", "")]
    [InlineData("no such name!", "wrong wrong wrong")]
    public async Task Who_has_no_account_costs_and_hears_the_same_as_who_mistypes(string user, string password)
    {
        await _kit.AddAsync("alice");
        await _kit.Accounts.AddAsync(new Account { UserName = "fresh", Name = "Fresh", Role = Roles.Viewer, CreatedAt = _time.GetUtcNow(), CreatedBy = "local:alice" }, false, [], [], default);
        await _kit.AddAsync("gone");
        await _kit.Accounts.ChangeAsync("gone", account => account with { IsDisabled = true }, null, [], null, default);
        _kit.Get<PasswordWork>().Prepare();
        var before = _kit.Hasher.Count;
        var outcome = await _kit.TryAsync(user, password);
        Assert.Equal((null, "User name and password do not fit together.", null), (outcome.Token, outcome.Problem, outcome.RetryAfter));
        Assert.Equal(1, _kit.Hasher.Count - before);
        Assert.Equal("session.sign-in.failed", Assert.Single(_kit.Audit.Records).Action);
    }

    [Fact]
    public async Task What_was_typed_as_a_name_is_recorded_only_when_it_is_one()
    {
        await _kit.TryAsync("my-secret-password", "x");
        Assert.DoesNotContain("my-secret-password", Assert.Single(_kit.Audit.Records).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_account_is_named_only_to_who_knows_its_password()
    {
        await _kit.AddAsync("root", Roles.Administrator);
        await _kit.AddAsync("alice");
        await _kit.Accounts.ChangeAsync("alice", account => account with { IsDisabled = true }, null, [], null, default);
        var outcome = await _kit.TryAsync("alice", SecurityKit.Password);
        Assert.Null(outcome.Token);
        Assert.Contains("disabled", outcome.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_wait_grows_and_is_told_and_whoever_waits_is_heard()
    {
        await _kit.AddAsync("alice");
        var waits = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            var outcome = await _kit.TryAsync("alice", "wrong wrong wrong");
            if (outcome.RetryAfter is not { } wait) continue;
            waits.Add(wait.TotalSeconds);
            Assert.Contains($"Try again in {wait.TotalSeconds:0} s.", outcome.Problem, StringComparison.Ordinal);
            var hashes = _kit.Hasher.Count;
            await _kit.TryAsync("alice", SecurityKit.Password);
            Assert.Equal(hashes, _kit.Hasher.Count);
            _time.Advance(wait);
        }

        Assert.Equal(waits.Order(), waits);
        Assert.True(waits.Count >= 4 && waits[^1] > waits[0], string.Join(", ", waits));
        Assert.NotNull((await _kit.TryAsync("alice", SecurityKit.Password)).Token);
        Assert.Null((await _kit.TryAsync("alice", "wrong wrong wrong")).RetryAfter);
    }

    [Fact]
    public async Task Nobody_is_locked_out_by_what_others_do_at_the_account()
    {
        await _kit.AddAsync("alice");
        for (var i = 0; i < 300; i++)
        {
            await _kit.TryAsync("alice", "wrong wrong wrong", $"198.51.100.{i % 200}");
            if (i % 40 == 39) _time.Advance(TimeSpan.FromSeconds(20));
        }

        var first = await _kit.TryAsync("alice", SecurityKit.Password, "203.0.113.7");
        Assert.InRange(first.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));

        // Others go on; the time that was told does not move.
        for (var i = 0; i < 100; i++) await _kit.TryAsync("alice", "wrong wrong wrong", $"198.51.101.{i}");
        _time.Advance(first.RetryAfter.Value);
        for (var i = 0; i < 100; i++) await _kit.TryAsync("alice", "wrong wrong wrong", $"198.51.102.{i}");
        Assert.NotNull((await _kit.TryAsync("alice", SecurityKit.Password, "203.0.113.7")).Token);
    }

    [Fact]
    public async Task A_client_that_tries_many_accounts_waits_too()
    {
        for (var i = 0; i < 20; i++) await _kit.TryAsync($"user{i}", "wrong wrong wrong");
        Assert.NotNull((await _kit.TryAsync("another", "wrong wrong wrong")).RetryAfter);
        Assert.Null((await _kit.TryAsync("another", "wrong wrong wrong", "203.0.113.7")).RetryAfter);
    }

    [Theory]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")]
    public void One_client_is_one_client(string one, string other) => Assert.Equal(SignInBackOff.ClientOf(one), SignInBackOff.ClientOf(other));

    [Fact]
    public async Task At_most_two_passwords_are_hashed_at_once_and_a_bounded_number_waits()
    {
        using var gate = new ManualResetEventSlim();
        var (inside, most) = (0, 0);
        var hasher = new CountingHasher
        {
            During = () =>
            {
                var now = Interlocked.Increment(ref inside);
                InterlockedMax(ref most, now);
                gate.Wait(TimeSpan.FromSeconds(30));
                Interlocked.Decrement(ref inside);
            },
        };
        using var work = new PasswordWork(hasher);
        var running = Enumerable.Range(0, PasswordWork.AtOnce + PasswordWork.Waiting).Select(_ => work.VerifyAsync("x", "y", default)).ToArray();
        await Assert.ThrowsAsync<PasswordWorkBusyException>(() => work.VerifyAsync("x", "y", default));
        gate.Set();
        await Task.WhenAll(running);
        Assert.Equal(PasswordWork.AtOnce + PasswordWork.Waiting, hasher.Count);
        Assert.InRange(most, 1, PasswordWork.AtOnce);
        Assert.False(await work.VerifyAsync("x", "y", default));
    }

    [Fact]
    public void A_hash_has_its_own_salt_and_600000_rounds_and_fits_its_password_alone()
    {
        var hasher = new PasswordHasher();
        var (one, other) = (hasher.Hash("a long enough phrase"), hasher.Hash("a long enough phrase"));
        Assert.NotEqual(one, other);
        Assert.StartsWith("pbkdf2-sha256$600000$", one, StringComparison.Ordinal);
        Assert.True(hasher.Verify("a long enough phrase", one));
        Assert.False(hasher.Verify("a long enough phrasf", one));
        Assert.Throws<FormatException>(() => hasher.Verify("x", one.Replace("600000", "1000", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("short", "at least 12")]
    [InlineData("alice.example.org", "user name")]
    [InlineData("Password1234", "everybody tries")]
    [InlineData("abababababab", "few characters")]
    [InlineData("", "at least 12")]
    [InlineData("correct staple of horses", null)]
    public void Passwords_are_long_and_not_everybodys(string password, string? problem)
    {
        var found = PasswordRules.Problem(password, "alice.example.org");
        if (problem is null) Assert.Null(found);
        else Assert.Contains(problem, found, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_long_a_password_is_refused() => Assert.NotNull(PasswordRules.Problem(string.Concat(Enumerable.Range(0, 1_025).Select(i => (char)('a' + (i % 26)))), "alice"));

    private static void InterlockedMax(ref int place, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref place)) < value && Interlocked.CompareExchange(ref place, value, seen) != seen)
        {
        }
    }
}
