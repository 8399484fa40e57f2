namespace Qmtl.Shared.Rail;

/// <summary>Writes the record of what was asked, allowed, denied and done.</summary>
public interface IAuditLog
{
    /// <summary>
    /// Appends records in order and returns when all of them are durable. Intents are appended before the action that they tell of.
    /// Where the process is killed before it returns, PostgreSQL holds all of them or none; files can hold the first of them, whole and in the chain.
    /// </summary>
    /// <exception cref="AuditUnavailableException">They could not be stored, none of them; then the action must not be done.</exception>
    Task AppendAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellation);
}

/// <summary>The audit cannot be written.</summary>
public sealed class AuditUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What a record tells.</summary>
public enum AuditPhase
{
    /// <summary>Something is about to be done.</summary>
    Intent,

    /// <summary>How it ended.</summary>
    Outcome,

    /// <summary>It was refused; nothing happened.</summary>
    Denied,

    /// <summary>A fact of its own: sign-in, approval, a new key of the chain.</summary>
    Event,
}

/// <summary>One record of the audit; several of one operation share its id.</summary>
public sealed record AuditRecord
{
    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }

    public required AuditPhase Phase { get; init; }

    /// <summary>What was done: the operation's kind, or for instance <c>session.sign-in</c>, <c>plan.approve</c>.</summary>
    public required string Action { get; init; }

    /// <summary>How it is or ended: <c>intended</c>, <c>done</c>, <c>failed</c>, <c>skipped</c>, <c>unknown</c>, <c>denied</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>User id of <see cref="Caller"/>.</summary>
    public required string Actor { get; init; }

    public required string ActorName { get; init; }

    public required CallerKind ActorKind { get; init; }

    /// <summary>Session or key.</summary>
    public string? Session { get; init; }

    public string? Address { get; init; }

    /// <summary>The permission that it needed; null when none is needed.</summary>
    public string? Permission { get; init; }

    public string? Scope { get; init; }

    public required string Target { get; init; }

    /// <summary>The item of the target, in records of single items.</summary>
    public string? Item { get; init; }

    /// <summary>JSON object, masked; null when there are none.</summary>
    public string? Parameters { get; init; }

    /// <summary>Items planned; null when it is not about items.</summary>
    public long? Planned { get; init; }

    /// <summary>Items done; null before the end.</summary>
    public long? Done { get; init; }

    /// <summary>What the person gave as reason.</summary>
    public string? Reason { get; init; }

    /// <summary>What happened in words: an error, a difference, how many denials this record stands for.</summary>
    public string? Detail { get; init; }

    /// <summary>Id of the plan; joins all records of one operation.</summary>
    public string? OperationId { get; init; }

    public string? CorrelationId { get; init; }

    /// <summary>A record of what a caller does.</summary>
    public static AuditRecord Of(Caller caller, DateTimeOffset at, AuditPhase phase, string action, string target, string outcome)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return new()
        {
            At = at,
            Phase = phase,
            Action = action,
            Target = target,
            Outcome = outcome,
            Actor = caller.UserId,
            ActorName = caller.Name,
            ActorKind = caller.Kind,
            Session = caller.SessionId,
            Address = caller.Address,
            CorrelationId = caller.CorrelationId,
        };
    }
}
