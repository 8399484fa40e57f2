using Qmtl.ControlBus.Publishing;
using Qmtl.ControlBus.Sources;
using Qmtl.DagManager;
using Qmtl.Shared.Control;
using Qmtl.Shared.Rail;
using Qmtl.Tests.Unit.Services;

namespace Qmtl.Tests.Integration.Live;

/// <summary>What every place does that events can be sent to: it asks for the rail's ticket first, and what was sent comes back by its source.</summary>
public abstract class PublisherContract
{
    /// <summary>Where QMTL sends a sentinel's weight.</summary>
    private protected const string Topic = "sentinel_weight";

    private readonly string _sentinel = "sentinel-" + Guid.NewGuid().ToString("N")[..8];

    private protected ManualTime Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));

    /// <summary>A publisher by that clock, and a rig whose source reads <see cref="Topic"/> of the same place; the rig runs.</summary>
    private protected abstract Task<(IControlPublisher Publisher, LiveRig Rig)> MakeAsync(TimeProvider time);

    [ServerFact]
    public async Task Only_what_its_ticket_covers_is_sent_and_comes_back_as_the_same_event()
    {
        var (publisher, rig) = await MakeAsync(Time);
        await using var running = rig;
        using var disposing = publisher as IDisposable;
        var sent = DagManagerEvents.SentinelWeightUpdated(_sentinel, 0.375, "v7", "world-1", Time.GetUtcNow());
        await RefusedAsync(publisher, sent, await Tickets.MakeAsync("world.activation", sent.Key, sent.Key, Time));
        await RefusedAsync(publisher, sent, await Tickets.MakeAsync("sentinel.weight", sent.Key, sent.Key + "-other", Time));
        await RefusedAsync(publisher, sent, await Tickets.MakeAsync("sentinel.weight", sent.Key + "-other", sent.Key, Time));
        var expired = await Tickets.MakeAsync("sentinel.weight", sent.Key, sent.Key, Time);
        Time.Advance(Tickets.Lifetime + TimeSpan.FromSeconds(1));
        await RefusedAsync(publisher, sent, expired);

        await publisher.PublishAsync(sent, await Tickets.MakeAsync("sentinel.weight", sent.Key, sent.Key, Time), default);
        var other = DagManagerEvents.SentinelWeightUpdated(_sentinel + "-last", 1, "v7", null, Time.GetUtcNow());
        await publisher.PublishAsync(other, await Tickets.MakeAsync("sentinel.weight", other.Key, other.Key, Time), default);
        await rig.WaitAsync(() => Mine(rig).Count >= 2, "both events came");

        var came = Mine(rig)[0];
        Assert.Equal(2, Mine(rig).Count);
        Assert.Equal((sent.Type, sent.Key, sent.WorldId, sent.DataJson, sent.EventTime), (came.Type, came.Key, came.WorldId, came.DataJson, came.EventTime));
        Assert.Equal(rig.Source.Name, came.Source);
        Assert.Empty(rig.Engine.Quarantine);
    }

    private static async Task RefusedAsync(IControlPublisher publisher, ControlEvent sent, RailTicket ticket) =>
        await Assert.ThrowsAsync<RailTicketRefusedException>(async () => await publisher.PublishAsync(sent, ticket, default));

    private List<ControlEvent> Mine(LiveRig rig) => [.. rig.Rows.Select(row => row.Event).Where(each => each.Key.Contains(_sentinel, StringComparison.Ordinal))];
}

/// <summary>What every publisher does that sends to a server.</summary>
public abstract class ServerPublisherContract : PublisherContract
{
    [ServerFact]
    public async Task Without_the_server_it_says_which_bus_and_what_did_not_go()
    {
        var publisher = MakeWhereNobodyListens(Time, out var place);
        using var disposing = publisher as IDisposable;
        var sent = DagManagerEvents.SentinelWeightUpdated("s", 0.5, "v1", null, Time.GetUtcNow());
        var ticket = await Tickets.MakeAsync("sentinel.weight", sent.Key, sent.Key, Time);
        var failed = await Assert.ThrowsAsync<ControlBusUnavailableException>(async () => await publisher.PublishAsync(sent, ticket, default));
        Assert.Contains(place, failed.Message, StringComparison.Ordinal);
        Assert.Contains(Topic, failed.Message, StringComparison.Ordinal);
    }

    private protected abstract IControlPublisher MakeWhereNobodyListens(TimeProvider time, out string place);
}
