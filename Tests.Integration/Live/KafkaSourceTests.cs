using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Qmtl.ControlBus.Sources;
using Qmtl.Shared.Control;

namespace Qmtl.Tests.Integration.Live;

/// <summary>The source that reads Kafka, on the real broker.</summary>
[Collection(KafkaCollection.Name)]
[NeedsTestServer("kafka")]
public sealed class KafkaSourceTests(KafkaServer server) : TopicContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmtl-kafka-journal-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private protected override async Task<SourceHarness> HarnessAsync() => await KafkaAsync();

    private protected override IControlSource CreateWhereNobodyListens(TimeProvider time) => KafkaHarness.Source($"127.0.0.1:{Ports.Free()}", "none", time);

    [ServerFact]
    public async Task A_key_headers_and_the_brokers_time_come_with_a_bare_payload()
    {
        await using var harness = await KafkaAsync();
        await using var rig = await new LiveRig(harness).StartAsync();
        var headers = new Headers { { "etag", "e-7"u8.ToArray() }, { "run_id", "r-7"u8.ToArray() }, { "nothing", null } };
        await server.PutAsync(harness.Topic, "a,b"u8.ToArray(), """{"type":"QueueUpdated","tags":["a","b"],"interval":60,"queues":["q"],"match_mode":"any"}"""u8.ToArray(), headers: headers);
        await server.PutAsync(harness.Topic, null, null);
        await rig.WaitAsync(() => rig.Engine.Quarantine.Count == 1, "the tombstone came");

        var row = Assert.Single(rig.Rows).Event;
        Assert.Equal(("queue_updated", "e-7", "r-7", harness.Topic, "0:0"), (row.Type, row.Etag, row.RunId, row.Topic, row.Position));
        Assert.Equal(EventTimeSource.Broker, row.EventTimeSource);
        Assert.InRange(row.Skew!.Value, TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(1));
        Assert.Contains("tombstone", rig.Engine.Quarantine[0].Reason, StringComparison.Ordinal);
        Assert.Equal("0:1", rig.Engine.Quarantine[0].Position);
    }

    [ServerFact]
    public async Task The_first_start_reads_back_so_far_and_no_further()
    {
        await using var harness = await KafkaAsync();
        var now = DateTimeOffset.UtcNow;
        foreach (var (run, age) in ((int, int)[])[(1, 40), (2, 20), (3, 10), (4, 0)])
        {
            await server.PutAsync(harness.Topic, null, BusEvents.Activation("w1", "s1", run), timestamp: new Timestamp(now.AddMinutes(-age)));
        }

        await using var rig = await new LiveRig(harness).StartAsync();
        await rig.WaitForRowsAsync(2);
        Assert.Equal(["run-3", "run-4"], rig.Rows.Select(row => row.Event.RunId));
        Assert.Empty(rig.GapTexts);
    }

    [ServerFact]
    public async Task A_new_partition_is_read_from_its_start_and_the_lag_is_told()
    {
        await using var harness = await KafkaAsync();
        await using var rig = await new LiveRig(harness).StartAsync();
        await harness.PutAsync("a", BusEvents.Activation("w1", "s1", 1));
        await rig.WaitForRowsAsync(1);
        await server.Admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = harness.Topic, IncreaseTo = 3 }]);
        await Waiting.ForAsync(() => server.Admin.GetMetadata(TimeSpan.FromSeconds(5)).Topics.Single(topic => topic.Topic == harness.Topic).Partitions.Count == 3, () => "there are three partitions");
        for (var i = 2; i <= 11; i++) await server.PutAsync(harness.Topic, "a"u8.ToArray(), BusEvents.Activation("w1", "s2", i), partition: 1 + (i % 2));
        await rig.WaitForRowsAsync(11);
        Assert.Contains("3 partitions", rig.Status!.Detail, StringComparison.Ordinal);
        await rig.WaitAsync(() => rig.Engine.Topics(ControlBus.LiveFilter.Everything).Single().LagMessages == 0, "nothing is behind");
        Assert.Empty(rig.GapTexts);
    }

    [ServerFact]
    public async Task A_topic_made_anew_between_two_looks_is_a_gap_and_read_from_its_start()
    {
        await using var harness = await KafkaAsync();
        for (var i = 1; i <= 3; i++) await harness.PutAsync("a", BusEvents.Activation("w1", "s1", i));
        await using var rig = await new LiveRig(harness).StartAsync();
        await rig.WaitForRowsAsync(3);
        await rig.StopAsync();
        await harness.DropTopicAsync();
        await harness.MakeTopicAsync();
        // As many and more: only what stands at the old place tells that it is another topic.
        for (var i = 101; i <= 105; i++) await harness.PutAsync("a", BusEvents.Activation("w1", "s1", i));
        await rig.StartAsync();
        await rig.WaitForRowsAsync(8);

        Assert.Equal([1, 2, 3, 101, 102, 103, 104, 105], rig.Rows.Select(row => int.Parse(row.Event.RunId!["run-".Length..], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Contains("stands another message", Assert.Single(rig.GapTexts), StringComparison.Ordinal);
    }

    [ServerFact]
    public async Task A_topic_made_anew_while_the_console_did_not_run_is_a_gap_and_read_from_its_start()
    {
        var folder = Path.Combine(_folder, "journal");
        await using var harness = await KafkaAsync();
        for (var i = 1; i <= 3; i++) await harness.PutAsync("a", BusEvents.Activation("w1", "s1", i));
        await using (var before = await new LiveRig(harness, folder).StartAsync()) await before.WaitForRowsAsync(3);
        await harness.DropTopicAsync();
        await harness.MakeTopicAsync();
        for (var i = 101; i <= 105; i++) await harness.PutAsync("a", BusEvents.Activation("w1", "s1", i));
        await using var after = await new LiveRig(harness, folder).StartAsync();
        await after.WaitForRowsAsync(8);

        Assert.Equal(["run-1", "run-2", "run-3", "run-101", "run-102", "run-103", "run-104", "run-105"], after.Rows.Select(row => row.Event.RunId));
        Assert.Contains("stands another message", Assert.Single(after.GapTexts), StringComparison.Ordinal);
    }

    [ServerFact]
    public async Task A_topic_made_anew_and_read_on_before_the_next_look_is_a_gap_and_read_from_its_start()
    {
        await using var harness = await KafkaAsync(TimeSpan.FromSeconds(8));
        for (var i = 1; i <= 3; i++) await harness.PutAsync("a", BusEvents.Activation("w1", "s1", i));
        await using var rig = await new LiveRig(harness).StartAsync();
        await rig.WaitForRowsAsync(3);
        await harness.DropTopicAsync();
        await harness.MakeTopicAsync();
        for (var i = 101; i <= 110; i++) await harness.PutAsync("a", BusEvents.Activation("w1", "s1", i));
        await rig.WaitAsync(() => rig.GapTexts.Count == 1, "the gap is told");
        await rig.WaitAsync(() => rig.Rows.TakeLast(10).Select(row => row.Event.RunId).SequenceEqual(Enumerable.Range(101, 10).Select(i => $"run-{i}")), "all of the new topic came");

        Assert.Equal(["run-1", "run-2", "run-3"], rig.Rows.Take(3).Select(row => row.Event.RunId));
        Assert.Contains("\"proven\":true", Assert.Single(rig.GapTexts), StringComparison.Ordinal);
    }

    [ServerFact]
    public async Task What_was_deleted_before_it_was_read_is_a_gap_with_its_offsets()
    {
        await using var harness = await KafkaAsync();
        for (var i = 1; i <= 3; i++) await harness.PutAsync("a", BusEvents.Activation("w1", "s1", i));
        await using var rig = await new LiveRig(harness).StartAsync();
        await rig.WaitForRowsAsync(3);
        await rig.StopAsync();
        for (var i = 4; i <= 9; i++) await harness.PutAsync("a", BusEvents.Activation("w1", "s1", i));
        await server.Admin.DeleteRecordsAsync([new TopicPartitionOffset(harness.Topic, 0, 7)]);
        await rig.StartAsync();
        await rig.WaitForRowsAsync(5);

        Assert.Equal(["run-1", "run-2", "run-3", "run-8", "run-9"], rig.Rows.Select(row => row.Event.RunId));
        var gap = Assert.Single(rig.GapTexts);
        Assert.Contains("the offsets 3 to 6 were deleted", gap, StringComparison.Ordinal);
        Assert.Contains("\"proven\":true", gap, StringComparison.Ordinal);
    }

    [ServerFact]
    public async Task It_makes_no_topic_and_commits_nothing()
    {
        var absent = "absent." + Guid.NewGuid().ToString("N")[..8];
        await server.StartAsync();
        await using var rig = await new LiveRig((_, time) => KafkaHarness.Source(server.Address, absent, time)).StartAsync();
        await rig.WaitAsync(() => rig.Status is { State: SourceState.Attention } status && status.Detail.Contains(absent, StringComparison.Ordinal), "the absent topic is named");
        Assert.DoesNotContain(absent, server.Topics());

        // It is read from its start when it appears.
        await server.MakeTopicAsync(absent);
        await server.PutAsync(absent, null, BusEvents.Activation("w1", "s1", 1));
        await rig.WaitForRowsAsync(1);
        Assert.Empty(rig.GapTexts);
        var groups = server.Admin.ListGroups(TimeSpan.FromSeconds(5)).Select(group => group.Group).ToArray();
        Assert.DoesNotContain(groups, group => group.StartsWith("qmtl-console", StringComparison.Ordinal));
    }

    private async Task<KafkaHarness> KafkaAsync(TimeSpan? metadataInterval = null)
    {
        await server.StartAsync();
        var harness = new KafkaHarness(server) { MetadataInterval = metadataInterval ?? KafkaHarness.OftenEnough };
        await harness.MakeTopicAsync();
        return harness;
    }
}
