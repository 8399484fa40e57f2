using System.Reflection;

namespace Qmtl.Shared.Rail;

/// <summary>All permissions, <c>area:resource:action</c>. A role is a set of them. This file is the one to review.</summary>
public static class Permissions
{
    public const string StrategiesRead = "strategies:strategy:read";
    public const string StrategiesDryRun = "strategies:dryrun:create";
    public const string QueuesRead = "queues:queue:read";
    public const string WorldsRead = "worlds:world:read";
    public const string HealthRead = "health:report:read";
    public const string LiveRead = "live:event:read";
    public const string SentinelWeightChange = "sentinels:weight:change";
    public const string SchemaChange = "schema:object:change";
    public const string WorldApply = "worlds:world:apply";
    public const string DeadLettersRequeue = "deadletters:job:requeue";

    /// <summary>Every permission, derived from the constants above so that none can be forgotten.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. typeof(Permissions)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field is { IsLiteral: true } && field.FieldType == typeof(string))
            .Select(field => (string)field.GetRawConstantValue()!)
            .Order(StringComparer.Ordinal),
    ];
}
