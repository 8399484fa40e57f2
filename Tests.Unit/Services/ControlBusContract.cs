using System.Text;
using Microsoft.Extensions.Options;
using Qmtl.ControlBus;
using Qmtl.ControlBus.InMemory;
using Qmtl.ControlBus.Live;
using Qmtl.Shared.Control;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Unit.Services;

/// <summary>What every ControlBus does, wherever its events come from.</summary>
public abstract class ControlBusContract
{
    internal ManualTime Time { get; } = new();

    private protected abstract (IControlFeed Feed, IControlEmitter Emitter, IControlPublisher Publisher) Make(ControlBusOptions options);

    private protected static ControlEvent Event(int number, string type = "queue_updated") =>
        new() { Type = type, Key = $"k{number}", Data = Encoding.UTF8.GetBytes($"{{\"n\":{number}}}") };

    [Fact]
    public async Task Events_are_numbered_from_one_without_gaps_and_stamped()
    {
        var (feed, emitter, _) = Make(new ControlBusOptions());
        for (var i = 0; i < 5; i++) await emitter.EmitAsync(Event(i), default);

        Assert.Equal([1L, 2, 3, 4, 5], feed.Recent(10).Select(each => each.Sequence));
        Assert.All(feed.Recent(10), each => Assert.Equal(Time.GetUtcNow(), each.ReceivedAt));
        Assert.Equal(new ControlFeedStatus(5, Time.GetUtcNow(), 0), feed.Status);
    }

    [Fact]
    public void A_quiet_bus_says_that_nothing_came()
    {
        var (feed, _, _) = Make(new ControlBusOptions());
        Assert.Empty(feed.Recent(10));
        Assert.Null(feed.Status.LastReceivedAt);
    }

    [Fact]
    public async Task The_journal_keeps_the_newest_in_order_and_no_more_than_its_bound()
    {
        var (feed, emitter, _) = Make(new ControlBusOptions { JournalCapacity = 4 });
        for (var i = 1; i <= 11; i++) await emitter.EmitAsync(Event(i), default);

        Assert.Equal(["k8", "k9", "k10", "k11"], feed.Recent(100).Select(each => each.Key));
        Assert.Equal(["k10", "k11"], feed.Recent(2).Select(each => each.Key));
        Assert.Empty(feed.Recent(0));
        Assert.Empty(feed.Recent(-1));
    }

    [Fact]
    public async Task A_subscription_is_open_before_it_is_read()
    {
        var (feed, emitter, _) = Make(new ControlBusOptions());
        await emitter.EmitAsync(Event(1), default);
        using var stop = new CancellationTokenSource();
        var subscription = feed.SubscribeAsync(stop.Token);
        await emitter.EmitAsync(Event(2), default);

        await using var reader = subscription.GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(["k2"], reader.Current.Events.Select(each => each.Key));
        Assert.Equal(0, reader.Current.Dropped);
    }

    [Fact]
    public async Task A_slow_subscriber_loses_its_oldest_and_is_told_how_many()
    {
        var (feed, emitter, _) = Make(new ControlBusOptions { SubscriberCapacity = 3, BatchSize = 2 });
        using var stop = new CancellationTokenSource();
        var slow = feed.SubscribeAsync(stop.Token);
        for (var i = 1; i <= 10; i++) await emitter.EmitAsync(Event(i), default);

        await using var reader = slow.GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(7, reader.Current.Dropped);
        Assert.Equal(["k8", "k9"], reader.Current.Events.Select(each => each.Key));

        // k10 still waits; of a capacity of three, four more push it and k11 out.
        for (var i = 11; i <= 14; i++) await emitter.EmitAsync(Event(i), default);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(2, reader.Current.Dropped);
        Assert.Equal(["k12", "k13"], reader.Current.Events.Select(each => each.Key));
    }

    [Fact]
    public async Task Every_event_is_delivered_or_counted_as_dropped()
    {
        var (feed, emitter, _) = Make(new ControlBusOptions { SubscriberCapacity = 16, BatchSize = 4 });
        using var stop = new CancellationTokenSource();
        var subscription = feed.SubscribeAsync(stop.Token);
        const int Sent = 20_000;
        var sending = Task.Run(async () =>
        {
            for (var i = 1; i <= Sent; i++) await emitter.EmitAsync(Event(i), default);
        });

        long accounted = 0, last = 0;
        await foreach (var batch in subscription)
        {
            Assert.Equal(last + batch.Dropped + 1, batch.Events[0].Sequence);
            accounted += batch.Dropped + batch.Events.Count;
            last = batch.Events[^1].Sequence;
            if (last == Sent) break;
        }

        await sending;
        Assert.Equal(Sent, accounted);
    }

    [Fact]
    public async Task A_subscription_ends_with_its_token_and_leaves_nothing_behind()
    {
        var (feed, _, _) = Make(new ControlBusOptions());
        using var stop = new CancellationTokenSource();
        var never = feed.SubscribeAsync(stop.Token);
        var read = Task.Run(async () =>
        {
            await foreach (var batch in feed.SubscribeAsync(stop.Token)) Assert.NotEmpty(batch.Events);
        });
        Assert.InRange(feed.Status.Subscribers, 1, 2);
        await stop.CancelAsync();
        await read;
        Assert.Equal(0, feed.Status.Subscribers);
        Assert.NotNull(never);
    }

    [Fact]
    public void Subscriptions_have_a_bound()
    {
        var (feed, _, _) = Make(new ControlBusOptions { MaxSubscribers = 2 });
        using var stop = new CancellationTokenSource();
        feed.SubscribeAsync(stop.Token);
        feed.SubscribeAsync(stop.Token);
        var refused = Assert.Throws<InvalidOperationException>(() => feed.SubscribeAsync(stop.Token));
        Assert.Contains("2 subscriptions", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sentinel.weight", "k1", "k1", 60, true)]
    [InlineData("world.activation", "k1", "k1", 60, false)]
    [InlineData("sentinel.weight", "k2", "k1", 60, false)]
    [InlineData("sentinel.weight", "k1", "k2", 60, false)]
    [InlineData("sentinel.weight", "k1", "k1", 0, false)]
    public async Task Publishing_needs_a_ticket_for_this_event(string kind, string target, string item, int secondsLeft, bool allowed)
    {
        var (feed, _, publisher) = Make(new ControlBusOptions());
        var ticket = await Tickets.MakeAsync(kind, target, item, Time);
        Time.Advance(Tickets.Lifetime - TimeSpan.FromSeconds(secondsLeft));
        var publish = async () => await publisher.PublishAsync(Event(1, "sentinel_weight_updated"), ticket, default);
        if (allowed)
        {
            await publish();
            Assert.Single(feed.Recent(5));
        }
        else
        {
            await Assert.ThrowsAsync<RailTicketRefusedException>(publish);
            Assert.Empty(feed.Recent(5));
        }
    }
}

public sealed class InProcessControlBusTests : ControlBusContract
{
    private protected override (IControlFeed Feed, IControlEmitter Emitter, IControlPublisher Publisher) Make(ControlBusOptions options)
    {
        var engine = new LiveEngine(Options.Create(options), Time);
        var bus = new InProcessControlBus(engine, Time, "in process");
        return (new ControlFeed(engine, Options.Create(options)), bus, bus);
    }
}
