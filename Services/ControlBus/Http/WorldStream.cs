using Qmtl.ControlBus.Sources;

namespace Qmtl.ControlBus.Http;

/// <summary>
/// The stream of one world, for as long as the world is wanted: token, socket, renewal before the token expires, and back after each break with
/// what nobody can know told as a gap. Trouble is reported, never thrown.
/// </summary>
internal sealed class WorldStream(
    string world, GatewayStreamOptions options, GatewayHttp http, StreamSockets sockets, SharedDeliveries deliveries, StreamHealth health, IControlSink sink, TimeProvider time, Func<double> chance)
{
    private readonly StateReader _state = new(world, http, options, time);
    private StreamOpening Opening { get; } = new(world, options, http, sockets, deliveries, sink, time);
    private (DateTimeOffset At, string Why)? _lost;
    private Task _reading = Task.CompletedTask;
    private bool _takesRefresh = true;
    private DateTimeOffset? _lastAt;
    private int _attempt;

    private string Name => Words.Short(world, 60);

    public async Task RunAsync(CancellationToken cancellation)
    {
        health.Waits(world, null);
        try
        {
            while (true)
            {
                try
                {
                    await OnceAsync(cancellation);
                }
                catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException) || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
                {
                    // Nothing of the kind is foreseen; a stream that ended for good without a word would be worse.
                    _lost ??= (time.GetUtcNow(), $"the console failed over it: {Words.Reason(exception)}");
                    health.Waits(world, $"the console failed over it: {Words.Reason(exception)}");
                    await PauseAsync(_attempt++, null, cancellation);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The world is no longer wanted, or the console stops.
        }
        finally
        {
            await _reading;
            health.Gone(world);
        }
    }

    /// <summary>One connection from its token to its end, and the wait after it.</summary>
    private async Task OnceAsync(CancellationToken cancellation)
    {
        var (connection, problem, wait) = await Opening.OpenAsync(cancellation);
        if (connection is null)
        {
            health.Waits(world, problem!);
            await PauseAsync(_attempt++, wait, cancellation);
            return;
        }

        var opened = time.GetUtcNow();
        Opened(connection, cancellation);
        var why = await FollowAsync(connection, cancellation);
        _lost = (time.GetUtcNow(), why);
        _takesRefresh = true;
        health.Waits(world, why);
        _attempt = time.GetUtcNow() - opened >= options.BackoffMax ? 0 : _attempt + 1;
        await PauseAsync(Math.Max(0, _attempt - 1), null, cancellation);
    }

    private Task PauseAsync(int attempt, TimeSpan? asked, CancellationToken cancellation) =>
        Task.Delay(Longer(Backoff.Of(attempt, options.BackoffFirst, options.BackoffMax, chance()), asked), time, cancellation);

    /// <summary>Tells the gap before the first message of the new socket, so that it stands where it belongs, and reads the state beside the stream.</summary>
    private void Opened(StreamConnection connection, CancellationToken cancellation)
    {
        Reads(connection);
        if (_lost is { } lost)
        {
            sink.Gap(
                null,
                $"Unknown what came {Words.Span(lost.At, time.GetUtcNow())}: {lost.Why} World {Name}. {(_lastAt is { } last ? $"The newest message before came at {Words.Clock(last)}." : "No message had come before.")} The Gateway sends nothing again; the state is read again.",
                isProven: false,
                world);
        }

        var isBack = _lost is not null;
        _lost = null;
        // One after the other: a reading of an earlier break must not overtake.
        _reading = ReadStateAsync(_reading, isBack, cancellation);
    }

    private async Task ReadStateAsync(Task before, bool isBack, CancellationToken cancellation)
    {
        await before;
        try
        {
            if (isBack) sink.StateRead(await _state.ReadAsync(cancellation), world);
            else await _state.BeginAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for it any more.
        }
    }

    /// <summary>Reads one connection and those that take over from it before a token expires.</summary>
    /// <returns>Why the last one ended.</returns>
    private async Task<string> FollowAsync(StreamConnection connection, CancellationToken cancellation)
    {
        var current = connection;
        var reading = current.ReadAsync();
        var renewIn = TokenLife.RefreshAfter(current.Life);
        try
        {
            while (true)
            {
                if (!await EndsWithinAsync(reading, renewIn, cancellation))
                {
                    var (next, after, problem) = await RenewAsync(current, reading, cancellation);
                    renewIn = after;
                    if (next is not null)
                    {
                        var (old, oldReading) = (current, reading);
                        (current, reading) = (next, next.ReadAsync());
                        await RetireAsync(old, oldReading, cancellation);
                    }

                    if (!reading.IsCompleted) Reads(current, problem);
                    continue;
                }

                return await reading ?? "it was closed.";
            }
        }
        finally
        {
            _lastAt = current.LastAt ?? _lastAt;
            await current.CloseAsync();
            current.Dispose();
            await reading;
        }
    }

    /// <summary>A new token: on the open socket where the Gateway takes it, else on a second socket.</summary>
    private async Task<(StreamConnection? Next, TimeSpan RenewIn, string Problem)> RenewAsync(StreamConnection current, Task<string?> reading, CancellationToken cancellation)
    {
        var again = Backoff.Of(3, options.BackoffFirst, options.BackoffMax, chance());
        var (descriptor, life, problem, wait) = await Opening.SubscribeAsync(cancellation);
        if (descriptor is null) return (null, Longer(again, wait), $"The token of world {Name} cannot be renewed, because {problem} The open socket goes on.");
        if (reading.IsCompleted) return (null, again, "");
        if (_takesRefresh)
        {
            if (await current.RefreshAsync(descriptor.Token, life, cancellation)) return (null, TokenLife.RefreshAfter(life), "");
            // It may have closed the socket instead of answering; then the ordinary way back is due.
            if (await EndsWithinAsync(reading, TimeSpan.FromMilliseconds(50), cancellation)) return (null, again, "");
            _takesRefresh = false;
        }

        var (next, trouble) = await Opening.ConnectAsync(descriptor, life, cancellation);
        return next is not null
            ? (next, TokenLife.RefreshAfter(next.Life), "")
            : (null, again, $"A socket with a new token for world {Name} cannot be opened, because {trouble} The open one goes on.");
    }

    /// <summary>Reads the old socket on beside the new one for a while; what comes on both has one id and number and counts once.</summary>
    private async Task RetireAsync(StreamConnection old, Task<string?> reading, CancellationToken cancellation)
    {
        try
        {
            if (!await EndsWithinAsync(reading, options.HandOver, cancellation) || await reading is not { } why) return;
            sink.Gap(
                null,
                $"Unknown whether anything was missed at {Words.Clock(time.GetUtcNow())}: the old socket ended while a new one took over: {why} World {Name}.",
                isProven: false,
                world);
        }
        finally
        {
            _lastAt = old.LastAt ?? _lastAt;
            await old.CloseAsync();
            old.Dispose();
            await reading;
        }
    }

    private void Reads(StreamConnection connection, string trouble = "")
    {
        var note = _takesRefresh ? connection.Address.Note : $"{connection.Address.Note} This Gateway takes no new token on an open socket (older generation): each socket is replaced before its token expires.".TrimStart();
        health.Reads(world, note, connection.Address.Advice, trouble);
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan within, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ended = await Task.WhenAny(task, Task.Delay(within, time, either.Token)) == task;
        await either.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        return ended;
    }

    /// <summary>What the Gateway asks for counts, within the bound.</summary>
    private TimeSpan Longer(TimeSpan one, TimeSpan? asked)
    {
        var bounded = asked is { } wait && wait > options.MaxRetryAfter ? options.MaxRetryAfter : asked ?? TimeSpan.Zero;
        return bounded > one ? bounded : one;
    }
}
