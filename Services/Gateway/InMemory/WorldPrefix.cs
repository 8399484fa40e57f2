using Qmtl.DagManager;
using Qmtl.Shared.Queues;

namespace Qmtl.Gateway.InMemory;

/// <summary>The <c>world.domain.</c> that the Gateway puts in front of queue names.</summary>
internal static class WorldPrefix
{
    private static readonly string[] Domains = ["backtest", "dryrun", "live", "shadow"];

    /// <summary>The topic with the prefix, or as it is when it has one already or no world is given.</summary>
    public static string Apply(string topic, string? worldId, string? domain)
    {
        if (worldId is null || HasOne(topic)) return topic;
        return TopicNames.Namespace(worldId, string.IsNullOrWhiteSpace(domain) ? "live" : domain) is { } prefix ? $"{KafkaName.Clean(prefix)}.{topic}" : topic;
    }

    /// <summary>True when the second part of the dotted name is an execution domain. A version such as <c>v1.2.3</c> has dots too.</summary>
    private static bool HasOne(string topic)
    {
        var first = topic.IndexOf('.', StringComparison.Ordinal);
        if (first < 0) return false;
        var second = topic.IndexOf('.', first + 1);
        return second > 0 && Array.IndexOf(Domains, topic[(first + 1)..second]) >= 0;
    }
}
