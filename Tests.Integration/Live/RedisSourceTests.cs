using System.Globalization;
using Qmtl.ControlBus;
using Qmtl.ControlBus.Sources;
using Qmtl.Shared.Control;

namespace Qmtl.Tests.Integration.Live;

/// <summary>The source that reads Redis Streams, on a real server.</summary>
[Collection(RedisCollection.Name)]
public sealed class RedisSourceTests(RedisServer server) : TopicContract
{
    private protected override async Task<SourceHarness> HarnessAsync() => await RedisAsync();

    private protected override IControlSource CreateWhereNobodyListens(TimeProvider time) => RedisHarness.Source(FormattableString.Invariant($"127.0.0.1:{Ports.Free()}"), "none", time);

    [ServerFact]
    public async Task Entries_that_are_not_in_our_form_go_to_quarantine_and_headers_and_the_servers_time_come()
    {
        await using var harness = await RedisAsync();
        await using var rig = await new LiveRig(harness).StartAsync();
        await server.AskAsync("XADD", harness.Stream, "*", "key", "k", "vaule", "{}");
        await server.AskAsync("XADD", harness.Stream, "*", "key", "k", "value", "{}", "headers", "[1]");
        await server.AskAsync("XADD", harness.Stream, "*", "value", """{"type":"QueueUpdated","tags":["a"],"interval":60,"queues":["q"],"match_mode":"any"}""", "headers", """{"etag":"e-7","run_id":"r-7"}""");
        await rig.WaitForRowsAsync(1);

        Assert.Equal(["The entry has no field \"value\".", "The field \"headers\" of the entry is no JSON object of texts."], rig.Engine.Quarantine.Reverse().Select(each => each.Reason));
        var row = rig.Rows[0].Event;
        Assert.Equal(("queue_updated", "e-7", "r-7", harness.Topic, EventTimeSource.Broker), (row.Type, row.Etag, row.RunId, row.Topic, row.EventTimeSource));
        Assert.InRange(row.Skew!.Value, TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(1));
    }

    [ServerFact]
    public async Task The_first_start_reads_back_so_far_and_no_further()
    {
        await using var harness = await RedisAsync();
        var now = DateTimeOffset.UtcNow;
        foreach (var (run, age) in ((int, int)[])[(1, 40), (2, 20), (3, 10), (4, 1)])
        {
            await server.AskAsync("XADD", harness.Stream, Id(now.AddMinutes(-age)), "key", "k", "value", BusEvents.Activation("w1", "s1", run));
        }

        await using var rig = await new LiveRig(harness).StartAsync();
        await rig.WaitForRowsAsync(2);
        Assert.Equal(["run-3", "run-4"], rig.Rows.Select(row => row.Event.RunId));
        Assert.Empty(rig.GapTexts);
    }

    [ServerFact]
    public async Task What_was_trimmed_unread_is_a_gap_with_its_number_and_what_was_read_is_none()
    {
        await using var harness = await RedisAsync();
        await using var rig = new LiveRig(harness);
        for (var i = 1; i <= 3; i++) await harness.PutAsync("k", BusEvents.Activation("w1", "s1", i));
        await rig.StartAsync();
        await rig.WaitForRowsAsync(3);
        await rig.WaitAsync(() => rig.Engine.Topics(LiveFilter.Everything).Single().LagMessages == 0, "nothing is behind");

        // Read already: nothing is missing.
        await server.AskAsync("XTRIM", harness.Stream, "MAXLEN", "0");
        await harness.PutAsync("k", BusEvents.Activation("w1", "s1", 4));
        await rig.WaitForRowsAsync(4);
        await rig.StopAsync();
        Assert.Empty(rig.GapTexts);

        for (var i = 5; i <= 10; i++) await harness.PutAsync("k", BusEvents.Activation("w1", "s1", i));
        await server.AskAsync("XTRIM", harness.Stream, "MAXLEN", "2");
        await rig.StartAsync();
        await rig.WaitForRowsAsync(6);
        Assert.Equal(["run-4", "run-9", "run-10"], rig.Rows.Skip(3).Select(row => row.Event.RunId));
        var gap = Assert.Single(rig.GapTexts);
        Assert.Contains("4 entries after", gap, StringComparison.Ordinal);
        Assert.Contains("\"proven\":true", gap, StringComparison.Ordinal);
    }

    [ServerFact]
    public async Task A_stream_made_anew_between_two_looks_is_a_gap_and_nothing_of_it_is_passed_over()
    {
        await using var harness = await RedisAsync();
        await using var rig = new LiveRig(harness);
        for (var i = 1; i <= 3; i++) await harness.PutAsync("k", BusEvents.Activation("w1", "s1", i));
        await rig.StartAsync();
        await rig.WaitForRowsAsync(3);
        await rig.WaitAsync(() => rig.Engine.Topics(LiveFilter.Everything).Single().LagMessages == 0, "nothing is behind");
        await rig.StopAsync();
        await harness.DropTopicAsync();
        for (var i = 101; i <= 105; i++) await harness.PutAsync("k", BusEvents.Activation("w1", "s1", i));
        await rig.StartAsync();
        await rig.WaitForRowsAsync(8);
        Assert.Equal([1, 2, 3, 101, 102, 103, 104, 105], rig.Rows.Select(row => int.Parse(row.Event.RunId!["run-".Length..], CultureInfo.InvariantCulture)));
        Assert.Contains("made anew", Assert.Single(rig.GapTexts), StringComparison.Ordinal);
    }

    [ServerFact]
    public async Task A_key_that_is_no_stream_is_named()
    {
        await using var harness = await RedisAsync();
        await server.AskAsync("SET", harness.Stream, "text");
        await using var rig = await new LiveRig(harness).StartAsync();
        Assert.Equal(SourceState.Attention, rig.Status!.State);
        Assert.Contains($"{harness.Stream} cannot be read: WRONGTYPE", rig.Status.Detail, StringComparison.Ordinal);
    }

    private static string Id(DateTimeOffset at) => at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) + "-1";

    private async Task<RedisHarness> RedisAsync()
    {
        await server.StartAsync();
        return new(server);
    }
}
