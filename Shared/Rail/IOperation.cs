using System.Text.Json;

namespace Qmtl.Shared.Rail;

/// <summary>
/// A change to a system as the rail sees it. Services plug their operations in; the engine plans, has confirmed and approved, executes and records
/// them, the same from page, HTTP API and command line.
/// </summary>
public interface IOperation
{
    OperationKind Kind { get; }

    /// <summary>Works out exactly what would change. Changes nothing.</summary>
    /// <exception cref="OperationRefusedException">The target or a parameter is wrong, or there is nothing to do; it says which and what to do.</exception>
    Task<OperationPlan> PlanAsync(OperationRequest request, CancellationToken cancellation);

    /// <summary>Fingerprint, now, of only what the plan's items depend on; the same form as <see cref="OperationPlan.Fingerprint"/>.</summary>
    Task<string> FingerprintAsync(OperationPlan plan, CancellationToken cancellation);

    /// <summary>
    /// Carries out items of one batch. Each port method that changes a system checks the ticket again. A transactional operation compares the
    /// fingerprint inside its transaction. <see cref="OperationBatch.BeginItemAsync"/> is awaited before each item.
    /// </summary>
    /// <returns>One result for each item that was begun. An exception leaves the items that were begun and not reported unknown.</returns>
    Task ExecuteAsync(OperationBatch batch, RailTicket ticket, CancellationToken cancellation);

    /// <summary>
    /// For an item that was started and whose end nobody knows: reads the target. Null when the target cannot tell; then the item is unknown and is
    /// not repeated.
    /// </summary>
    Task<ItemOutcome?> ReadOutcomeAsync(OperationPlan plan, PlanItem item, CancellationToken cancellation);

    /// <summary>What would take it back, or null when there is no way back. The undo is a plan of its own.</summary>
    OperationRequest? Undo(OperationPlan plan) => null;
}

/// <summary>How grave a kind of operation is. Settings <c>Operations:Policies:&lt;kind&gt;</c> can change what is asked for, not what it is.</summary>
public enum OperationDanger
{
    /// <summary>Harms nothing and is undone at once: one click, recorded.</summary>
    Harmless,

    /// <summary>Confirmation and a reason.</summary>
    Ordinary,

    /// <summary>Can make a world live, or loses data: typed target name and a second person besides.</summary>
    Grave,

    /// <summary>An emergency stop, or an abort to the previous state: never waits for anybody, and is marked for later review.</summary>
    Emergency,
}

/// <summary>What repeating an item would do. The page says which.</summary>
public enum OperationRepeat
{
    /// <summary>The items change together with their fingerprint check in one transaction of the store, or not at all.</summary>
    Transactional,

    /// <summary>The target knows each item by a key: doing it again changes nothing.</summary>
    KeyedIdempotent,

    /// <summary>Doing it again would do it twice: an item whose end is not known is never repeated.</summary>
    AtMostOnce,
}

/// <summary>A kind of operation.</summary>
public sealed record OperationKind
{
    /// <summary>Stable, <c>area.verb</c>, for instance <c>sentinel.weight</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Imperative, for people: "Pause sandbox activity".</summary>
    public required string Title { get; init; }

    /// <summary>What the operation does and to what, one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>The permission that planning, confirming, approving and executing need. One of <see cref="Permissions"/>.</summary>
    public required string Permission { get; init; }

    public required OperationDanger Danger { get; init; }

    public required OperationRepeat Repeat { get; init; }

    /// <summary>What a target is, for forms: "world", "account".</summary>
    public required string TargetWord { get; init; }

    public IReadOnlyList<OperationParameter> Parameters { get; init; } = [];
}

/// <summary>A parameter of a kind, for forms, the command line and the API's description.</summary>
/// <param name="Secret">Its value is masked wherever it is shown, stored with the plan or recorded.</param>
public sealed record OperationParameter(string Name, string Description, bool Required = false, bool Secret = false);

