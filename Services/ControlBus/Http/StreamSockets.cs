using System.Globalization;
using System.Net;
using System.Net.WebSockets;

namespace Qmtl.ControlBus.Http;

/// <summary>Opens WebSockets towards the Gateway: no redirects, no cookies, one deadline. Trouble is words, never an exception.</summary>
internal sealed class StreamSockets(GatewayStreamOptions options, TimeProvider time) : IDisposable
{
    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = options.ConnectTimeout });

    /// <param name="token">Null for the token-less stream.</param>
    /// <returns>Exactly one of the two is not null. The problem goes on after "because".</returns>
    public async Task<(ClientWebSocket? Socket, string? Problem)> OpenAsync(Uri url, string? token, CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        // A peer that is gone without a word is found by this: the socket then fails.
        socket.Options.KeepAliveInterval = options.KeepAlive;
        socket.Options.KeepAliveTimeout = options.KeepAlive;
        try
        {
            using var deadline = new CancellationTokenSource(options.ConnectTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
            await socket.ConnectAsync(Authorise(socket.Options, url, token), _invoker, either.Token);
            return (socket, null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            return (null, string.Create(CultureInfo.InvariantCulture, $"{url.Authority} did not answer the handshake within {options.ConnectTimeout.TotalSeconds:0.#} s."));
        }
        catch (Exception exception) when (exception is WebSocketException or HttpRequestException or IOException or InvalidOperationException)
        {
            var problem = Say(url, socket, exception);
            socket.Dispose();
            return (null, problem);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _invoker.Dispose();

    /// <summary>
    /// The token as a header, so that it stands in nobody's log of addresses. Where name and password of <c>Gateway:Url</c> need the header, the Gateway
    /// takes the token as <c>?token=</c>; they go to that host alone.
    /// </summary>
    private Uri Authorise(ClientWebSocketOptions request, Uri url, string? token)
    {
        request.SetRequestHeader("User-Agent", "qmtl-console");
        if (options.Credentials is { } credentials && url.Authority == new UriBuilder(url.Scheme, options.Url.Host, options.Url.Port).Uri.Authority)
        {
            request.SetRequestHeader("Authorization", GatewayHttp.Basic(credentials).ToString());
            return token is null ? url : new UriBuilder(url) { Query = (url.Query.Length > 1 ? url.Query + "&" : "?") + "token=" + token }.Uri;
        }

        if (token is not null) request.SetRequestHeader("Authorization", "Bearer " + token);
        return url;
    }

    private static string Say(Uri url, ClientWebSocket socket, Exception exception)
    {
        var status = (int)socket.HttpStatusCode;
        return status switch
        {
            0 => $"{url.Authority} cannot be reached: {Words.Reason(exception)}",
            403 => $"{url.Authority} refused the handshake at {url.AbsolutePath} with 403: it did not take the token, or it has no event stream. The older generation builds none by itself.",
            >= 300 and < 400 => string.Create(CultureInfo.InvariantCulture, $"{url.Authority} answered the handshake with {status}, a redirect, which is not followed."),
            _ => string.Create(CultureInfo.InvariantCulture, $"{url.Authority} answered the handshake at {url.AbsolutePath} with {status} {(HttpStatusCode)status}; a WebSocket needs 101."),
        };
    }
}
