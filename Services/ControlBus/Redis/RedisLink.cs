using System.Globalization;
using StackExchange.Redis;

namespace Qmtl.ControlBus.Redis;

/// <summary>One connection of our own. Commands wait for their answer no longer than the settings allow; a blocking read delays nobody else.</summary>
internal sealed class RedisLink : IDisposable
{
    private readonly ConnectionMultiplexer _connection;
    private readonly IDatabase _database;
    private readonly TimeSpan _patience;

    static RedisLink()
    {
        // The client completes its answers on the pool: with few threads a busy moment looks like a server that does not answer.
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, 64), Math.Max(completions, 64));
    }

    private RedisLink(ConnectionMultiplexer connection, TimeSpan patience)
    {
        _connection = connection;
        _database = connection.GetDatabase();
        _patience = patience;
    }

    public bool IsConnected => _connection.IsConnected;

    /// <exception cref="RedisException">Nobody answers, or not to us.</exception>
    /// <exception cref="TimeoutException">Nobody answers in time.</exception>
    public static async Task<RedisLink> OpenAsync(RedisSettings settings, CancellationToken cancellation)
    {
        var options = settings.Options();
        options.AbortOnConnectFail = true;
        var connecting = ConnectionMultiplexer.ConnectAsync(options);
        try
        {
            return new(await connecting.WaitAsync(settings.Patience + settings.Patience, cancellation), settings.Patience);
        }
        catch
        {
            _ = connecting.ContinueWith(static late => late.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            _ = connecting.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }

    /// <param name="waits">How long the server itself may wait before it answers.</param>
    public Task<RedisResult> AskAsync(string command, object[] arguments, CancellationToken cancellation, TimeSpan waits = default) =>
        _database.ExecuteAsync(command, arguments).WaitAsync(_patience + waits, cancellation);

    public void Dispose() => _connection.Dispose();

    internal static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