/// <summary>What somebody asks for.</summary>
/// <param name="Target">What it is about, for instance a sentinel id.</param>
/// <param name="Parameters">A JSON object; its members are the kind's parameters.</param>
public sealed record OperationRequest(string Target, JsonElement Parameters)
{
    /// <summary>Who asks: operations on accounts must know whose right it is.</summary>
    public Caller? Caller { get; init; }

    /// <summary>In an undo: the kind that takes it back; null when it is the same kind.</summary>
    public string? Kind { get; init; }
}

/// <summary>What would happen, exactly. All of it is in the plan's digest.</summary>
public sealed record OperationPlan
{
    public required string Kind { get; init; }

    public required string Target { get; init; }

    /// <summary>Parameters in force, defaults filled in.</summary>
    public required JsonElement Parameters { get; init; }

    /// <summary>One line: "Weight of momentum v7: 0.25 → 0.50".</summary>
    public required string Summary { get; init; }

    /// <summary>Where the permission must hold, for instance <c>world:crypto</c>; null: everywhere.</summary>
    public string? Scope { get; init; }

    /// <summary>Every item that would change, in order of execution. Ids are unique.</summary>
    public required IReadOnlyList<PlanItem> Items { get; init; }

    /// <summary>Parts of the items with waits between them, in order and together all items; empty: one step without a wait.</summary>
    public IReadOnlyList<PlanStep> Steps { get; init; } = [];

    /// <summary>At most so many items a second; null: as fast as it goes.</summary>
    public double? ItemsPerSecond { get; init; }

    /// <summary>What must still hold at execution, in words with the state it was checked against.</summary>
    public IReadOnlyList<string> Preconditions { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Fingerprint of the state that the items depend on; execution refuses when it differs.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Whether this very plan is grave though its kind is not always, for instance because it would make a world live.</summary>
    public bool IsGrave { get; init; }
}

/// <summary>One item of a plan.</summary>
/// <param name="Id">Id of the thing that changes.</param>
/// <param name="Before">Its state now, for people; null when it does not exist.</param>
/// <param name="After">Its state afterwards; null when it is removed.</param>
public sealed record PlanItem(string Id, string? Before, string? After);

/// <summary>A part of a plan's items.</summary>
/// <param name="Count">How many items, after those of the steps before.</param>
/// <param name="WaitBefore">From the end of the step before to the start of this one.</param>
public sealed record PlanStep(int Count, TimeSpan WaitBefore);

/// <summary>How an item ended.</summary>
public enum ItemOutcome
{
    Done,
    Failed,
    Skipped,

    /// <summary>It was started, and nobody knows how it ended.</summary>
    Unknown,
}

/// <summary>How an item ended, and why when it did not simply succeed.</summary>
public sealed record ItemResult(string Id, ItemOutcome Outcome, string Reason = "");

/// <summary>At most 1,000 items that are carried out together.</summary>
public abstract class OperationBatch
{
    public required OperationPlan Plan { get; init; }

    public required IReadOnlyList<PlanItem> Items { get; init; }

    /// <summary>What the state must be; null when the batch is a later part and the items before have changed it.</summary>
    public string? ExpectedFingerprint { get; init; }

    /// <summary>Who executes, for systems that record an actor.</summary>
    public required Caller Caller { get; init; }

    /// <summary>What the person gave as reason.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Returns false when this process no longer holds the job, or it is to pause or end: then stop and return.</summary>
    public abstract ValueTask<bool> BeginItemAsync(PlanItem item, CancellationToken cancellation);

    /// <summary>Reports how an item ended.</summary>
    public abstract ValueTask EndItemAsync(ItemResult result, CancellationToken cancellation);
}

/// <summary>The request cannot be planned or carried out. Nothing happened.</summary>
/// <param name="where">The parameter, or "target".</param>
/// <param name="advice">What to do.</param>
public sealed class OperationRefusedException(string message, string where, string advice) : Exception(message)
{
    public string Where { get; } = where;

    public string Advice { get; } = advice;
}
