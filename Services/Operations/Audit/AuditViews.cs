using System.Text.Json;
using Qmtl.Operations.Storage;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit;

/// <summary>Saved views as documents of the console's own store, one each.</summary>
internal sealed class AuditViews(IDocumentStore store, IAuditLog audit, IAuthorizer authorizer, TimeProvider time) : IAuditViews
{
    public const int MaxName = 60;
    public const int MaxFilter = 2_000;
    public const int MaxViews = 100;

    private const string Kind = "audit.view";
    private const string Target = "audit views";

    public async Task<IReadOnlyList<AuditView>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        await authorizer.RequireAsync(caller, Permissions.AuditRead, null, Target, cancellation);
        var documents = await store.ListAsync(new(Kind) { Labels = [Label(caller)], Limit = MaxViews }, cancellation);
        return [.. documents.Select(document => JsonSerializer.Deserialize<AuditView>(document.Body)!).OrderBy(view => view.Name, StringComparer.OrdinalIgnoreCase)];
    }

    public async Task SaveAsync(Caller caller, AuditView view, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(view);
        await authorizer.RequireAsync(caller, Permissions.AuditViewsChange, null, Target, cancellation);
        var kept = new AuditView(view.Name.Trim(), view.Filter.Trim());
        if (kept.Name.Length is 0 or > MaxName || kept.Name.Any(char.IsControl)) throw new OperationRefusedException($"A view's name has 1 to {MaxName} characters.", "name", "Choose another name.");
        if (kept.Filter.Length is 0 or > MaxFilter) throw new OperationRefusedException($"A view's filter has 1 to {MaxFilter} characters.", "filter", "Set a filter first.");
        if (await store.CountAsync(Kind, Label(caller), cancellation) >= MaxViews) throw new OperationRefusedException($"You keep {MaxViews} views already.", "name", "Remove one first.");
        await RecordAsync(caller, AuditPhase.Intent, "audit.view.save", kept, "intended", cancellation);
        bool isStored;
        do
        {
            var version = (await store.FindAsync(Kind, Id(caller, kept.Name), cancellation))?.Version ?? 0;
            isStored = await store.CommitAsync([new(Kind, Id(caller, kept.Name), version, JsonSerializer.Serialize(kept), [Label(caller)], kept.Name)], cancellation);
        }
        while (!isStored);
        await RecordAsync(caller, AuditPhase.Outcome, "audit.view.save", kept, "done", cancellation);
    }

    public async Task DeleteAsync(Caller caller, string name, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        await authorizer.RequireAsync(caller, Permissions.AuditViewsChange, null, Target, cancellation);
        if (await store.FindAsync(Kind, Id(caller, name), cancellation) is not { } found) return;
        var view = JsonSerializer.Deserialize<AuditView>(found.Body)!;
        await RecordAsync(caller, AuditPhase.Intent, "audit.view.delete", view, "intended", cancellation);
        var isGone = await store.CommitAsync([new(Kind, found.Id, found.Version, null, [])], cancellation);
        await RecordAsync(caller, AuditPhase.Outcome, "audit.view.delete", view, isGone ? "done" : "skipped", cancellation);
    }

    private static string Label(Caller caller) => "user:" + caller.UserId;

    private static string Id(Caller caller, string name) => $"{caller.UserId}/{name}";

    private Task RecordAsync(Caller caller, AuditPhase phase, string action, AuditView view, string outcome, CancellationToken cancellation) => audit.AppendAsync(
        [
            AuditRecord.Of(caller, time.GetUtcNow(), phase, action, view.Name, outcome) with
            {
                Permission = Permissions.AuditViewsChange,
                Parameters = JsonSerializer.Serialize(new Dictionary<string, string> { ["filter"] = view.Filter }),
            },
        ],
        cancellation);
}
