namespace Qmtl.Shared.Rail;

/// <summary>
/// Proof that the rail allowed a change: of which kind, on which target, for which items, until when. Only the rail's engine can make one.
/// </summary>
public sealed class RailTicket
{
    private readonly IReadOnlySet<string> _items;

    internal RailTicket(string operationId, string kind, string target, IReadOnlySet<string> items, DateTimeOffset expires, string? correlationId = null)
    {
        OperationId = operationId;
        Kind = kind;
        Target = target;
        _items = items;
        Expires = expires;
        CorrelationId = correlationId;
    }

    /// <summary>Joins the audit records of one operation.</summary>
    public string OperationId { get; }

    public string Kind { get; }

    public string Target { get; }

    public DateTimeOffset Expires { get; }

    /// <summary>To be sent on as <c>X-Correlation-ID</c>; null when there is none.</summary>
    public string? CorrelationId { get; }

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
