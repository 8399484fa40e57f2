using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Audit;

/// <summary>Filters of the audit that a user keeps under a name. Each method asks for the caller's permission; changes are recorded.</summary>
public interface IAuditViews
{
    /// <summary>The caller's own, by name.</summary>
    Task<IReadOnlyList<AuditView>> ListAsync(Caller caller, CancellationToken cancellation);

    /// <summary>Keeps a filter; one of the same name is replaced.</summary>
    /// <exception cref="OperationRefusedException">The name or the filter is empty or too long, or there are too many.</exception>
    Task SaveAsync(Caller caller, AuditView view, CancellationToken cancellation);

    /// <summary>Forgets one; nothing when there is none of that name.</summary>
    Task DeleteAsync(Caller caller, string name, CancellationToken cancellation);
}

/// <param name="Filter">As it stands in the page's address, for instance <c>outcome:denied from:7d</c>.</param>
public sealed record AuditView(string Name, string Filter);
