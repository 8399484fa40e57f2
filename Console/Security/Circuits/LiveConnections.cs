using System.Collections.Concurrent;
using Qmtl.Console.Security.Sessions;

namespace Qmtl.Console.Security.Circuits;

/// <summary>
/// Every request that is being answered, by the session or key that sent it: sockets of circuits and hubs, streams, downloads. They end with it: at once
/// when the session ends here, within seconds when its powers run out or are taken elsewhere.
/// </summary>
public sealed class LiveConnections : BackgroundService
{
    /// <summary>Left to a page that it may say what happened before its socket is cut. It has no powers in that time.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (string SessionId, HttpContext Http)> _open = new(StringComparer.Ordinal);
    private readonly ISessionLiveness _sessions;
    private readonly TimeProvider _time;
    private long _number;

    public LiveConnections(ISessionLiveness sessions, TimeProvider time)
    {
        (_sessions, _time) = (sessions, time);
        sessions.Ended += end => _ = CutAsync(end.SessionId);
    }

    public int Count => _open.Count;

    /// <summary>Sessions and keys with an open connection.</summary>
    public IReadOnlyCollection<string> Sessions => _open.Values.Select(open => open.SessionId).ToHashSet(StringComparer.Ordinal);

    /// <summary>Holds a request until it was answered.</summary>
    public async Task HoldAsync(HttpContext http, string sessionId, Func<Task> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var id = Interlocked.Increment(ref _number).ToString(System.Globalization.CultureInfo.InvariantCulture);
        _open[id] = (sessionId, http);
        try
        {
            await answer();
        }
        finally
        {
            _open.TryRemove(id, out _);
        }
    }

    public override void Dispose()
    {
        _open.Clear();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Beat, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var sessionId in Sessions.Where(id => !_sessions.Stands(id))) _ = CutAsync(sessionId);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The console stops; the server closes what is open.
        }
    }

    private async Task CutAsync(string sessionId)
    {
        var mine = _open.Where(open => open.Value.SessionId == sessionId && IsLong(open.Value.Http)).ToArray();
        foreach (var (_, (_, http)) in mine.Where(open => !IsCircuit(open.Value.Http))) http.Abort();
        var circuits = mine.Where(open => IsCircuit(open.Value.Http)).ToArray();
        if (circuits.Length == 0) return;
        await Task.Delay(Grace, _time);
        foreach (var (id, (_, http)) in circuits)
        {
            // A request that has ended meanwhile gave its context back.
            if (_open.ContainsKey(id)) http.Abort();
        }
    }

    private static bool IsCircuit(HttpContext http) => http.Request.Path.StartsWithSegments("/_blazor");

    /// <summary>Sockets, and reads of the API that may be streams. What is answered at once need not be cut, the answer to signing out least of all.</summary>
    private static bool IsLong(HttpContext http) =>
        IsCircuit(http) || http.Request.Path.StartsWithSegments("/hubs") || (HttpMethods.IsGet(http.Request.Method) && http.Request.Path.StartsWithSegments("/api"));
}

/// <summary>Ties each request to its session. After sign-in.</summary>
public sealed class SessionConnections(RequestDelegate next, LiveConnections connections)
{
    public Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.User.FindCaller() is { } caller ? connections.HoldAsync(http, caller.SessionId, () => next(http)) : next(http);
    }
}
