using System.Text;
using Qmtl.ControlBus;
using Qmtl.ControlBus.Sources;
using Qmtl.Shared.Control;

namespace Qmtl.Tests.Integration.Live;

/// <summary>What every source of control events does, wherever it reads.</summary>
public abstract class SourceContract
{
    private protected abstract Task<SourceHarness> HarnessAsync();

    [ServerFact]
    public async Task Events_come_once_in_order_of_their_key_and_with_their_fields()
    {
        await using var harness = await HarnessAsync();
        await using var rig = await new LiveRig(harness).StartAsync();
        for (var i = 1; i <= 40; i++) await harness.PutAsync($"w{i % 4}", BusEvents.Activation($"w{i % 4}", "s1", i));
        await harness.PutAsync("st", BusEvents.Sentinel("st", "0.25"));
        await rig.WaitForRowsAsync(41);

        var rows = rig.Rows;
        Assert.Equal(41, rows.Count);
        Assert.Equal(rows.Count, rows.Select(row => row.Event.Sequence).Distinct().Count());
        foreach (var world in rows.Take(40).GroupBy(row => row.Event.WorldId))
        {
            var numbers = world.Select(row => int.Parse(row.Event.RunId!["run-".Length..], System.Globalization.CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(10, numbers.Count);
            Assert.Equal(numbers.Order(), numbers);
        }

        Assert.All(rows, row => Assert.Equal((1, rig.Source.Name), (row.Times, row.Event.Source)));
        var first = rows.Single(row => row.Event.RunId == "run-1").Event;
        Assert.Equal(("activation_updated", "activation:w1:s1:long", "w1", "s1", "act:1"), (first.Type, first.Key, first.WorldId, first.StrategyId, first.Etag));
        Assert.Equal(EventTimeSource.Data, first.EventTimeSource);
        Assert.InRange(first.Skew!.Value, TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(1));
        Assert.Equal("sentinel_weight_updated", rows.Single(row => row.Event.RunId is null).Event.Type);
        Assert.Empty(rig.Engine.Quarantine);
        Assert.Empty(rig.GapTexts);
    }

    [ServerFact]
    public async Task A_clock_that_is_a_day_off_an_unknown_world_and_an_unknown_type_are_shown()
    {
        await using var harness = await HarnessAsync();
        await using var rig = await new LiveRig(harness).StartAsync();
        var now = DateTimeOffset.UtcNow;
        await harness.PutAsync("w1", BusEvents.Activation("w1", "ahead", 1, now.AddDays(1)));
        await harness.PutAsync("w1", BusEvents.Activation("w1", "behind", 1, now.AddDays(-1)));
        await harness.PutAsync("nowhere", BusEvents.Activation("nobody knows this world", "s1", 1));
        await harness.PutAsync("x", BusEvents.Of("made_up", """{"world_id":"w1","anything":[1,2]}"""));
        await rig.WaitForRowsAsync(4);

        Assert.InRange(rig.Rows[0].Event.Skew!.Value, TimeSpan.FromHours(-24), TimeSpan.FromHours(-23));
        Assert.InRange(rig.Rows[1].Event.Skew!.Value, TimeSpan.FromHours(24), TimeSpan.FromHours(25));
        Assert.Equal("nobody knows this world", rig.Rows[2].Event.WorldId);
        Assert.Equal("made_up", rig.Rows[3].Event.Type);
        Assert.Contains("\"anything\":[1,2]", rig.Rows[3].Event.DataJson, StringComparison.Ordinal);
    }

    [ServerFact]
    public async Task It_ends_soon_when_it_is_told_to()
    {
        await using var harness = await HarnessAsync();
        await using var rig = await new LiveRig(harness).StartAsync();
        await harness.PutAsync("st", BusEvents.Sentinel("st", "0.5"));
        await rig.WaitForRowsAsync(1);
        Assert.InRange(await rig.StopAsync(), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }
}

/// <summary>What every source does that gets bytes from elsewhere.</summary>
public abstract class TransportContract : SourceContract
{
    [ServerFact]
    public async Task What_is_no_event_goes_to_quarantine_and_the_stream_goes_on()
    {
        await using var harness = await HarnessAsync();
        await using var rig = await new LiveRig(harness).StartAsync();
        var whole = BusEvents.Sentinel("st", "0.5");
        await harness.PutAsync("st", whole.AsMemory(0, whole.Length / 2));
        await harness.PutAsync("st", BusEvents.Sentinel("st", "\"0.5\""));
        await harness.PutAsync("st", BusEvents.Sentinel("st", "NaN"));
        await harness.PutAsync("st", BusEvents.Sentinel("st", "7.5"));
        await harness.PutAsync("st", NotUtf8());
        await harness.PutAsync("st", Huge());
        await harness.PutAsync("st", BusEvents.Sentinel("after", "0.75"));
        await rig.WaitAsync(() => rig.Rows.Any(row => row.Event.Key.Contains("after", StringComparison.Ordinal)), "the event after the malformed ones came");

        var reasons = rig.Engine.Quarantine.Select(each => each.Reason).Reverse().ToList();
        Assert.Equal(5, reasons.Count);
        Assert.Contains("Not JSON", reasons[0], StringComparison.Ordinal);
        Assert.Contains("weight", reasons[1], StringComparison.Ordinal);
        Assert.Contains("Not JSON", reasons[2], StringComparison.Ordinal);
        Assert.Contains("UTF-8", reasons[3], StringComparison.Ordinal);
        Assert.Contains("bytes", reasons[4], StringComparison.Ordinal);
        var huge = rig.Engine.Quarantine[0];
        Assert.InRange(huge.Length, 10 * 1024 * 1024, 11 * 1024 * 1024);
        Assert.Equal(64 * 1024, huge.FirstBytes.Length);
        Assert.Equal(2, rig.Rows.Count);
        Assert.Contains("outside 0 to 1", Assert.Single(rig.Rows[0].Event.Remarks), StringComparison.Ordinal);
    }

    private static byte[] NotUtf8()
    {
        var bytes = BusEvents.Sentinel("st", "0.5", world: "w??");
        bytes[bytes.AsSpan().IndexOf("??"u8)] = 0xC3;
        return bytes;
    }

    /// <summary>A CloudEvent of a little over 10 MiB.</summary>
    private static byte[] Huge() => BusEvents.Of("sentinel_weight_updated", $$"""{"sentinel_id":"st","weight":0.5,"padding":"{{new string('x', 10 * 1024 * 1024)}}"}""");
}

/// <summary>What every source does that reads from a server.</summary>
public abstract class ServerContract : TransportContract
{
    /// <summary>One kill serves both questions, because a broker takes seconds to start.</summary>
    [ServerFact]
    public async Task A_server_that_is_down_at_the_start_or_later_is_named_and_nothing_that_it_holds_is_lost()
    {
        await using var harness = (ServerHarness)await HarnessAsync();
        await using var before = await new LiveRig(harness).StartAsync();
        for (var i = 1; i <= 20; i++) await harness.PutAsync("st", BusEvents.Activation("w1", "s1", i));
        await before.WaitForRowsAsync(20);

        await harness.KillAsync();
        await before.WaitAsync(() => before.Status?.State == SourceState.Broken, "the source says that its server is gone");
        await using var after = await new LiveRig(harness).StartAsync(isUp: false);
        await after.WaitAsync(() => after.Status?.State == SourceState.Broken, "a source that starts without its server says so");
        foreach (var rig in new[] { before, after })
        {
            Assert.NotEmpty(rig.Status!.Detail);
            Assert.NotEmpty(rig.Status.Advice);
        }

        await harness.StartAsync();
        foreach (var rig in new[] { before, after }) await rig.WaitAsync(() => rig.Status?.State == SourceState.Reading, "the source reads again");
        for (var i = 21; i <= 40; i++) await harness.PutAsync("st", BusEvents.Activation("w1", "s1", i));
        await before.WaitForRowsAsync(40);
        Assert.Equal(Enumerable.Range(1, 40).Select(i => $"run-{i}"), before.Rows.Select(row => row.Event.RunId));
        await after.WaitForRowsAsync(harness.KeepsEvents ? 40 : 20);
        Assert.Equal(Enumerable.Range(harness.KeepsEvents ? 1 : 21, harness.KeepsEvents ? 40 : 20).Select(i => $"run-{i}"), after.Rows.Select(row => row.Event.RunId));

        if (before.Source.ProvesGaps) Assert.Empty(before.GapTexts);
        else Assert.All(before.GapTexts.DefaultIfEmpty(""), text => Assert.Contains("\"proven\":false", text, StringComparison.Ordinal));
    }

    [ServerFact]
    public async Task It_ends_soon_also_when_nobody_answers()
    {
        await using var rig = await new LiveRig((_, time) => CreateWhereNobodyListens(time)).StartAsync(isUp: false);
        await rig.WaitAsync(() => rig.Status?.State == SourceState.Broken, "the source says that nobody answers");
        Assert.InRange(await rig.StopAsync(), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    /// <summary>A source of the same kind at an address where nobody listens.</summary>
    private protected abstract IControlSource CreateWhereNobodyListens(TimeProvider time);
}

/// <summary>What every source does that reads topics which can be taken away.</summary>
public abstract class TopicContract : ServerContract
{
    [ServerFact]
    public async Task A_topic_that_is_taken_away_is_named_and_read_from_its_start_when_it_comes_back()
    {
        await using var harness = (TopicHarness)await HarnessAsync();
        await using var rig = await new LiveRig(harness).StartAsync();
        for (var i = 1; i <= 5; i++) await harness.PutAsync("st", BusEvents.Activation("w1", "s1", i));
        await rig.WaitForRowsAsync(5);

        await harness.DropTopicAsync();
        await rig.WaitAsync(() => rig.Status?.State == SourceState.Attention && rig.Status.Detail.Contains(harness.Topic, StringComparison.Ordinal), "the missing topic is named");
        await harness.MakeTopicAsync();
        // More than the old one had: by its end alone the new one looks like the old one.
        for (var i = 101; i <= 112; i++) await harness.PutAsync("st", BusEvents.Activation("w1", "s1", i));
        await rig.WaitForRowsAsync(17);
        await rig.WaitAsync(() => rig.Status?.State == SourceState.Reading, "the source reads all again");
        Assert.Equal([.. Enumerable.Range(1, 5), .. Enumerable.Range(101, 12)], rig.Rows.Select(row => int.Parse(row.Event.RunId!["run-".Length..], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Contains("\"proven\":true", Assert.Single(rig.GapTexts), StringComparison.Ordinal);
    }
}
