using System.Text;
using System.Text.Json;
using Qmtl.ControlBus;
using Qmtl.ControlBus.Normalising;
using Qmtl.Shared.Control;

namespace Qmtl.Tests.Unit.Live;

public sealed class NormaliserTests
{
    public static TheoryData<string> Recordings() => [.. Messages.Recordings().Select(file => Path.GetRelativePath(Fixture.PathOf("contracts/ws"), file))];

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Every_frame_that_the_gateway_sent_becomes_an_event_of_a_known_type(string recording)
    {
        foreach (var message in Messages.Delivered(Messages.Recording(recording)))
        {
            var (found, malformed) = Normaliser.Read(message);
            Assert.Null(malformed);
            if (found is null)
            {
                Assert.Contains(JsonDocument.Parse(message.Value).RootElement.GetProperty("type").GetString(), new[] { "ack", "refresh_ack" });
                continue;
            }

            Assert.Contains(found.Type, EventTypes.All);
            Assert.NotEqual(EventTimeSource.Envelope, found.EventTimeSource);
            Assert.NotNull(found.EnvelopeId);
        }
    }

    [Fact]
    public void What_the_Gateway_sends_at_a_connect_is_marked_as_state_and_not_as_a_change()
    {
        foreach (var recording in new[] { "head/01-connect-snapshot-full.json", "seed/01-connect-snapshot-full.json" })
        {
            var events = Messages.Delivered(Messages.Recording(recording)).Select(message => Normaliser.Read(message).Event!).ToList();
            Assert.Equal(3, events.Count);
            Assert.All(events, each => Assert.Contains(each.Remarks, remark => remark.Contains("the state then, not a change", StringComparison.Ordinal)));
        }

        Assert.All(Messages.Delivered(Messages.Recording("head/18-policy-events.json")), message => Assert.Empty(Normaliser.Read(message).Event!.Remarks));
    }

    [Fact]
    public void The_recordings_hold_every_type_that_the_gateway_relays()
    {
        var seen = Messages.Recordings().SelectMany(Messages.Delivered).Select(message => Normaliser.Read(message).Event?.Type).OfType<string>().ToHashSet();
        Assert.Superset(
            new HashSet<string> { EventTypes.Activation, EventTypes.Policy, EventTypes.Queue, EventTypes.TagQuery, EventTypes.QueueLifecycle, EventTypes.SentinelWeight, EventTypes.Progress, EventTypes.QueueMap, EventTypes.Deprecation, EventTypes.PolicyStateHash },
            seen);
    }

    [Fact]
    public void What_worldservice_publishes_is_known_and_has_its_world_and_time()
    {
        using var document = JsonDocument.Parse(Fixture.Bytes("contracts/bus/worldservice-events.json"));
        var published = document.RootElement.GetProperty("steps").EnumerateArray().SelectMany(step => step.GetProperty("published").EnumerateArray()).ToArray();
        Assert.NotEmpty(published);
        foreach (var each in published)
        {
            var (found, malformed) = Normaliser.Read(Messages.Of(each.GetProperty("value").GetRawText(), topic: each.GetProperty("topic").GetString(), key: each.GetProperty("key").GetString()));
            Assert.Null(malformed);
            Assert.Equal(each.GetProperty("value").GetProperty("type").GetString(), found!.Type);
            Assert.NotNull(found.WorldId);
            Assert.NotEqual(EventTimeSource.None, found.EventTimeSource);
            Assert.Empty(found.Remarks);
        }
    }

    [Fact]
    public void A_bare_payload_of_the_older_generation_is_told_by_its_topic()
    {
        var queue = Normaliser.Read(Messages.Of("""{"tags":["price","btc"],"interval":60,"queues":["q1"],"match_mode":"any"}""", topic: "queue", key: "btc,price")).Event!;
        Assert.Equal((EventTypes.Queue, "queue:btc,price:60"), (queue.Type, queue.Key));
        Assert.Equal(["price", "btc"], queue.Tags);
        Assert.Equal(EventTimeSource.None, queue.EventTimeSource);
        Assert.Null(queue.Skew);

        var activation = Normaliser.Read(Messages.Of("""{"world_id":"w1","strategy_id":"s1","side":"long","active":true,"weight":1.0,"version":1}""", topic: "activation") with
        {
            Headers = new Dictionary<string, string> { ["etag"] = "h1", ["run_id"] = "hr1" },
        }).Event!;
        Assert.Equal(("activation:w1:s1:long", "h1", "hr1", "w1", "s1"), (activation.Key, activation.Etag, activation.RunId, activation.WorldId, activation.StrategyId));
    }

