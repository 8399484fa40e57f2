using Qmtl.ControlBus.Sources;

namespace Qmtl.ControlBus.Http;

/// <summary>
/// The Gateway's <c>/ws</c>: every event of every world, rebalancing plans too, and nobody is asked for a token. Read only where a setting names it.
/// </summary>
internal sealed class TokenlessStream(
    GatewayStreamOptions options, GatewayHttp http, StreamSockets sockets, StreamHealth health, IControlSink sink, TimeProvider time, Func<double> chance)
{
    private const string Name = "/ws";

    /// <summary>Nothing expires here.</summary>
    private static readonly TimeSpan Unlimited = TimeSpan.FromDays(365);

    private readonly SharedDeliveries _deliveries = new(options.DeliveryWindow);
    private readonly Dictionary<string, StateReader> _states = new(StringComparer.Ordinal);
    private Task _reading = Task.CompletedTask;
    private (DateTimeOffset At, string Why)? _lost;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var address = new StreamAddress(StreamAddress.OwnOf(options.Url, StreamAddress.TokenlessPath));
        health.Waits(Name, null);
        try
        {
            for (var attempt = 0; ;)
            {
                var (socket, problem) = await sockets.OpenAsync(address.Url, null, cancellation);
                if (socket is null)
                {
                    health.Waits(Name, problem!);
                    await Task.Delay(Backoff.Of(attempt++, options.BackoffFirst, options.BackoffMax, chance()), time, cancellation);
                    continue;
                }

                var connection = new StreamConnection(socket, address, Unlimited, options, _deliveries, sink, time);
                Opened(cancellation);
                var why = await ReadAsync(connection, cancellation);
                _lost = (time.GetUtcNow(), why);
                health.Waits(Name, why);
                attempt = time.GetUtcNow() - connection.OpenedAt >= options.BackoffMax ? 0 : attempt + 1;
                await Task.Delay(Backoff.Of(Math.Max(0, attempt - 1), options.BackoffFirst, options.BackoffMax, chance()), time, cancellation);
            }
        }
        finally
        {
            await _reading;
        }
    }

    private void Opened(CancellationToken cancellation)
    {
        health.Reads(Name, "", "");
        if (_lost is { } lost)
        {
            sink.Gap(
                null,
                $"Unknown what came {Words.Span(lost.At, time.GetUtcNow())}: {lost.Why} Of the token-less stream. The Gateway sends nothing again; the state is read again.",
                isProven: false);
        }

        _reading = ReadStatesAsync(_reading, _lost is not null, cancellation);
        _lost = null;
    }

    /// <returns>Why it ended.</returns>
    private static async Task<string> ReadAsync(StreamConnection connection, CancellationToken cancellation)
    {
        var reading = connection.ReadAsync();
        try
        {
            return await reading.WaitAsync(cancellation) ?? "it was closed.";
        }
        finally
        {
            await connection.CloseAsync();
            connection.Dispose();
            await reading;
        }
    }

    /// <summary>This stream knows no worlds; those that the Gateway lists are read.</summary>
    private async Task ReadStatesAsync(Task before, bool isBack, CancellationToken cancellation)
    {
        await before;
        try
        {
            var answer = await http.GetAsync("worlds", cancellation);
            var (list, problem) = answer.Problem is { } trouble ? (null, trouble) : WorldList.Read(answer.Body, _states.Keys, options.MaxWorlds);
            if (list is null)
            {
                if (isBack) sink.StateRead($"The state could not be read again: the worlds cannot be listed, because {problem}");
                return;
            }

            foreach (var gone in _states.Keys.Except(list.Chosen).ToArray()) _states.Remove(gone);
            foreach (var world in list.Chosen)
            {
                if (!_states.TryGetValue(world, out var state)) _states[world] = state = new(world, http, options, time);
                if (isBack) sink.StateRead(await state.ReadAsync(cancellation), world);
                else await state.BeginAsync(cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for it any more.
        }
    }
}
