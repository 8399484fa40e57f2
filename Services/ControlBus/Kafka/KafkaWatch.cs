using System.Globalization;
using Qmtl.ControlBus.Sources;

namespace Qmtl.ControlBus.Kafka;

/// <summary>What one look found.</summary>
/// <param name="IsWhole">Whether every topic is read.</param>
/// <param name="IsSettled">Otherwise the brokers could not say yet, as when a topic was just made: it is worth looking again soon.</param>
internal sealed record KafkaSight(string Detail, bool IsWhole, bool IsSettled, string Advice);

/// <summary>
/// Looks at topics and partitions: new ones are read from their start, a topic that was made anew is told from the one that we knew, what was deleted before
/// it was read is a proven gap. An assignment by hand notices none of that by itself.
/// </summary>
internal sealed class KafkaWatch(Dictionary<string, KafkaTopic> topics, KafkaSettings settings, IControlSink sink, KafkaReader reader, KafkaProbe probe, TimeProvider time)
{
    /// <summary>Blocks its thread while it asks.</summary>
    /// <exception cref="Confluent.Kafka.KafkaException">No broker answers.</exception>
    public KafkaSight Look(CancellationToken cancellation)
    {
        var problems = new List<string>();
        var isSettled = true;
        foreach (var topic in topics.Values)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                if (probe.Partitions(topic.Name) is { } partitions) Follow(topic, partitions, cancellation);
                else Lose(topic, cancellation);
            }
            catch (TopicException exception)
            {
                isSettled = false;
                problems.Add($"The topic {topic.Name} cannot be read: {exception.Message.TrimEnd('.')}.");
                sink.Lag(topic.Name, null);
            }
        }

        var there = topics.Values.Where(topic => topic is { IsMissing: false, WasThere: true }).ToArray();
        var detail = string.Create(CultureInfo.InvariantCulture, $"Reads {Count(there.Length, "topic")} with {Count(there.Sum(topic => topic.Lanes.Count), "partition")}.");
        var missing = topics.Values.Where(topic => topic.IsMissing).ToArray();
        if (missing.Length > 0) problems.Insert(0, $"Not there: {string.Join(", ", missing.Select(topic => topic.Name))}.");
        // QMTL need not write each of its topics: only what was there, or was named, is expected.
        var isWhole = isSettled && there.Length > 0 && !Array.Exists(missing, topic => topic.WasThere || settings.TopicsAreNamed);
        return new(
            string.Join(' ', problems.Prepend(detail)), isWhole, isSettled,
            missing.Length == 0 ? "" : $"What is not there is looked for every {settings.MetadataInterval.TotalSeconds:0} s and read from its start when it appears; the console makes no topics. Kafka:Topics names what this QMTL uses.");
    }

    private static string Count(int number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");

    private void Lose(KafkaTopic topic, CancellationToken cancellation)
    {
        topic.WasLookedAt = true;
        if (topic.IsMissing) return;
        topic.IsMissing = true;
        sink.Lag(topic.Name, null);
        // Fetching must not go on by itself at the old place when the topic comes back as another one.
        reader.Do(() => topic.Lanes.ForEach(reader.Unassign), cancellation);
    }

    private void Follow(KafkaTopic topic, IReadOnlyList<int> partitions, CancellationToken cancellation)
    {
        Recall(topic, partitions);
        var ranges = new Dictionary<int, (long Low, long High)>();
        // Before the ranges: a place that is read later is never beyond what was held then. Before the comparison: what was read by then is of the topic that is compared.
        var reached = topic.Lanes.ToDictionary(lane => lane, lane => (lane.Next, lane.Last));
        foreach (var partition in partitions) ranges[partition] = probe.Range(new(topic.Name, partition));

        var compared = Compare(topic, ranges);
        var anew = WhyAnew(topic, ranges, compared, lane => reached[lane].Next);
        topic.IsMissing = false;
        if (anew is { } why)
        {
            StartOver(topic, ranges, why.Text, why.IsProven, cancellation);
            return;
        }

        foreach (var lane in compared.Keys) lane.Anchor = reached[lane].Last ?? lane.Anchor;
        Begin(topic, ranges);
        foreach (var lane in topic.Lanes) if (!lane.IsAssigned) reader.Do(() => Resume(lane, ranges[lane.Place.Partition.Value]), cancellation);
        topic.WasLookedAt = true;
    }

    /// <summary>Partitions that were read before a restart, as far as the journal knows.</summary>
    private void Recall(KafkaTopic topic, IReadOnlyList<int> partitions)
    {
        if (topic.Lanes.Count > 0) return;
        foreach (var partition in partitions)
        {
            if (sink.PlaceOf(topic.Name, Lane(partition)) is { } place) topic.Lanes.Add(new(topic.Name, partition) { Next = place.Major + 1, Anchor = new(place.Major, place.BrokerTime, null) });
        }
    }

    /// <summary>Partitions that were not read before: from their start where the topic was looked at or read before, for then they are new; else from so long ago.</summary>
    private void Begin(KafkaTopic topic, Dictionary<int, (long Low, long High)> ranges)
    {
        var areNew = topic.WasLookedAt || topic.Lanes.Count > 0;
        foreach (var (partition, range) in ranges)
        {
            if (topic.Lanes.Exists(lane => lane.Place.Partition.Value == partition)) continue;
            var lane = new KafkaLane(topic.Name, partition);
            lane.Next = areNew ? range.Low : probe.Since(lane.Place, time.GetUtcNow() - settings.StartBack) ?? range.High;
            topic.Lanes.Add(lane);
        }

        // What stands before our place is of the topic that we know, although it is not read.
        var before = topic.Lanes.Where(lane => lane.Anchor is null && lane.Next > ranges[lane.Place.Partition.Value].Low).ToDictionary(lane => lane.Place);
        foreach (var (place, read) in probe.Read([.. before.Values.Select(lane => lane.At(lane.Next - 1))]))
        {
            if (!read.IsPartitionEOF && read.Offset.Value < before[place].Next) before[place].Anchor = Witness.Of(read);
        }
    }

    /// <summary>For each partition whose anchor could be looked for: whether it stands there still; null where it cannot be told.</summary>
    private Dictionary<KafkaLane, bool?> Compare(KafkaTopic topic, Dictionary<int, (long Low, long High)> ranges)
    {
        var compared = new Dictionary<KafkaLane, bool?>();
        var held = new Dictionary<Confluent.Kafka.TopicPartition, (KafkaLane Lane, Witness Anchor)>();
        foreach (var lane in topic.Lanes)
        {
            if (lane.Anchor is { } anchor && ranges.TryGetValue(lane.Place.Partition.Value, out var range) && anchor.Offset >= range.Low && anchor.Offset < range.High) held[lane.Place] = (lane, anchor);
            else compared[lane] = null;
        }

        foreach (var (place, read) in probe.Read([.. held.Values.Select(each => each.Lane.At(each.Anchor.Offset))])) compared[held[place].Lane] = held[place].Anchor.IsThis(read);
        return compared;
    }

    /// <summary>Fetches a partition from its place; what is not there any more before the first that is held is a gap.</summary>
    private void Resume(KafkaLane lane, (long Low, long High) range)
    {
        var next = lane.Next;
        if (next < range.Low)
        {
            if (next > 0)
            {
                sink.Gap(lane.Place.Topic, Invariant($"Partition {lane.Place.Partition.Value} of {lane.Place.Topic}: the offsets {next} to {range.Low - 1} were deleted from Kafka before they were read; it goes on at {range.Low}."), isProven: true);
            }

            next = range.Low;
        }

        reader.Assign(lane, next);
    }

    /// <summary>Why the topic is another one than the one that was read, or may be; null when it is the same.</summary>
    private static (string Text, bool IsProven)? WhyAnew(KafkaTopic topic, Dictionary<int, (long Low, long High)> ranges, Dictionary<KafkaLane, bool?> compared, Func<KafkaLane, long> reached)
    {
        foreach (var lane in topic.Lanes)
        {
            var partition = lane.Place.Partition.Value;
            if (!ranges.TryGetValue(partition, out var range)) return ($"The topic {topic.Name} was made anew: partition {partition} is not there any more.", true);
            if (range.High < reached(lane)) return (Invariant($"The topic {topic.Name} was made anew or cut back: partition {partition} ends at offset {range.High}, and {reached(lane)} had been reached."), true);
        }

        if (compared.FirstOrDefault(pair => pair.Value == false).Key is { Anchor: { } anchor } other)
        {
            var isReadOn = topic.Lanes.Exists(lane => lane.Last is { } last && last.Offset > lane.Anchor?.Offset);
            return (Invariant($"The topic {topic.Name} was made anew: at offset {anchor.Offset} of partition {other.Place.Partition.Value} stands another message than the one that was read there.")
                + (isReadOn ? " The last messages before this may be of the new one already; they come once more." : ""), true);
        }

        return topic.IsMissing && topic.Lanes.Exists(lane => reached(lane) > 0) && !compared.ContainsValue(true)
            ? ($"The topic {topic.Name} was away and is there again; whether it is the same one cannot be told, because what was read last is not there any more.", false)
            : null;
    }

    private void StartOver(KafkaTopic topic, Dictionary<int, (long Low, long High)> ranges, string why, bool isProven, CancellationToken cancellation) => reader.Do(
        () =>
        {
            topic.Lanes.ForEach(reader.Unassign);
            topic.Lanes.Clear();
            topic.WasLookedAt = true;
            sink.Gap(topic.Name, why + " What the old one held and was not read is lost; it is read from its start.", isProven);
            sink.StartsOver(topic.Name);
            foreach (var (partition, range) in ranges)
            {
                var lane = new KafkaLane(topic.Name, partition);
                topic.Lanes.Add(lane);
                reader.Assign(lane, range.Low);
            }
        },
        cancellation);

    private static string Lane(int partition) => partition.ToString(CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
