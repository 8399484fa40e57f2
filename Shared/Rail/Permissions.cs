using System.Collections.Frozen;
using System.Reflection;

namespace Qmtl.Shared.Rail;

/// <summary>
/// All permissions, <c>area:resource:action</c>; the action <c>read</c> changes nothing. A role is a set of them, see <see cref="Roles"/>. These two
/// files are the ones to review.
/// </summary>
public static class Permissions
{
    [Scoped(ScopeKind.World)] public const string StrategiesRead = "strategies:strategy:read";
    [Scoped(ScopeKind.World)] public const string StrategiesDryRun = "strategies:dryrun:create";
    public const string FamiliesChange = "strategies:family:change";
    [Scoped(ScopeKind.Queue)] public const string QueuesRead = "queues:queue:read";
    [Scoped(ScopeKind.World)] public const string WorldsRead = "worlds:world:read";
    [Scoped(ScopeKind.World)] public const string WorldApply = "worlds:world:apply";
    [Scoped(ScopeKind.World)] public const string LiveRead = "live:event:read";
    public const string QuarantineRead = "live:quarantine:read";
    [Scoped(ScopeKind.World)] public const string SentinelWeightChange = "sentinels:weight:change";
    public const string SchemaChange = "schema:object:change";
    [Scoped(ScopeKind.Tenant)] public const string DeadLettersRead = "deadletters:job:read";
    [Scoped(ScopeKind.Tenant)] public const string DeadLettersRequeue = "deadletters:job:requeue";
    public const string ControlPublish = "live:event:publish";
    public const string SandboxActivityChange = "sandbox:activity:change";
    [AlsoNarrowed] public const string HealthRead = "health:report:read";
    public const string MetricsRead = "health:metrics:read";
    [AlsoNarrowed] public const string PlansRead = "plans:plan:read";
    [AlsoNarrowed] public const string PlansApprove = "plans:plan:approve";
    [AlsoNarrowed] public const string PlansReview = "plans:plan:review";
    [AlsoNarrowed] public const string JobsRead = "jobs:job:read";
    [AlsoNarrowed] public const string JobsControl = "jobs:job:control";
    public const string AuditRead = "audit:record:read";
    public const string AuditVerify = "audit:chain:read";
    public const string AuditViewsChange = "audit:view:change";
    public const string AccessRead = "access:account:read";
    public const string AccountsChange = "access:account:change";
    [AlsoNarrowed] public const string OwnAccountChange = "access:self:change";

    /// <summary>Ending one's own sessions and revoking one's own keys.</summary>
    [AlsoNarrowed] public const string OwnAccountEnd = "access:self:end";
    public const string ReadOnlyChange = "console:readonly:change";

    /// <summary>Every permission, derived from the constants above so that none can be forgotten.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Constants().Select(constant => constant.Name).Order(StringComparer.Ordinal)];

    private static readonly FrozenDictionary<string, ScopeKind> Kinds = Constants().ToFrozenDictionary(constant => constant.Name, constant => constant.Scope);

    private static readonly FrozenSet<string> Narrowed = typeof(Permissions).GetFields()
        .Where(field => field.GetCustomAttribute<AlsoNarrowedAttribute>() is not null)
        .Select(field => (string)field.GetRawConstantValue()!)
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>
    /// Where a permission is held by somebody whose role has it and who is narrowed to scopes (none: everywhere). Null is everywhere, empty is nowhere.
    /// A permission that can be narrowed is held in the scopes of its kind, and everywhere when <c>kind:*</c> is among them; one that cannot is held
    /// only when it is marked so.
    /// </summary>
    public static IReadOnlySet<string>? HeldIn(string permission, IReadOnlyCollection<string> scopes)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        if (scopes.Count == 0) return null;
        var kind = ScopeOf(permission);
        if (kind == ScopeKind.None) return Narrowed.Contains(permission) ? null : FrozenSet<string>.Empty;
        var held = scopes.Where(scope => Scopes.KindOf(scope) == kind).ToFrozenSet(StringComparer.Ordinal);
        return held.Any(scope => scope.EndsWith(":*", StringComparison.Ordinal)) ? null : held;
    }

    /// <summary>What a permission can be narrowed to.</summary>
    public static ScopeKind ScopeOf(string permission) => Kinds.GetValueOrDefault(permission);

    /// <summary>Whether it changes nothing in any system: reading, and dry-runs, whose answers lie in the console's own folder for a day.</summary>
    public static bool IsRead(string permission) => permission.EndsWith(":read", StringComparison.Ordinal) || permission == StrategiesDryRun;

    /// <summary>
    /// Whether the read-only switch leaves it: what changes nothing, what turns the switch, what only takes powers away from oneself, and the steering of
    /// jobs, of which only pausing and cancelling go on: resuming needs the permission of the job's operation too.
    /// </summary>
    public static bool StaysWhileReadOnly(string permission) => IsRead(permission) || permission is ReadOnlyChange or OwnAccountEnd or JobsControl;

    private static IEnumerable<(string Name, ScopeKind Scope)> Constants() =>
        typeof(Permissions)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field is { IsLiteral: true } && field.FieldType == typeof(string))
            .Select(field => ((string)field.GetRawConstantValue()!, field.GetCustomAttribute<ScopedAttribute>()?.Kind ?? ScopeKind.None));
}

/// <summary>What a permission can be narrowed to.</summary>
public enum ScopeKind
{
    None,
    World,
    Tenant,
    Queue,
}

/// <summary>Marks a permission that can be narrowed.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class ScopedAttribute(ScopeKind kind) : Attribute
{
    public ScopeKind Kind { get; } = kind;
}

/// <summary>
/// Marks a permission that those who are narrowed to scopes hold too: it is about no world, tenant or queue, or the scope is checked beside it.
/// </summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class AlsoNarrowedAttribute : Attribute;

/// <summary>Writes and reads scopes: <c>world:crypto</c>, <c>tenant:acme</c>, <c>queue:default</c>; <c>*</c> as name stands for all of the kind.</summary>
public static class Scopes
{
    public static string World(string worldId) => "world:" + worldId;

    public static string Tenant(string tenant) => "tenant:" + tenant;

    public static string Queue(string queue) => "queue:" + queue;

    /// <summary>What stands behind the kind: <c>crypto</c> of <c>world:crypto</c>.</summary>
    public static string NameOf(string scope) => scope[(scope.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>The kind of a scope; <see cref="ScopeKind.None"/> when it is not one.</summary>
    public static ScopeKind KindOf(string scope) => scope switch
    {
        ['w', 'o', 'r', 'l', 'd', ':', _, ..] => ScopeKind.World,
        ['t', 'e', 'n', 'a', 'n', 't', ':', _, ..] => ScopeKind.Tenant,
        ['q', 'u', 'e', 'u', 'e', ':', _, ..] => ScopeKind.Queue,
        _ => ScopeKind.None,
    };
}
