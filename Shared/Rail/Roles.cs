using System.Collections.Frozen;

namespace Qmtl.Shared.Rail;

/// <summary>A role: a named set of permissions.</summary>
/// <param name="Name">Lower case, as settings and accounts write it.</param>
/// <param name="Summary">What it is for, one line.</param>
public sealed record Role(string Name, string Summary, FrozenSet<string> Permissions);

/// <summary>The four roles; each holds what the one before it holds.</summary>
public static class Roles
{
    public const string Viewer = "viewer";
    public const string Analyst = "analyst";
    public const string Operator = "operator";
    public const string Administrator = "administrator";

    private static readonly string[] ForViewer =
    [
        Permissions.StrategiesRead, Permissions.QueuesRead, Permissions.WorldsRead, Permissions.LiveRead, Permissions.DeadLettersRead,
        Permissions.HealthRead, Permissions.PlansRead, Permissions.JobsRead, Permissions.OwnAccountChange, Permissions.OwnAccountEnd,
    ];

    private static readonly string[] ForAnalyst =
    [
        .. ForViewer, Permissions.StrategiesDryRun, Permissions.FamiliesChange, Permissions.AuditRead, Permissions.AuditViewsChange,
    ];

    private static readonly string[] ForOperator =
    [
        .. ForAnalyst, Permissions.WorldApply, Permissions.SentinelWeightChange, Permissions.DeadLettersRequeue, Permissions.ControlPublish,
        Permissions.SandboxActivityChange, Permissions.PlansApprove, Permissions.PlansReview, Permissions.JobsControl, Permissions.AuditVerify,
        Permissions.MetricsRead, Permissions.QuarantineRead,
    ];

    /// <summary>From the least to the most.</summary>
    public static IReadOnlyList<Role> All { get; } =
    [
        Make(Viewer, "Sees strategies, queues, worlds, events and dead letters", ForViewer),
        Make(Analyst, "Sees all of that and the audit, and does dry-runs", ForAnalyst),
        Make(Operator, "Plans, confirms, approves and executes changes", ForOperator),
        Make(Administrator, "Holds every permission: accounts, schema and the read-only switch besides", [.. Permissions.All]),
    ];

    /// <summary>The role of that name, or null.</summary>
    public static Role? Find(string? name) => All.FirstOrDefault(role => role.Name == name);

    private static Role Make(string name, string summary, string[] permissions) => new(name, summary, permissions.ToFrozenSet(StringComparer.Ordinal));
}
