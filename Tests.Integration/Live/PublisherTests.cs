using Qmtl.ControlBus.InMemory;
using Qmtl.ControlBus.Kafka;
using Qmtl.ControlBus.Publishing;
using Qmtl.ControlBus.Redis;
using Qmtl.DagManager;
using Qmtl.Shared.Control;
using StackExchange.Redis;

namespace Qmtl.Tests.Integration.Live;

public sealed class InProcessPublisherTests : PublisherContract
{
    private protected override async Task<(IControlPublisher Publisher, LiveRig Rig)> MakeAsync(TimeProvider time)
    {
        InProcessControlBus? bus = null;
        var rig = await new LiveRig((engine, _) => bus = new(engine, time, "in process")).StartAsync();
        return (bus!, rig);
    }
}

[Collection(KafkaCollection.Name)]
[NeedsTestServer("kafka")]
public sealed class KafkaPublisherTests(KafkaServer server) : ServerPublisherContract
{
    private protected override async Task<(IControlPublisher Publisher, LiveRig Rig)> MakeAsync(TimeProvider time)
    {
        await server.StartAsync();
        if (!server.Topics().Contains(Topic)) await server.MakeTopicAsync(Topic);
        return (new KafkaControlPublisher(Settings(server.Address), time), await new LiveRig((_, clock) => KafkaHarness.Source(server.Address, Topic, clock)).StartAsync());
    }

    private protected override IControlPublisher MakeWhereNobodyListens(TimeProvider time, out string place)
    {
        place = FormattableString.Invariant($"127.0.0.1:{Ports.Free()}");
        return new KafkaControlPublisher(Settings(place), time);
    }

    [ServerFact]
    public async Task An_event_for_a_topic_that_is_not_there_fails_and_makes_none()
    {
        await server.StartAsync();
        using var publisher = new KafkaControlPublisher(Settings(server.Address), TimeProvider.System);
        var type = "made_up_" + Guid.NewGuid().ToString("N")[..8];
        var sent = new ControlEvent { Type = type, Key = "k", Data = "{}"u8.ToArray() };
        var failed = await Assert.ThrowsAsync<ControlBusUnavailableException>(async () => await publisher.EmitAsync(sent, default));
        Assert.Contains($"there is no topic {type}", failed.Message, StringComparison.Ordinal);
        Assert.Contains(server.Address, failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(type, server.Topics());
    }

    private static KafkaSettings Settings(string address) => new() { Brokers = [address], Patience = TimeSpan.FromSeconds(1) };
}

[Collection(RedisCollection.Name)]
public sealed class RedisPublisherTests(RedisServer server) : ServerPublisherContract
{
    private protected override async Task<(IControlPublisher Publisher, LiveRig Rig)> MakeAsync(TimeProvider time)
    {
        await server.StartAsync();
        return (new RedisControlPublisher(Settings(server.Address), time), await new LiveRig((_, clock) => RedisHarness.Source(server.Address, Topic, clock)).StartAsync());
    }

    private protected override IControlPublisher MakeWhereNobodyListens(TimeProvider time, out string place)
    {
        place = FormattableString.Invariant($"127.0.0.1:{Ports.Free()}");
        return new RedisControlPublisher(Settings(place), time);
    }

    [ServerFact]
    public async Task A_stream_is_cut_to_about_so_many_entries_and_goes_on_after_a_crash_of_the_server()
    {
        await server.StartAsync();
        using var publisher = new RedisControlPublisher(Settings(server.Address) with { MaxLength = 100 }, TimeProvider.System);
        for (var i = 0; i < 400; i++) await publisher.EmitAsync(DagManagerEvents.SentinelWeightUpdated("s", i / 400.0, "v1", null, DateTimeOffset.UtcNow), default);
        // The server cuts whole nodes of a hundred entries.
        var length = (long)await server.AskAsync("XLEN", "controlbus:" + Topic);
        Assert.InRange(length, 100, 220);
        var newest = (RedisResult[])((RedisResult[])((RedisResult[])await server.AskAsync("XREVRANGE", "controlbus:" + Topic, "+", "-", "COUNT", "1"))[0])[1];
        Assert.Equal(["key", "s", "value", "headers", "{\"content_type\":\"application/cloudevents+json\"}"], newest.Where((_, index) => index != 3).Select(field => (string)field));

        await server.KillAsync();
        await server.StartAsync();
        var sent = DagManagerEvents.SentinelWeightUpdated("s", 1, "v2", null, DateTimeOffset.UtcNow);
        // The first may still meet the broken connection; it then says so, and the next one goes.
        try
        {
            await publisher.EmitAsync(sent, default);
        }
        catch (ControlBusUnavailableException)
        {
            await publisher.EmitAsync(sent, default);
        }

        Assert.True((long)await server.AskAsync("XLEN", "controlbus:" + Topic) > length - 100);
    }

    private static RedisSettings Settings(string address) => new() { Connection = address, Patience = TimeSpan.FromSeconds(2) };
}