    [Fact]
    public void The_time_is_the_datas_then_the_envelopes_then_the_brokers_and_never_the_relays()
    {
        const string Body = "\"data\":{\"sentinel_id\":\"s\",\"weight\":0.5}";
        var broker = Messages.Noon.AddSeconds(-5);
        var ofData = Normaliser.Read(Messages.Of("""{"specversion":"1.0","source":"qmtl.services.dagmanager","type":"sentinel_weight_updated","time":"2026-11-21T11:00:00Z","data":{"sentinel_id":"s","weight":0.5,"ts":"2026-11-21T11:59:30.250000Z"}}""")).Event!;
        Assert.Equal((Messages.Noon.AddMilliseconds(-29750), EventTimeSource.Data), (ofData.EventTime, ofData.EventTimeSource));
        Assert.Equal(TimeSpan.FromMilliseconds(29750), ofData.Skew);
        var ofEnvelope = Normaliser.Read(Messages.Of("{\"specversion\":\"1.0\",\"source\":\"x\",\"type\":\"sentinel_weight_updated\",\"time\":\"2026-11-21T13:00:00+01:00\"," + Body + "}") with { BrokerTime = broker }).Event!;
        Assert.Equal((Messages.Noon, EventTimeSource.Envelope), (ofEnvelope.EventTime, ofEnvelope.EventTimeSource));
        var ofBroker = Normaliser.Read(Messages.Of("{\"sentinel_id\":\"s\",\"weight\":0.5}") with { BrokerTime = broker }).Event!;
        Assert.Equal((broker, EventTimeSource.Broker), (ofBroker.EventTime, ofBroker.EventTimeSource));
        var relayed = Normaliser.Read(Messages.Of("{\"specversion\":\"1.0\",\"source\":\"qmtl.services.gateway\",\"type\":\"sentinel_weight\",\"time\":\"2026-11-21T11:00:00Z\"," + Body + "}", "gateway", null)).Event!;
        Assert.Equal((null, EventTimeSource.None), (relayed.EventTime, relayed.EventTimeSource));
    }

    [Fact]
    public void An_unknown_type_is_kept_and_shown_as_it_came()
    {
        var found = Normaliser.Read(Messages.Of("""{"specversion":"1.0","id":"1","source":"s","type":"brand.new","data":{"weight":"a lot"}}""", topic: "nonsense", key: "k")).Event!;
        Assert.Equal(("brand.new", "k", """{"weight":"a lot"}"""), (found.Type, found.Key, found.DataJson));
        Assert.Contains("Not a type", Assert.Single(found.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void An_activation_that_is_called_a_policy_is_an_activation()
    {
        var found = Messages.Delivered(Messages.Recording("head/36-bus-oddities.json")).Select(message => Normaliser.Read(message).Event!).Single(each => each.DeliveredType == "policy_updated");
        Assert.Equal(EventTypes.Activation, found.Type);
        Assert.Contains("Delivered as policy_updated", Assert.Single(found.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void A_weight_out_of_range_is_shown_with_a_remark()
    {
        var found = Normaliser.Read(Messages.Of("""{"sentinel_id":"s","weight":7.5,"version":1}""")).Event!;
        Assert.Contains("7.5 is outside 0 to 1", Assert.Single(found.Remarks), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"sentinel_id":"s","weight":"0.5"}""", "data.weight is a string; a number is needed")]
    [InlineData("""{"sentinel_id":"s","weight":NaN}""", "Not JSON at line 1, byte")]
    [InlineData("""{"sentinel_id":"s","weight":0.5""", "Not JSON")]
    [InlineData("""{"sentinel_id":"s"}""", "data.weight is missing")]
    [InlineData("""{"sentinel_id":7,"weight":0.5}""", "data.sentinel_id is")]
    [InlineData("""["sentinel_id"]""", "The message is an array")]
    [InlineData("", "Not JSON")]
    [InlineData("""{"specversion":"1.0","type":"sentinel_weight_updated","data":"x"}""", "without an object as data")]
    [InlineData("""{"sentinel_id":"s","weight":0.5}{}""", "Not JSON")]
    [InlineData("""{"sentinel_id":"\ud800","weight":0.5}""", "not valid UTF-8")]
    public void What_is_malformed_goes_to_quarantine_with_reason_bytes_length_and_hash(string json, string reason)
    {
        var (found, malformed) = Normaliser.Read(Messages.Of(json, position: "0:7"));
        Assert.Null(found);
        Assert.Contains(reason, malformed!.Reason, StringComparison.Ordinal);
        Assert.Equal(json, Encoding.UTF8.GetString(malformed.FirstBytes.Span));
        Assert.Equal((json.Length, "0:7", "sentinel_weight"), (malformed.Length, malformed.Position, malformed.Topic));
        Assert.Equal(64, malformed.Sha256.Length);
    }

    [Fact]
    public void A_message_of_ten_megabytes_is_not_read_and_only_its_beginning_kept()
    {
        var bytes = new byte[10_000_000];
        bytes.AsSpan().Fill((byte)' ');
        var (found, malformed) = Normaliser.Read(Messages.Of("") with { Value = bytes });
        Assert.Null(found);
        Assert.Equal((64 * 1024, 10_000_000L), (malformed!.FirstBytes.Length, malformed.Length));
        Assert.Contains("10000000 bytes", malformed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_bytes_come_nothing_is_thrown()
    {
        var random = new Random(7);
        var recorded = Messages.Recordings().SelectMany(file => Messages.Delivered(file).Concat(Messages.OnBus(file))).Select(message => message.Value.ToArray()).Where(bytes => bytes.Length > 0).ToArray();
        var results = (Events: 0, Malformed: 0);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = recorded[random.Next(recorded.Length)].ToArray();
            for (var j = random.Next(1, 4); j > 0; j--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var (found, malformed) = Normaliser.Read(Messages.Of("") with { Value = bytes.AsMemory(0, random.Next(8) == 0 ? random.Next(bytes.Length) : bytes.Length) });
            if (found is not null) results.Events++;
            if (malformed is not null) results.Malformed++;
        }

        Assert.True(results is { Events: > 1000, Malformed: > 1000 }, results.ToString());
    }
}
