using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Qmtl.Operations;
using Qmtl.Operations.Audit;
using Qmtl.Operations.Jobs;
using Qmtl.Operations.Plans;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Operations;

/// <summary>The real engine over a store: one console. Two kits over one store are two consoles.</summary>
internal sealed class RailKit : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public RailKit(IDocumentStore store, TimeProvider time, TestAudit? audit = null, IReadOnlyDictionary<string, string?>? settings = null, Action<OperationsOptions>? configure = null, Action<IServiceCollection>? add = null, params IOperation[] operations)
    {
        Store = store;
        Audit = audit ?? new();
        var services = new ServiceCollection();
        services.AddSingleton(time);
        services.AddSingleton(store);
        services.AddSingleton<IAuthorizer>(Authorizer);
        services.AddSingleton<IAuditLog>(Audit);
        services.AddSingleton<IAuditSpool>(Audit.Spool);
        services.AddSingleton<IAccountHistory>(Accounts);
        foreach (var operation in operations) services.AddSingleton(operation);
        if (configure is not null) services.Configure(configure);
        add?.Invoke(services);
        services.AddOperations(new ConfigurationBuilder().AddInMemoryCollection(settings ?? new Dictionary<string, string?>()).Build());
        // A test may stand in for one of the engine's own operations: it then has none of them, for each kind is known once.
        if (operations.Any(operation => operation.Kind.Name.StartsWith("console.", StringComparison.Ordinal)))
        {
            foreach (var own in services.Where(known => known.ServiceType == typeof(IOperation) && known.ImplementationInstance is null).ToArray()) services.Remove(own);
        }

        _services = services.BuildServiceProvider();
        Plans = _services.GetRequiredService<IPlans>();
        Jobs = _services.GetRequiredService<IJobs>();
        Watch = _services.GetRequiredService<RailWatch>();
    }

    public IDocumentStore Store { get; }

    public TestAudit Audit { get; }

    public TestAuthorizer Authorizer { get; } = new();

    public TestAccounts Accounts { get; } = new();

    public IPlans Plans { get; }

    public IJobs Jobs { get; }

    public RailWatch Watch { get; }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task<Plan> PlanAsync(Caller by, string kind = "test.change", string target = "thing", string reason = "because") =>
        Plans.CreateAsync(by, new(kind, target, default, reason), default);

    /// <summary>Planned and confirmed; ready when its policy asks for nobody else.</summary>
    public async Task<Plan> ConfirmedAsync(Caller by, string kind = "test.change", string target = "thing")
    {
        var plan = await PlanAsync(by, kind, target);
        return await Plans.ConfirmAsync(by, plan.Id, new(plan.Digest, "sure", target), default);
    }

    public Task StopAsync() => Get<JobHost>().StopAsync(default);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

/// <summary>Persons and programs.</summary>
internal static class Somebody
{
    public static readonly Caller Alice = Person("alice");
    public static readonly Caller Bob = Person("bob");
    public static readonly Caller Carol = Person("carol");

    public static Caller Person(string name) => new() { UserId = "local:" + name, Name = name, Kind = CallerKind.Person, SessionId = "s-" + name, Address = "192.0.2.1" };

    public static Caller KeyOf(Caller owner, params string[] named) => owner with { Kind = CallerKind.ApiKey, SessionId = "k-" + owner.Name, NamedPermissions = named };
}

/// <summary>Grants everything but what is denied, and remembers what it was asked.</summary>
internal sealed class TestAuthorizer : IAuthorizer
{
    public Func<Caller, string, string?, bool> Allows { get; set; } = (_, _, _) => true;

    /// <summary>As <see cref="Allows"/>, where the read-only switch is not asked; null: the same.</summary>
    public Func<Caller, string, string?, bool>? AllowsEmergency { get; set; }

    public ConcurrentQueue<(string User, string Permission, string? Scope)> Asked { get; } = new();

    public AccessDecision Decide(Caller caller, string permission, string? scope = null)
    {
        Asked.Enqueue((caller.UserId, permission, scope));
        return Allows(caller, permission, scope) ? AccessDecision.Yes : AccessDecision.No($"no {permission}");
    }

    public AccessDecision DecideEmergency(Caller caller, string permission, string? scope = null)
    {
        if (AllowsEmergency is null) return Decide(caller, permission, scope);
        Asked.Enqueue((caller.UserId, permission, scope));
        return AllowsEmergency(caller, permission, scope) ? AccessDecision.Yes : AccessDecision.No($"no {permission}");
    }

    public ValueTask RequireEmergencyAsync(Caller caller, string permission, string? scope, string target, CancellationToken cancellation) =>
        DecideEmergency(caller, permission, scope) is { Allowed: false } no ? throw new PermissionDeniedException(permission, scope, no.Reason) : ValueTask.CompletedTask;

    public IReadOnlySet<string>? ScopesOf(Caller caller, string permission) => Decide(caller, permission).Allowed ? null : new HashSet<string>();

    public ValueTask RequireAsync(Caller caller, string permission, string? scope, string target, CancellationToken cancellation) =>
        Decide(caller, permission, scope) is { Allowed: false } no ? throw new PermissionDeniedException(permission, scope, no.Reason) : ValueTask.CompletedTask;
}

/// <summary>Who changed whose account.</summary>
internal sealed class TestAccounts : IAccountHistory
{
    public List<(string User, string By, DateTimeOffset At, string What)> Changes { get; } = [];

