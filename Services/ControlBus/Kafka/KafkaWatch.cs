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
        var ranges = new Dictionary<int, (long Low, long High)>();
        // Before the ranges: a place that is read later is never beyond what was held then.
        var places = topic.Lanes.ToDictionary(lane => lane, lane => lane.Next);
        foreach (var partition in partitions) ranges[partition] = probe.Range(new(topic.Name, partition));

        var anew = WhyAnew(topic, partitions, ranges, places);
        topic.IsMissing = false;
        if (anew is { } why)
        {
            StartOver(topic, ranges, why.Text, why.IsProven, cancellation);
            return;
        }

        foreach (var partition in partitions)
        {
            var range = ranges[partition];
            if (topic.Lanes.Find(lane => lane.Place.Partition.Value == partition) is not { } lane)
            {
                lane = new(topic.Name, partition);
                var start = Start(topic, lane, partitions, range);
                topic.Lanes.Add(lane);
                lane.Next = start;
            }

            if (!lane.IsAssigned) reader.Do(() => Resume(lane, range), cancellation);
        }

        topic.WasLookedAt = true;
    }

    /// <summary>Where a partition is read from that was not read before.</summary>
    private long Start(KafkaTopic topic, KafkaLane lane, IReadOnlyList<int> partitions, (long Low, long High) range)
    {
        if (sink.PlaceOf(topic.Name, Lane(lane.Place.Partition.Value)) is { } place)
        {
            return place.Major + 1;
        }

        // Later than the first look, or where others of the topic were read before a restart, it is a new one.
        var isLater = topic.WasLookedAt || partitions.Any(other => sink.PlaceOf(topic.Name, Lane(other)) is not null);
        return isLater ? range.Low : probe.Since(lane.Place, time.GetUtcNow() - settings.StartBack) ?? range.High;
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
    private (string Text, bool IsProven)? WhyAnew(KafkaTopic topic, IReadOnlyList<int> partitions, Dictionary<int, (long Low, long High)> ranges, Dictionary<KafkaLane, long> places)
    {
        // From a journal before a restart there are places although there are no lanes yet.
        var reached = topic.Lanes.Count > 0
            ? places.Select(pair => (Partition: pair.Key.Place.Partition.Value, Next: pair.Value)).ToArray()
            : [.. partitions.Select(partition => (partition, sink.PlaceOf(topic.Name, Lane(partition))?.Major + 1 ?? 0))];
        foreach (var (partition, next) in reached)
        {
            if (!ranges.TryGetValue(partition, out var range)) return ($"The topic {topic.Name} was made anew: partition {partition} is not there any more.", true);
            if (range.High < next) return (Invariant($"The topic {topic.Name} was made anew or cut back: partition {partition} ends at offset {range.High}, and {next} had been reached."), true);
        }

        var compared = probe.Compare(topic.Lanes);
        if (compared.FirstOrDefault(pair => pair.Value == false).Key is { } other)
        {
            return (Invariant($"The topic {topic.Name} was made anew: at offset {other.Last!.Offset} of partition {other.Place.Partition.Value} stands another message than the one that was read there."), true);
        }

        return topic.IsMissing && reached.Any(each => each.Next > 0) && !compared.Values.Contains(true)
            ? ($"The topic {topic.Name} was away and is there again; whether it is the same one cannot be told, because what was read last is not there any more.", false)
            : null;
    }

    private void StartOver(KafkaTopic topic, Dictionary<int, (long Low, long High)> ranges, string why, bool isProven, CancellationToken cancellation) => reader.Do(
        () =>
        {
            topic.Lanes.ForEach(reader.Unassign);
            topic.Lanes.Clear();
            topic.WasLookedAt = true;
            sink.Gap(topic.Name, why + " What it held besides what was read is lost; it is read from its start.", isProven);
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
