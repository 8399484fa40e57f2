namespace Qmtl.ControlBus.Live;

/// <summary>What sources, topics, worlds and types brought, and how far topics are behind. Bounded: made-up names must not fill the memory. Guarded by the engine's lock.</summary>
internal sealed class LiveCounters(int maxCounters)
{
    private const int MaxTypes = 200;
    private const string Others = "(others)";

    private readonly Dictionary<(string Source, string? Topic, string? World), TopicCounters> _topics = [];
    private readonly Dictionary<(string Source, string? Topic), long?> _lag = [];
    private readonly Dictionary<(string Source, string Type), long> _types = [];

    /// <summary>Events since the start, by source and type.</summary>
    public IReadOnlyList<(string Source, string Type, long Count)> Types => [.. _types.Select(pair => (pair.Key.Source, pair.Key.Type, pair.Value))];

    /// <summary>The counters of a topic and world; what comes after the bound is counted together.</summary>
    public TopicCounters Of(string source, string? topic, string? world)
    {
        if (_topics.TryGetValue((source, topic, world), out var counters)) return counters;
        var place = _topics.Count < maxCounters ? (source, topic, world) : (source, Others, null);
        if (_topics.TryGetValue(place, out counters)) return counters;
        return _topics[place] = new();
    }

    public void CountType(string source, string type)
    {
        var place = (source, type);
        if (_types.Count >= MaxTypes && !_types.ContainsKey(place)) place = (source, Others);
        _types[place] = _types.GetValueOrDefault(place) + 1;
    }

    public void SetLag(string source, string? topic, long? messages)
    {
        if (_lag.Count < maxCounters || _lag.ContainsKey((source, topic))) _lag[(source, topic)] = messages;
    }

    /// <summary>By source and topic, of the worlds that the reader may see. How far a topic is behind nobody can tell by world.</summary>
    public IReadOnlyList<TopicStatus> Topics(LiveFilter filter, DateTimeOffset now) =>
    [
        .. _topics.Where(pair => filter.MayRead(pair.Key.World)).GroupBy(pair => (pair.Key.Source, pair.Key.Topic), pair => pair.Value)
            .OrderBy(group => group.Key.Source, StringComparer.Ordinal).ThenBy(group => group.Key.Topic, StringComparer.Ordinal)
            .Select(group => Sum(group.Key.Source, group.Key.Topic, [.. group], filter.ReadableWorlds is null ? _lag.GetValueOrDefault(group.Key) : null, now)),
    ];

    private static TopicStatus Sum(string source, string? topic, TopicCounters[] parts, long? lag, DateTimeOffset now)
    {
        var newest = parts.MaxBy(part => part.LastReceivedAt ?? DateTimeOffset.MinValue)!;
        return new(
            source, topic, parts.Sum(part => part.Received), parts.Sum(part => part.Redelivered), parts.Sum(part => part.Folded), parts.Sum(part => part.Paired),
            parts.Sum(part => part.Quarantined), parts.Sum(part => part.Gaps), parts.Sum(part => part.WouldDrop), parts.Sum(part => part.PerSecond(now)),
            newest.LastReceivedAt, newest.Skew, lag);
    }
}