    public ValueTask<AccountChange?> ChangeByAsync(string userId, string changedBy, DateTimeOffset since, CancellationToken cancellation)
    {
        var newest = Changes.Where(change => change.User == userId && change.By == changedBy && change.At >= since).OrderByDescending(change => change.At).FirstOrDefault();
        return ValueTask.FromResult(newest.User is null ? null : new AccountChange(newest.At, newest.What));
    }
}

/// <summary>Remembers records, and can fail.</summary>
internal sealed class TestAudit : IAuditLog
{
    private readonly ConcurrentQueue<AuditRecord> _records = new();

    public TestSpool Spool { get; } = new();

    /// <summary>Whether an append is refused.</summary>
    public Func<IReadOnlyList<AuditRecord>, bool> Fails { get; set; } = _ => false;

    public IReadOnlyList<AuditRecord> Records => [.. _records];

    /// <summary>Sizes of the appends.</summary>
    public ConcurrentQueue<int> Appends { get; } = new();

    public Task AppendAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellation)
    {
        if (Fails(records)) throw new AuditUnavailableException("the disk is full");
        Appends.Enqueue(records.Count);
        foreach (var record in records) _records.Enqueue(record);
        return Task.CompletedTask;
    }

    public IEnumerable<AuditRecord> Of(AuditPhase phase, string action) => Records.Where(record => record.Phase == phase && record.Action == action);

    internal sealed class TestSpool : IAuditSpool
    {
        private readonly ConcurrentQueue<AuditRecord> _records = new();

        public IReadOnlyList<AuditRecord> Records => [.. _records];

        public long Count => _records.Count;

        public Task AppendAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellation)
        {
            foreach (var record in records) _records.Enqueue(record);
            return Task.CompletedTask;
        }
    }
}

/// <summary>An operation whose world is what the test says, and which remembers what it touched.</summary>
internal sealed class TestOperation : IOperation
{
    private static readonly JsonElement NoParameters = JsonDocument.Parse("{}").RootElement.Clone();

    public OperationKind Kind { get; init; } = KindOf("test.change");

    public IReadOnlyList<string> Items { get; set; } = ["one"];

    public IReadOnlyList<PlanStep> Steps { get; set; } = [];

    public double? ItemsPerSecond { get; set; }

    public string? Scope { get; set; }

    public bool IsGrave { get; set; }

    /// <summary>What the items depend on.</summary>
    public string World { get; set; } = "as planned";

    /// <summary>What the target says of an item that was started; null: it cannot tell.</summary>
    public Func<string, ItemOutcome?> Reads { get; set; } = _ => null;

    /// <summary>Called between begin and end of an item.</summary>
    public Func<string, Task> During { get; set; } = _ => Task.CompletedTask;

    public Func<string, ItemResult> Result { get; set; } = id => new(id, ItemOutcome.Done);

    /// <summary>Replaces the carrying out.</summary>
    public Func<OperationBatch, RailTicket, Task>? Instead { get; set; }

    public ConcurrentQueue<string> Touched { get; } = new();

    public ConcurrentQueue<RailTicket> Tickets { get; } = new();

    public ConcurrentQueue<(int Items, string? Expected)> Batches { get; } = new();

    public ConcurrentQueue<string> Read { get; } = new();

    public static OperationKind KindOf(string name, OperationDanger danger = OperationDanger.Ordinary, OperationRepeat repeat = OperationRepeat.KeyedIdempotent, string permission = Permissions.WorldApply) => new()
    {
        Name = name,
        Title = "Change a thing",
        Summary = "Changes things.",
        Permission = permission,
        Danger = danger,
        Repeat = repeat,
        TargetWord = "thing",
        Parameters = [new("note", "A note."), new("code", "A secret.", Secret: true)],
    };

    public Task<OperationPlan> PlanAsync(OperationRequest request, CancellationToken cancellation) => Task.FromResult(new OperationPlan
    {
        Kind = Kind.Name,
        Target = request.Target,
        Parameters = request.Parameters,
        Summary = $"Changes {Items.Count} things",
        Scope = Scope,
        Items = [.. Items.Select(id => new PlanItem(id, "old", "new"))],
        Steps = Steps,
        ItemsPerSecond = ItemsPerSecond,
        Fingerprint = World,
        IsGrave = IsGrave,
    });

    public Task<string> FingerprintAsync(OperationPlan plan, CancellationToken cancellation) => Task.FromResult(World);

    public async Task ExecuteAsync(OperationBatch batch, RailTicket ticket, CancellationToken cancellation)
    {
        Batches.Enqueue((batch.Items.Count, batch.ExpectedFingerprint));
        Tickets.Enqueue(ticket);
        if (Instead is not null)
        {
            await Instead(batch, ticket);
            return;
        }

        foreach (var item in batch.Items)
        {
            if (!await batch.BeginItemAsync(item, cancellation)) return;
            Touched.Enqueue(item.Id);
            await During(item.Id);
            await batch.EndItemAsync(Result(item.Id), cancellation);
        }
    }

    public Task<ItemOutcome?> ReadOutcomeAsync(OperationPlan plan, PlanItem item, CancellationToken cancellation)
    {
        Read.Enqueue(item.Id);
        return Task.FromResult(Reads(item.Id));
    }

    public OperationRequest? Undo(OperationPlan plan) => new(plan.Target, NoParameters);
}
