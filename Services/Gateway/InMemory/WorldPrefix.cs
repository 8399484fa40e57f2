using Qmtl.DagManager;
using Qmtl.Shared.Queues;

namespace Qmtl.Gateway.InMemory;

/// <summary>The <c>world.domain.</c> that the Gateway puts in front of queue names. Made once for an answer.</summary>
internal sealed class WorldPrefix
{
    private static readonly string[] Domains = ["backtest", "dryrun", "live", "shadow"];

    private readonly string? _prefix;

    /// <param name="worldId">World; null for names without prefix.</param>
    /// <param name="domain">Execution domain; blank for <c>live</c>.</param>
    public WorldPrefix(string? worldId, string? domain)
    {
        if (worldId is null) return;
        if (TopicNames.Namespace(worldId, string.IsNullOrWhiteSpace(domain) ? "live" : domain) is { } made) _prefix = KafkaName.Clean(made) + ".";
    }

    /// <summary>The topic with the prefix, or as it is when it has one already.</summary>
    public string Apply(string topic) => _prefix is null || HasOne(topic) ? topic : _prefix + topic;

    /// <summary>True when the second part of the dotted name is an execution domain. A version such as <c>v1.2.3</c> has dots too.</summary>
    private static bool HasOne(string topic)
    {
        var first = topic.IndexOf('.', StringComparison.Ordinal);
        if (first < 0) return false;
        var second = topic.IndexOf('.', first + 1);
        return second > 0 && Array.IndexOf(Domains, topic[(first + 1)..second]) >= 0;
    }
}
