namespace Qmtl.ControlBus.Http;

/// <summary>Keeps one stream open for each world that is wanted: opens those that appear, closes those that go.</summary>
internal sealed class WorldStreams(
    GatewayStreamOptions options, GatewayHttp http, StreamHealth health, Func<string, Func<CancellationToken, Task>> streamOf, TimeProvider time, Func<double> chance)
{
    private readonly Dictionary<string, (CancellationTokenSource End, Task Running)> _open = new(StringComparer.Ordinal);

    /// <summary>Until cancelled; then every stream has ended.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                var (list, retry) = options.Worlds.Count > 0 ? (WorldList.Of(options.Worlds, [], options.MaxWorlds), false) : await ListAsync(cancellation);
                if (list is not null)
                {
                    await FollowAsync(list.Chosen, cancellation);
                    health.Listed(list);
                }

                if (options.Worlds.Count > 0) await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation);
                await Task.Delay(retry ? Backoff.Of(attempt, options.BackoffFirst, options.BackoffMax, chance()) : options.WorldsEvery, time, cancellation);
            }
        }
        finally
        {
            await EndAsync([.. _open.Keys]);
        }
    }

    /// <summary>The worlds, or null when they cannot be listed; then whether to ask again soon.</summary>
    private async Task<(WorldList? List, bool RetrySoon)> ListAsync(CancellationToken cancellation)
    {
        var answer = await http.GetAsync("worlds", cancellation);
        if (answer.Status is 404 or 405)
        {
            health.ListFailed("this Gateway has no GET /worlds, as the older generation.", GatewayControlSource.NameWorlds);
            return (null, false);
        }

        var (list, problem) = answer.Problem is { } trouble ? (null, trouble) : WorldList.Read(answer.Body, _open.Keys, options.MaxWorlds);
        if (list is not null) return (list, false);
        health.ListFailed(problem!, "");
        // Nothing is read yet: once a minute would be long.
        return (null, _open.Count == 0);
    }

    private async Task FollowAsync(IReadOnlyList<string> wanted, CancellationToken cancellation)
    {
        var keep = wanted.ToHashSet(StringComparer.Ordinal);
        await EndAsync([.. _open.Keys.Where(world => !keep.Contains(world))]);
        foreach (var world in wanted.Where(world => !_open.ContainsKey(world)))
        {
            var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            _open[world] = (end, streamOf(world)(end.Token));
        }
    }

    private async Task EndAsync(string[] worlds)
    {
        var ending = new List<(CancellationTokenSource End, Task Running)>();
        foreach (var world in worlds)
        {
            if (_open.Remove(world, out var stream)) ending.Add(stream);
        }

        await Task.WhenAll(ending.Select(stream => stream.End.CancelAsync()));
        await Task.WhenAll(ending.Select(stream => stream.Running));
        foreach (var stream in ending) stream.End.Dispose();
    }
}
