namespace Qmtl.ControlBus.Kafka;

/// <summary>What is known of a topic that is read.</summary>
internal sealed class KafkaTopic(string name)
{
    public string Name { get; } = name;

    /// <summary>Partitions by number; empty before the topic was seen.</summary>
    public List<KafkaLane> Lanes { get; } = [];

    /// <summary>Whether it was looked at before: from then on a new partition or topic is read from its start.</summary>
    public bool WasLookedAt { get; set; }

    /// <summary>Whether it was ever there, as far as this process knows.</summary>
    public bool WasThere => Lanes.Count > 0;

    /// <summary>Set from when the brokers said that it is not there until it was settled whether it is the same when it comes back.</summary>
    public bool IsMissing { get; set; }
}
