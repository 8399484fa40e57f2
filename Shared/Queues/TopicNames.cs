using System.Text.Json;

namespace Qmtl.Shared.Queues;

/// <summary>The naming rule of queues (Kafka topics).</summary>
public static class TopicNames
{
    public static string Build(string asset, string nodeType, string nodeId, string? version, string? topicNamespace = null, bool dryRun = false, Func<string, bool>? existing = null) => throw new NotSupportedException();

    public static string Older(string nodeType, string codeHash, bool dryRun = false, Func<string, bool>? existing = null) => throw new NotSupportedException();

    /// <summary>The asset QMTL takes from the tags, non-ASCII letters included.</summary>
    public static string Asset(IEnumerable<string> tags) => throw new NotSupportedException();

    /// <summary>The asset in ASCII: what Kafka accepts.</summary>
    public static string AsciiAsset(IEnumerable<string> tags) => throw new NotSupportedException();

    public static string? Namespace(JsonElement value) => throw new NotSupportedException();

    public static string? Namespace(string? value) => throw new NotSupportedException();

    public static string? Namespace(string? world, string? domain) => throw new NotSupportedException();

    public static string Version(string? version) => throw new NotSupportedException();
}
