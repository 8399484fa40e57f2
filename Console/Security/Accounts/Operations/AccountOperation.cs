using System.Text.Json;
using System.Text.Json.Nodes;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Accounts.Operations;

/// <summary>What the operations on accounts have in common: one target, which is their one item, compared and changed in one commit.</summary>
internal abstract class AccountOperation(IAccounts accounts) : IOperation
{
    /// <summary>Who asked for the plan, in its parameters: an account that they made or changed does not approve for them.</summary>
    private const string PlannedBy = "planned_by";

    public abstract OperationKind Kind { get; }

    protected IAccounts Accounts { get; } = accounts;

    /// <summary>Whether it concerns accounts, which are kept elsewhere in some modes; not keys and sessions.</summary>
    protected virtual bool NeedsAccounts => true;

    public async Task<OperationPlan> PlanAsync(OperationRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (NeedsAccounts && !Accounts.AreKeptHere) throw new OperationRefusedException(Accounts.Where, "kind", "Change accounts where they are kept.");
        if (request.Caller is not { } caller) throw new OperationRefusedException("It is not known who asks.", "caller", "Sign in.");
        var target = NeedsAccounts ? AccountNames.Normal(request.Target) ?? throw new OperationRefusedException($"\"{request.Target}\" cannot be a user name.", "target", AccountNames.Rule) : request.Target;
        var change = await ChangeAsync(caller, target, request.Parameters, cancellation);
        return new()
        {
            Kind = Kind.Name,
            Target = target,
            Parameters = With(change.Parameters, PlannedBy, caller.UserId),
            Summary = change.Summary,
            Items = [new(target, change.Before, change.After)],
            Preconditions = [change.Precondition],
            Warnings = change.Warnings,
            Fingerprint = await Accounts.FingerprintAsync(Kind.Name, target, cancellation),
        };
    }

    public Task<string> FingerprintAsync(OperationPlan plan, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Accounts.FingerprintAsync(Kind.Name, plan.Target, cancellation);
    }

    public async Task ExecuteAsync(OperationBatch batch, RailTicket ticket, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var item = batch.Items[0];
        if (!await batch.BeginItemAsync(item, cancellation)) return;
        try
        {
            var by = new AccountChangers(Text(batch.Plan.Parameters, PlannedBy) ?? batch.Caller.UserId, batch.Caller.UserId);
            await DoAsync(batch, ticket, by, cancellation);
            await batch.EndItemAsync(new(item.Id, ItemOutcome.Done), cancellation);
        }
        catch (Exception refused) when (refused is AccountRefusedException or LastAdministratorException)
        {
            await batch.EndItemAsync(new(item.Id, ItemOutcome.Failed, refused.Message), cancellation);
        }
    }

    public async Task<ItemOutcome?> ReadOutcomeAsync(OperationPlan plan, PlanItem item, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var now = await Accounts.FingerprintAsync(Kind.Name, plan.Target, cancellation);
        return now == plan.Fingerprint ? Unchanged : IsDone(plan, now);
    }

    public virtual OperationRequest? Undo(OperationPlan plan) => null;

    /// <summary>What the request would change; throws <see cref="OperationRefusedException"/> when it cannot.</summary>
    protected abstract Task<AccountPlan> ChangeAsync(Caller caller, string target, JsonElement parameters, CancellationToken cancellation);

    /// <summary>Changes it through <see cref="IAccounts"/>.</summary>
    protected abstract Task DoAsync(OperationBatch batch, RailTicket ticket, AccountChangers by, CancellationToken cancellation);

    /// <summary>What a target that is as before tells of a started item: it was not done, unless doing it leaves no trace there.</summary>
    protected virtual ItemOutcome? Unchanged => ItemOutcome.Failed;

    /// <summary>Whether a target that has changed shows that the item was done; null: it does not tell.</summary>
    protected virtual ItemOutcome? IsDone(OperationPlan plan, string now) => null;

    /// <summary>The account of a name.</summary>
    /// <exception cref="OperationRefusedException">There is none.</exception>
    protected async Task<AccountView> AccountAsync(Caller caller, string userName, CancellationToken cancellation) =>
        await Accounts.FindAsync(caller, Account.UserIdPrefix + userName, cancellation) is { UserName: not null } found
            ? found
            : throw new OperationRefusedException($"There is no account {userName}.", "target", "Look at the Access page for those there are.");

    /// <summary>A text parameter; null when it is missing or empty.</summary>
    protected static string? Text(JsonElement parameters, string name) =>
        parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text.Trim() : null;

    /// <summary>Scopes: a list, or a text with commas as the command line gives it.</summary>
    /// <exception cref="OperationRefusedException">They are wrong.</exception>
    protected static IReadOnlyList<string> ScopesOf(JsonElement parameters)
    {
        string[] scopes = [];
        if (parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty("scopes", out var value))
        {
            scopes = value.ValueKind switch
            {
                JsonValueKind.String => value.GetString()!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
                JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => [.. value.EnumerateArray().Select(item => item.GetString()!.Trim())],
                JsonValueKind.Null => [],
                _ => throw new OperationRefusedException("The scopes are neither a list nor a text.", "parameter scopes", "Write \"world:crypto, tenant:acme\" or a list of such texts."),
            };
        }

        scopes = [.. scopes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return AccountNames.ScopesProblem(scopes) is { } problem ? throw new OperationRefusedException(problem, "parameter scopes", "Leave them out for everywhere.") : scopes;
    }

    protected static string RoleOf(JsonElement parameters)
    {
        var role = Text(parameters, "role");
        return AccountNames.RoleProblem(role) is { } problem ? throw new OperationRefusedException(problem, "parameter role", "Choose one of these roles.") : role!;
    }

    protected static JsonElement Json(params (string Name, JsonNode? Value)[] members)
    {
        var json = new JsonObject();
        foreach (var (name, value) in members) json[name] = value;
        return JsonSerializer.SerializeToElement(json);
    }

    protected static string Words(string role, IReadOnlyList<string> scopes) => scopes.Count == 0 ? $"{role}, everywhere" : $"{role}, in {string.Join(", ", scopes)}";

    private static JsonElement With(JsonElement parameters, string name, string value)
    {
        var json = JsonNode.Parse(parameters.GetRawText())!.AsObject();
        json[name] = value;
        return JsonSerializer.SerializeToElement(json);
    }

    protected static OperationKind KindOf(string name, string title, string summary, OperationRepeat repeat, string word = "user name", params OperationParameter[] parameters) => new()
    {
        Name = name,
        Title = title,
        Summary = summary,
        Permission = Permissions.AccountsChange,
        Danger = OperationDanger.Ordinary,
        Repeat = repeat,
        TargetWord = word,
        Parameters = parameters,
    };
}

/// <summary>What an operation on an account would change.</summary>
internal sealed record AccountPlan(string Summary, JsonElement Parameters, string? Before, string? After, string Precondition)
{
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
