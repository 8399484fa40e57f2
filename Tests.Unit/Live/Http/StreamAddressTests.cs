using Qmtl.ControlBus.Http;

namespace Qmtl.Tests.Unit.Live.Http;

public sealed class StreamAddressTests
{
    [Theory]
    // The host of Gateway:Url: as named, with its port where the descriptor writes none.
    [InlineData("http://gw.example:8000", "ws://gw.example:8000/ws/evt", "ws://gw.example:8000/ws/evt")]
    [InlineData("http://gw.example:8000", "ws://GW.example/ws/evt?x=1", "ws://gw.example:8000/ws/evt?x=1")]
    [InlineData("http://gw.example:8000", "ws://gw.example:9000/other", "ws://gw.example:9000/other")]
    [InlineData("https://gw.example", "wss://gw.example/ws/evt", "wss://gw.example/ws/evt")]
    // The scheme is that of Gateway:Url whatever the descriptor says.
    [InlineData("https://gw.example", "ws://gw.example/ws/evt", "wss://gw.example/ws/evt")]
    [InlineData("http://gw.example:8000", "wss://gw.example/ws/evt", "ws://gw.example:8000/ws/evt")]
    [InlineData("https://gw.example", "http://gw.example/ws/evt", "wss://gw.example/ws/evt")]
    // A host that is not allowed is replaced, the path stays.
    [InlineData("http://127.0.0.1:8000", "wss://gateway/ws/evt", "ws://127.0.0.1:8000/ws/evt")]
    [InlineData("http://127.0.0.1:8000", "ws://169.254.169.254/latest?x=1", "ws://127.0.0.1:8000/latest?x=1")]
    [InlineData("http://gw.example:8000", "ws://gw.example.evil.example:8000/ws/evt", "ws://gw.example:8000/ws/evt")]
    [InlineData("http://gw.example:8000", "ws://gw.example:8000@evil.example/ws/evt", "ws://gw.example:8000/ws/evt")]
    [InlineData("https://edge.example/qmtl/", "wss://gateway/ws/evt", "wss://edge.example/qmtl/ws/evt")]
    [InlineData("https://edge.example/qmtl/", "wss://gateway/qmtl/ws/evt", "wss://edge.example/qmtl/ws/evt")]
    // Allowed hosts, with any port or with one.
    [InlineData("http://gw.example:8000", "wss://any.example:7/ws/evt", "ws://any.example:7/ws/evt")]
    [InlineData("http://gw.example:8000", "wss://any.example/ws/evt", "ws://any.example/ws/evt")]
    [InlineData("http://gw.example:8000", "ws://one.example:8443/ws/evt", "ws://one.example:8443/ws/evt")]
    [InlineData("http://gw.example:8000", "ws://one.example:8444/ws/evt", "ws://gw.example:8000/ws/evt")]
    [InlineData("http://gw.example:8000", "ws://[::1]:81/ws/evt", "ws://[::1]:81/ws/evt")]
    // No address at all.
    [InlineData("http://gw.example:8000", "/ws/evt", "ws://gw.example:8000/ws/evt")]
    [InlineData("http://gw.example:8000", "//evil.example/ws/evt", "ws://gw.example:8000/ws/evt")]
    [InlineData("http://gw.example:8000", "file:///etc/passwd", "ws://gw.example:8000/ws/evt")]
    [InlineData("http://gw.example:8000", "ftp://gw.example/x", "ws://gw.example:8000/ws/evt")]
    [InlineData("http://gw.example:8000", "not an address", "ws://gw.example:8000/ws/evt")]
    public void The_descriptor_proposes_and_the_settings_decide(string gateway, string streamUrl, string expected)
    {
        StreamHost[] allowed = [StreamHost.Parse("any.example")!, StreamHost.Parse("one.example:8443")!, StreamHost.Parse("[::1]:81")!];
        Assert.Equal(expected, StreamAddress.Of(new(gateway), allowed, streamUrl).Url.AbsoluteUri);
    }

    [Fact]
    public void A_host_that_is_not_allowed_is_named_with_what_to_do()
    {
        var address = StreamAddress.Of(new("http://127.0.0.1:8000"), [], "wss://user:secret@gateway/ws/evt");
        Assert.Contains("names the host gateway, which is not allowed", address.Note, StringComparison.Ordinal);
        Assert.Contains("Gateway:AllowedStreamHosts", address.Advice, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", address.Note + address.Advice + address.Url, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_that_is_used_as_named_needs_no_words() =>
        Assert.Equal(("", ""), (StreamAddress.Of(new("http://gw:1"), [], "ws://gw:1/ws/evt").Note, StreamAddress.Of(new("http://gw:1"), [], "ws://gw:1/ws/evt").Advice));

    [Theory]
    [InlineData("stream.example", "stream.example", null)]
    [InlineData(" Stream.Example:8443 ", "stream.example", 8443)]
    [InlineData("[::1]", "[::1]", null)]
    [InlineData("[::1]:80", "[::1]", 80)]
    [InlineData("10.0.0.1:1", "10.0.0.1", 1)]
    public void An_allowed_host_is_a_host_or_a_host_with_a_port(string text, string host, int? port) => Assert.Equal(new StreamHost(host, port), StreamHost.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("wss://stream.example")]
    [InlineData("stream.example/ws")]
    [InlineData("user@stream.example")]
    [InlineData("stream.example:0")]
    [InlineData("stream.example:70000")]
    [InlineData("stream.example:x")]
    [InlineData("*.example")]
    [InlineData("[::1")]
    [InlineData("::1")]
    public void Anything_else_is_none(string text) => Assert.Null(StreamHost.Parse(text));
}
