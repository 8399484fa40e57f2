using Qmtl.ControlBus.Sources;

namespace Qmtl.ControlBus.Http;

/// <summary>How one world gets its token and its socket.</summary>
internal sealed class StreamOpening(string world, GatewayStreamOptions options, GatewayHttp http, StreamSockets sockets, SharedDeliveries deliveries, IControlSink sink, TimeProvider time)
{
    private bool _useOwn;

    /// <summary>Token and socket.</summary>
    /// <returns>A connection, or why there is none, and how long the Gateway asks to wait.</returns>
    public async Task<(StreamConnection? Connection, string? Problem, TimeSpan? Wait)> OpenAsync(CancellationToken cancellation)
    {
        var (descriptor, life, problem, wait) = await SubscribeAsync(cancellation);
        if (descriptor is null) return (null, problem, wait);
        var (connection, trouble) = await ConnectAsync(descriptor, life, cancellation);
        return (connection, trouble, null);
    }

    public async Task<(Descriptor? Descriptor, TimeSpan Life, string? Problem, TimeSpan? Wait)> SubscribeAsync(CancellationToken cancellation)
    {
        var answer = await http.SubscribeAsync(world, cancellation);
        if (answer.Problem is { } problem) return (null, default, $"POST /events/subscribe: {problem}", answer.RetryAfter);
        var (descriptor, wrong) = Descriptor.Read(answer.Body);
        return descriptor is null
            ? (null, default, $"POST /events/subscribe: {wrong}", null)
            : (descriptor, TokenLife.Of(descriptor.Token, descriptor.ExpiresAt, time.GetUtcNow()), null, null);
    }

    public async Task<(StreamConnection? Connection, string? Problem)> ConnectAsync(Descriptor descriptor, TimeSpan life, CancellationToken cancellation)
    {
        var named = StreamAddress.Of(options.Url, options.AllowedStreamHosts, descriptor.StreamUrl);
        var own = StreamAddress.OwnOf(options.Url, named.Url.PathAndQuery);
        var isOther = named.Url != own;
        var address = isOther && _useOwn ? new(own, $"{named.Url.Authority}, which the descriptor names, cannot be connected to; the Gateway's own address is used.") : named;
        var (socket, problem) = await sockets.OpenAsync(address.Url, descriptor.Token, cancellation);
        // A Gateway may name an address that is good inside its own network alone: the two are tried in turn.
        if (socket is null) _useOwn = isOther && !_useOwn;
        return socket is null ? (null, problem) : (new(socket, address, life, options, deliveries, sink, time), null);
    }
}
