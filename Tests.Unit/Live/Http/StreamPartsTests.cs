using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Configuration;
using Qmtl.ControlBus.Http;
using Qmtl.ControlBus.Sources;

namespace Qmtl.Tests.Unit.Live.Http;

public sealed class StreamPartsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(3, 8)]
    [InlineData(4, 8)]
    [InlineData(63, 8)]
    [InlineData(int.MaxValue, 8)]
    public void The_wait_doubles_up_to_eight_seconds_less_a_quarter_by_chance(int attempt, double seconds)
    {
        TimeSpan Of(double chance) => Backoff.Of(attempt, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8), chance);
        Assert.Equal(TimeSpan.FromSeconds(seconds), Of(0));
        Assert.Equal(TimeSpan.FromSeconds(seconds * 0.75), Of(1));
    }

    [Fact]
    public void A_tokens_life_is_its_own_so_that_a_clock_that_differs_does_not_matter()
    {
        var token = Token("""{"aud":"controlbus","exp":1795232159,"iat":1795231859}""");
        Assert.Equal(TimeSpan.FromSeconds(300), TokenLife.Of(token, Now.AddDays(-1), Now));
    }

    [Theory]
    [InlineData("not a token")]
    [InlineData("a.!!.c")]
    [InlineData("{}")]
    [InlineData("""{"exp":1795232159}""")]
    [InlineData("""{"exp":5,"iat":10}""")]
    [InlineData("""{"exp":"1795232159","iat":1795231859}""")]
    [InlineData("""[1]""")]
    public void Without_its_own_the_life_is_until_expires_at_or_the_usual(string claims)
    {
        var token = claims[0] is '{' or '[' ? Token(claims) : claims;
        Assert.Equal(TimeSpan.FromSeconds(42), TokenLife.Of(token, Now.AddSeconds(42), Now));
        Assert.Equal(TimeSpan.Zero, TokenLife.Of(token, Now.AddSeconds(-1), Now));
        Assert.Equal(TokenLife.Usual, TokenLife.Of(token, null, Now));
    }

    [Theory]
    [InlineData(300, 240)]
    [InlineData(5, 4)]
    [InlineData(0, 0.5)]
    [InlineData(1e9, 86_400)]
    public void A_new_token_is_asked_for_in_time(double life, double after) => Assert.Equal(TimeSpan.FromSeconds(after), TokenLife.RefreshAfter(TimeSpan.FromSeconds(life)));

    [Theory]
    [InlineData("""{"stream_url":"ws://h/ws/evt","token":"a.b.c","topics":[],"expires_at":"2026-11-21T03:35:59.843360Z"}""", null)]
    [InlineData("""{"stream_url":"ws://h/ws/evt","token":"a.b.c"}""", null)]
    [InlineData("""{"stream_url":"ws://h/ws/evt","token":"a.b.c","expires_at":7}""", null)]
    [InlineData("""{"stream_url":"ws://h/ws/evt"}""", "it has no token")]
    [InlineData("""{"stream_url":"ws://h/ws/evt","token":""}""", "it has no token")]
    [InlineData("""{"stream_url":"ws://h/ws/evt","token":"a\r\nX-Evil: 1"}""", "its token is none")]
    [InlineData("""{"token":"a.b.c"}""", "it has no stream_url")]
    [InlineData("""[]""", "a list")]
    [InlineData("""null""", "no object")]
    [InlineData("""<html>""", "not JSON")]
    [InlineData("", "not JSON")]
    public void A_descriptor_has_a_token_and_an_address(string body, string? problem)
    {
        var (descriptor, found) = Descriptor.Read(Encoding.UTF8.GetBytes(body));
        Assert.Equal(problem is null, descriptor is not null);
        if (problem is null) Assert.Null(found);
        else Assert.Contains(problem, found, StringComparison.Ordinal);
    }

    [Fact]
    public void Worlds_that_are_followed_keep_their_place_and_the_rest_is_named()
    {
        var body = Encoding.UTF8.GetBytes("""[{"id":"a"},{"id":"b"},{"id":"c"},{"id":"b"},{"name":"none"},7,{"id":""}]""");
        var (list, _) = WorldList.Read(body, ["c", "gone"], 2);
        Assert.Equal(["c", "a"], list!.Chosen);
        Assert.Equal(["b"], list.Rest);
        Assert.StartsWith("3 of the worlds", list.Remark, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":"a"}""", "no list")]
    [InlineData("Internal Server Error", "not JSON")]
    public void What_is_no_list_of_worlds_says_so(string body, string problem) =>
        Assert.Contains(problem, WorldList.Read(Encoding.UTF8.GetBytes(body), [], 2).Problem, StringComparison.Ordinal);

    [Fact]
    public void A_stretch_over_midnight_has_its_days()
    {
        Assert.Equal("12:00:00 to 12:00:07 UTC", Words.Span(Now, Now.AddSeconds(7)));
        Assert.Equal("2026-11-21 12:00:00 to 2026-11-22 12:00:00 UTC", Words.Span(Now, Now.AddDays(1)));
    }

    [Fact]
    public void Foreign_text_stands_on_one_line_and_is_cut() => Assert.Equal("a b �[3…", Words.Short("a\nb \u001b[31mred", 7));

    [Fact]
    public void Credentials_of_the_address_are_kept_apart()
    {
        var options = GatewaySettings.Of(Settings(("Gateway:Url", "https://me:p%40ss@edge.example/qmtl?x=1#y"), ("ControlBus:Gateway:Worlds", "a, b"), ("Gateway:AllowedStreamHosts:0", "s.example:1")));
        Assert.Equal("https://edge.example/qmtl/", options.Url.AbsoluteUri);
        Assert.Equal("me:p@ss", options.Credentials);
        Assert.Equal(["a", "b"], options.Worlds);
        Assert.Equal([new StreamHost("s.example", 1)], options.AllowedStreamHosts);
        var place = new GatewayControlSource(options, TimeProvider.System).Place;
        Assert.Equal("https://edge.example/qmtl/ws/evt", place);
    }

    [Theory]
    [InlineData("Gateway:AllowedStreamHosts:0", "wss://s.example", "use a host or host:port")]
    [InlineData("ControlBus:Gateway:MaxWorlds", "0", "from 1 to 1000")]
    [InlineData("ControlBus:Gateway:MaxWorlds", "many", "from 1 to 1000")]
    [InlineData("ControlBus:Gateway:Worlds", "a,b,c", "names 3 worlds, but at most 2")]
    [InlineData("ControlBus:Gateway:TokenlessStream", "true", "Remove one of the two")]
    [InlineData("ControlBus:Sources", "kafka", "no events are read from a Gateway")]
    public void Wrong_settings_say_what_to_do(string key, string value, string problem)
    {
        var settings = Settings(
            ("Gateway:Url", "http://gw:8000"), ("Kafka:Brokers", key == "ControlBus:Sources" ? "k:1" : null), ("ControlBus:Gateway:Worlds", "a"), ("ControlBus:Gateway:MaxWorlds", "2"), ("ControlBus:Sources", "gateway"), (key, value));
        Assert.Contains(ControlSources.Errors(settings), error => error.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Right_settings_say_nothing() =>
        Assert.Empty(ControlSources.Errors(Settings(("Gateway:Url", "http://gw:8000"), ("ControlBus:Gateway:Worlds", "a,b"), ("ControlBus:Gateway:MaxWorlds", "2"), ("Gateway:AllowedStreamHosts", "s.example"))));

    private static IConfiguration Settings(params (string Key, string? Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.GroupBy(setting => setting.Key).Select(group => KeyValuePair.Create(group.Key, group.Last().Value))).Build();

    private static string Token(string claims) => $"e30.{Encoding.ASCII.GetString(Base64Url.EncodeToUtf8(Encoding.UTF8.GetBytes(claims)))}.c2ln";
}
