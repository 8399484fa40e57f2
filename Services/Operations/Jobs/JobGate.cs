using Qmtl.Operations.Plans;
using Qmtl.Operations.ReadOnly;
using Qmtl.Shared.Rail;

namespace Qmtl.Operations.Jobs;

/// <summary>Whether running jobs may touch further items: not while the console is read-only, but for emergencies and the switch itself.</summary>
internal sealed class JobGate(IReadOnlySwitch readOnly)
{
    /// <summary>Why not, or null.</summary>
    public string? Closed(Plan plan) =>
        readOnly.IsOn && plan.Danger != OperationDanger.Emergency && plan.Permission != Permissions.ReadOnlyChange
            ? $"{readOnly.ByName} made the console read-only at {readOnly.Since:yyyy-MM-dd HH:mm:ss} UTC: {readOnly.Reason}"
            : null;
}
