using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Qmtl.Console.Security;
using Qmtl.Console.Security.Accounts;
using Qmtl.Console.Security.Keys;
using Qmtl.Console.Security.Sessions;
using Qmtl.Console.Security.SignIn;
using Qmtl.Operations.Audit;
using Qmtl.Operations.ReadOnly;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Operations;

/// <summary>Sign-in and accounts of one console over a store. Two kits over one store are two consoles.</summary>
internal sealed class SecurityKit : IAsyncDisposable
{
    public const string Password = "a long enough phrase";
    private readonly ServiceProvider _services;

    public SecurityKit(IDocumentStore store, TimeProvider time, SignInMode mode = SignInMode.Local, SignInOptions? options = null)
    {
        Store = store;
        Time = time;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(time);
        services.AddSingleton(store);
        services.AddSingleton<IAuditLog>(Audit);
        services.AddSingleton<IAuditSpool>(Audit.Spool);
        services.AddSingleton<IReadOnlySwitch>(ReadOnly);
        services.AddSingleton<IPasswordHasher>(Hasher);
        services.AddAccountStore((options ?? new()) with { Mode = mode });
        services.AddSingleton<IApiKeyUse, ApiKeyUse>();
        services.AddSingleton<AuditAfterwards>();
        services.AddSingleton<IAuthorizer, ConsoleAuthorizer>();
        services.AddAccounts();
        _services = services.BuildServiceProvider();
    }

    public IDocumentStore Store { get; }

    public TimeProvider Time { get; }

    public TestAudit Audit { get; } = new();

    public TestReadOnly ReadOnly { get; } = new();

    public CountingHasher Hasher { get; } = new();

    public IAuthorizer Authorizer => Get<IAuthorizer>();

    public SessionRegistry Sessions => Get<SessionRegistry>();

    public AccountStore Accounts => Get<AccountStore>();

    public IAccounts Ports => Get<IAccounts>();

    public IOwnAccount Own => Get<IOwnAccount>();

    public LocalSignIn SignIn => Get<LocalSignIn>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Adds an account with <see cref="Password"/>.</summary>
    public async Task<Account> AddAsync(string name, string role = Roles.Operator, params string[] scopes)
    {
        var account = new Account { UserName = name, Name = name, Role = role, Scopes = scopes, PasswordHash = CountingHasher.Of(Password), CreatedAt = Time.GetUtcNow(), CreatedBy = "local:setup" };
        Assert.True(await Accounts.AddAsync(account, false, [], ["local:setup"], default));
        return (await Accounts.FindAsync(name, default))!;
    }

    public Task<SignInOutcome> TryAsync(string user, string password, string address = "192.0.2.1") => SignIn.SignInAsync(user, password, new(address, "Firefox on Linux", "c1"), default);

    /// <summary>Signs in and answers the caller.</summary>
    public async Task<Caller> SignedInAsync(string user, string address = "192.0.2.1")
    {
        var outcome = await TryAsync(user, Password, address);
        Assert.NotNull(outcome.Token);
        var session = (await Sessions.FindByTokenAsync(outcome.Token, default))!;
        return new() { UserId = session.UserId, Name = session.Name, Kind = CallerKind.Person, SessionId = session.Id, Address = address };
    }

    /// <summary>An account with a session.</summary>
    public async Task<Caller> PersonAsync(string name, string role = Roles.Operator, params string[] scopes)
    {
        await AddAsync(name, role, scopes);
        return await SignedInAsync(name);
    }

    /// <summary>A key of a signed-in person as a caller, and its token.</summary>
    public async Task<(Caller Key, string Token)> KeyAsync(Caller owner, string[]? permissions = null, string[]? scopes = null, int days = 30)
    {
        var (_, token) = await Own.MakeKeyAsync(owner, new("key", permissions ?? [], scopes ?? [], TimeSpan.FromDays(days)), default);
        var (key, why) = await Get<IApiKeyUse>().UseAsync(token, default);
        Assert.True(key is not null, why);
        return (new() { UserId = key.OwnerId, Name = key.OwnerName, Kind = CallerKind.ApiKey, SessionId = key.Id, NamedPermissions = key.Permissions }, token);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

/// <summary>Hashes at once, and counts.</summary>
internal sealed class CountingHasher : IPasswordHasher
{
    private int _count;

    /// <summary>Hashings and checks so far.</summary>
    public int Count => _count;

    /// <summary>Called within each.</summary>
    public Action During { get; set; } = () => { };

    public static string Of(string password) => "hash of " + password;

    public string Hash(string password)
    {
        Work();
        return Of(password);
    }

    public bool Verify(string password, string hash)
    {
        Work();
        return hash == Of(password);
    }

    private void Work()
    {
        Interlocked.Increment(ref _count);
        During();
    }
}

/// <summary>The read-only switch, as the test turns it.</summary>
internal sealed class TestReadOnly : IReadOnlySwitch
{
    public event Action? Changed;

    public bool IsOn { get; private set; }

    public string? By => IsOn ? "local:ada" : null;

    public string? ByName => IsOn ? "Ada" : null;

    public DateTimeOffset? Since => null;

    public string Reason => IsOn ? "incident" : "";

    public void Turn(bool on)
    {
        IsOn = on;
        Changed?.Invoke();
    }
}
