using System.Text.Json;

namespace Qmtl.Shared.Rail;

/// <summary>
/// A change to a system as the rail sees it. Later services plug their operations in; the engine plans, reviews, confirms, approves,
/// executes and records them.
/// </summary>
public interface IOperation
{
    /// <summary>Stable kind, <c>area.verb</c>, for instance <c>sentinel.weight</c>. Policies are configured per kind.</summary>
    string Kind { get; }

    /// <summary>The permission that planning and executing need. One of <see cref="Permissions"/>.</summary>
    string Permission { get; }

    /// <summary>Works out exactly what would change. Changes nothing.</summary>
    Task<OperationPlan> PlanAsync(OperationRequest request, CancellationToken cancellation);

    /// <summary>Carries out the items that the ticket covers. Each port method that changes a system checks the ticket again.</summary>
    Task<OperationResult> ExecuteAsync(OperationPlan plan, RailTicket ticket, CancellationToken cancellation);
}

/// <summary>What somebody asks for.</summary>
/// <param name="Target">What it is about, for instance a sentinel id.</param>
/// <param name="Parameters">Operation-specific parameters.</param>
public sealed record OperationRequest(string Target, JsonElement Parameters);

/// <summary>What would happen, exactly.</summary>
public sealed record OperationPlan
{
    public required string Kind { get; init; }

    public required string Target { get; init; }

    /// <summary>Every item that would change, in order of execution.</summary>
    public required IReadOnlyList<PlanItem> Items { get; init; }

    /// <summary>What must still hold at execution, in words with the state it was checked against.</summary>
    public IReadOnlyList<string> Preconditions { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Fingerprint of the state that the items depend on; execution refuses when it differs.</summary>
    public required string Fingerprint { get; init; }
}

/// <summary>One item of a plan.</summary>
/// <param name="Id">Id of the thing that changes.</param>
/// <param name="Before">Its state now, for people; null when it does not exist.</param>
/// <param name="After">Its state afterwards; null when it is removed.</param>
public sealed record PlanItem(string Id, string? Before, string? After);

/// <summary>How an item ended.</summary>
public enum ItemOutcome
{
    Done,
    Failed,
    Skipped,
}

public sealed record ItemResult(string Id, ItemOutcome Outcome, string Reason);

public sealed record OperationResult(IReadOnlyList<ItemResult> Items);

/// <summary>
/// Proof that the rail allowed a change: of which kind, on which target, for which items, until when. Only the rail's engine can make one.
/// </summary>
public sealed class RailTicket
{
    private readonly IReadOnlySet<string> _items;

    internal RailTicket(string operationId, string kind, string target, IReadOnlySet<string> items, DateTimeOffset expires)
    {
        OperationId = operationId;
        Kind = kind;
        Target = target;
        _items = items;
        Expires = expires;
    }

    /// <summary>Joins the audit records of one operation.</summary>
    public string OperationId { get; }

    public string Kind { get; }

    public string Target { get; }

    public DateTimeOffset Expires { get; }

    /// <summary>Throws unless this ticket covers the change. Ports ask this before they do anything.</summary>
    /// <exception cref="RailTicketRefusedException">Another kind, target or item, or expired.</exception>
    public void Require(string kind, string target, string item, DateTimeOffset now)
    {
        if (now >= Expires)
        {
            throw new RailTicketRefusedException($"The ticket of operation {OperationId} expired at {Expires:u}. Plan again.");
        }

        if (kind != Kind || target != Target || !_items.Contains(item))
        {
            throw new RailTicketRefusedException(
                $"The ticket of operation {OperationId} covers {Kind} on {Target}, not {kind} of {item} on {target}.");
        }
    }
}

/// <summary>A change was asked for that its ticket does not cover. Nothing happened.</summary>
public sealed class RailTicketRefusedException(string message) : Exception(message);

/// <summary>Says whether the current user may do something. Asked by services, never by pages.</summary>
public interface IAuthorizer
{
    /// <summary>Throws unless the permission is granted in the scope.</summary>
    /// <param name="permission">One of <see cref="Permissions"/>.</param>
    /// <param name="scope">World, tenant or queue; null asks for the unscoped permission.</param>
    /// <exception cref="PermissionDeniedException">Not granted.</exception>
    ValueTask RequireAsync(string permission, string? scope, CancellationToken cancellation);
}

/// <summary>The user may not do this. Nothing happened.</summary>
public sealed class PermissionDeniedException(string permission, string? scope)
    : Exception($"Permission {permission}{(scope is null ? "" : $" in {scope}")} is needed. An administrator can grant it on the Access page.")
{
    public string Permission { get; } = permission;

    public string? Scope { get; } = scope;
}

/// <summary>The record of what was asked, allowed, denied and done.</summary>
public interface IAuditLog
{
    /// <summary>Appends one record and returns when it is stored. Written before the action it tells of.</summary>
    Task AppendAsync(AuditRecord record, CancellationToken cancellation);
}

/// <summary>One audit record; several of one operation share its id.</summary>
public sealed record AuditRecord(
    DateTimeOffset At,
    string Actor,
    string Action,
    string Target,
    string OperationId,
    string Outcome,
    string? Reason,
    string? Detail);
