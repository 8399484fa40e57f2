using System.Text.Json;
using Qmtl.Gateway;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Families;

/// <summary>Gives a submission whose meta names no family one of the console's own, or takes it away.</summary>
public sealed class FamilyOperation(FamilyGroups groups, IServiceProvider services) : IOperation
{
    /// <summary>Name of the one parameter; empty or missing takes the family away.</summary>
    public const string Family = "family";

    public static OperationKind TheKind { get; } = new()
    {
        Name = FamilyGroups.OperationKind,
        Title = "Group a strategy into a family",
        Summary = "Gives a submission whose meta names no family one in this console, or takes it away. QMTL never sees it.",
        Permission = Permissions.FamiliesChange,
        Danger = OperationDanger.Harmless,
        Repeat = OperationRepeat.KeyedIdempotent,
        TargetWord = "strategy",
        Parameters = [new(Family, $"Name of the family, at most {FamilyGroups.MaxName} characters; empty takes it away.")],
    };

    public OperationKind Kind => TheKind;

    /// <summary>The parameters that give this name.</summary>
    public static JsonElement Parameters(string? name) => JsonSerializer.SerializeToElement(new Dictionary<string, string> { [Family] = name?.Trim() ?? "" });

    public async Task<OperationPlan> PlanAsync(OperationRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var name = Wanted(request.Parameters);
        if (FamilyGroups.Problem(name) is { } problem) throw new OperationRefusedException(problem, Family, "Choose another name.");
        if (services.GetService<IStrategyCatalogue>() is { } catalogue)
        {
            var strategy = await catalogue.FindAsync(request.Target, cancellation) ?? throw new OperationRefusedException($"There is no strategy {request.Target}.", "target", "Name the id of a strategy.");
            if (strategy is { Family: { } family, FamilyIsGrouped: false }) throw new OperationRefusedException($"The submission's own meta names the family {family}.", "target", "Only submissions without one are grouped here.");
        }

        var before = await groups.OfAsync(request.Target, cancellation);
        if ((before ?? "") == name) throw new OperationRefusedException(name.Length == 0 ? "It is in no family." : $"It is in the family {name} already.", Family, "Nothing is needed.");
        return new()
        {
            Kind = Kind.Name,
            Target = request.Target,
            Parameters = Parameters(name),
            Summary = $"Family: {before ?? "(none)"} → {(name.Length == 0 ? "(none)" : name)}",
            Items = [new(request.Target, before, name.Length == 0 ? null : name)],
            Preconditions = [$"Its family here is still {before ?? "(none)"}"],
            Fingerprint = Fingerprint(before),
        };
    }

    public async Task<string> FingerprintAsync(OperationPlan plan, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Fingerprint(await groups.OfAsync(plan.Target, cancellation));
    }

    public async Task ExecuteAsync(OperationBatch batch, RailTicket ticket, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        foreach (var item in batch.Items)
        {
            if (!await batch.BeginItemAsync(item, cancellation)) return;
            ItemResult result;
            try
            {
                await groups.AssignAsync(item.Id, item.After, ticket, cancellation);
                result = new(item.Id, ItemOutcome.Done);
            }
            catch (Exception problem) when (problem is ArgumentException or InvalidOperationException)
            {
                // Each of these leaves the families as they were.
                result = new(item.Id, ItemOutcome.Failed, problem.Message);
            }

            await batch.EndItemAsync(result, cancellation);
        }
    }

    public async Task<ItemOutcome?> ReadOutcomeAsync(OperationPlan plan, PlanItem item, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(item);
        var now = await groups.OfAsync(item.Id, cancellation);
        return now == item.After ? ItemOutcome.Done : now == item.Before ? ItemOutcome.Failed : null;
    }

    public OperationRequest? Undo(OperationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new(plan.Target, Parameters(plan.Items[0].Before));
    }

    private static string Wanted(JsonElement parameters)
    {
        if (!parameters.TryGetProperty(Family, out var given) || given.ValueKind == JsonValueKind.Null) return "";
        return given.ValueKind == JsonValueKind.String
            ? given.GetString()!.Trim()
            : throw new OperationRefusedException("The family is not a text.", Family, "Send a text.");
    }

    private static string Fingerprint(string? family) => family is null ? "none" : "is " + family;
}
