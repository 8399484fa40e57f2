using System.Globalization;
using System.Text.Json;
using Qmtl.ControlBus.Sources;
using StackExchange.Redis;

namespace Qmtl.ControlBus.Redis;

/// <summary>
/// Control events from Redis Streams. The streams are the console's own: QMTL writes none. It reads with plain XREAD, without a consumer group, so that it
/// leaves nothing in the server.
/// </summary>
internal sealed class RedisControlSource(RedisSettings settings, TimeProvider time) : IControlSource
{
    private const int Count = 500;
    private static readonly TimeSpan Block = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Kept over a break of the connection and a restart of the source in this process.
    private Dictionary<string, RedisStreamReader>? _streams;

    public string Name => ControlSources.Redis;

    public string Place { get; } = settings.Place;

    public bool ProvesGaps => true;

    public async Task RunAsync(IControlSink sink, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _streams ??= settings.Topics.Select(topic => new RedisStreamReader(topic, sink)).ToDictionary(stream => stream.Stream, StringComparer.Ordinal);
        sink.Report(SourceState.Connecting, $"Connects to {Place}.");
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                using var link = await RedisLink.OpenAsync(settings, cancellation);
                await ReadAsync(link, sink, cancellation);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException && !cancellation.IsCancellationRequested)
            {
                foreach (var topic in settings.Topics) sink.Lag(topic, null);
                sink.Report(SourceState.Broken, $"Redis at {Place} cannot be read: {RedisTroubles.Reason(exception)}.", RedisTroubles.Advice(exception));
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    private async Task ReadAsync(RedisLink link, IControlSink sink, CancellationToken cancellation)
    {
        var lookedAt = await LookAsync(link, sink, cancellation);
        while (true)
        {
            if (time.GetElapsedTime(lookedAt) >= settings.LookInterval) lookedAt = await LookAsync(link, sink, cancellation);
            var streams = _streams!.Values.Where(stream => stream.IsRead).ToArray();
            if (streams.Length == 0)
            {
                await Task.Delay(settings.LookInterval, time, cancellation);
                continue;
            }

            object[] arguments =
            [
                "COUNT", RedisLink.Text(Count), "BLOCK", RedisLink.Text((long)Block.TotalMilliseconds), "STREAMS",
                .. streams.Select(stream => stream.Stream), .. streams.Select(stream => stream.Place!.Value.ToString()),
            ];
            var answer = await link.AskAsync("XREAD", arguments, cancellation, Block);
            if (answer.IsNull) continue;
            foreach (var each in (RedisResult[])answer)
            {
                var parts = (RedisResult[])each;
                Take(_streams[(string)parts[0]], (RedisResult[])parts[1], sink);
            }
        }
    }

    /// <summary>Asks how each stream is, and reports. Returns when it asked.</summary>
    private async Task<long> LookAsync(RedisLink link, IControlSink sink, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var firstStart = StreamId.Before(await NowAsync(link, cancellation) - settings.StartBack);
        foreach (var stream in _streams!.Values)
        {
            try
            {
                stream.Found(StreamFacts.Of(await link.AskAsync("XINFO", ["STREAM", stream.Stream], cancellation)), firstStart);
            }
            catch (RedisServerException exception) when (exception.Message.Contains("no such key", StringComparison.OrdinalIgnoreCase))
            {
                stream.Lost();
            }
            catch (RedisServerException exception) when (RedisTroubles.IsOfOneKey(exception))
            {
                stream.Problem = exception.Message;
            }
        }

        Report(sink);
        return started;
    }

    /// <summary>The server's clock: the ids of entries are of it.</summary>
    private static async Task<DateTimeOffset> NowAsync(RedisLink link, CancellationToken cancellation)
    {
        var parts = (RedisResult[])await link.AskAsync("TIME", [], cancellation);
        return DateTimeOffset.FromUnixTimeSeconds(long.Parse((string)parts[0], CultureInfo.InvariantCulture));
    }

    private void Report(IControlSink sink)
    {
        var streams = _streams!.Values;
        var wrong = streams.Where(stream => stream.Problem is not null).Select(stream => $"{stream.Stream} cannot be read: {stream.Problem}.")
            .Concat(streams.Where(stream => stream.IsLost).Select(stream => $"{stream.Stream} was there and is not any more.")).ToArray();
        var absent = streams.Where(stream => stream is { IsMissing: true, IsLost: false }).Select(stream => stream.Stream).ToArray();
        var detail = string.Create(CultureInfo.InvariantCulture, $"Reads {streams.Count(stream => stream.IsRead)} of {streams.Count} streams.");
        if (absent.Length > 0) detail += $" Nobody has written {string.Join(", ", absent)} yet.";
        if (wrong.Length > 0) sink.Report(SourceState.Attention, $"{detail} {string.Join(' ', wrong)}", "It is looked at again every second. Check who deletes or writes these keys.");
        else sink.Report(SourceState.Reading, detail);
    }

    private void Take(RedisStreamReader stream, RedisResult[] entries, IControlSink sink)
    {
        foreach (var entry in entries)
        {
            var parts = (RedisResult[])entry;
            var id = StreamId.Parse((string)parts[0]);
            var fields = parts[1].IsNull ? [] : (RedisResult[])parts[1];
            stream.Read(id);
            Take(stream.Topic, id, fields, sink);
        }
    }

    private void Take(string topic, StreamId id, RedisResult[] fields, IControlSink sink)
    {
        byte[]? value = null;
        string? key = null;
        byte[]? headers = null;
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            switch ((string)fields[i])
            {
                case "key": key = (string)fields[i + 1]; break;
                case "value": value = (byte[])fields[i + 1]; break;
                case "headers": headers = (byte[])fields[i + 1]; break;
            }
        }

        var message = new RawMessage
        {
            Source = ControlSources.Redis,
            Topic = topic,
            Position = id.ToString(),
            Key = key,
            Value = value ?? [],
            BrokerTime = id.Milliseconds < 253_402_300_800_000 ? DateTimeOffset.FromUnixTimeMilliseconds((long)id.Milliseconds) : null,
            ReceivedAt = time.GetUtcNow(),
        };
        if (value is null) sink.Refuse(Normalising.Normaliser.Malformed(message, "The entry has no field \"value\"."));
        else if (!TryRead(headers, out var texts)) sink.Refuse(Normalising.Normaliser.Malformed(message, "The field \"headers\" of the entry is no JSON object of texts."));
        else sink.Take(texts is null ? message : message with { Headers = texts });
    }

    private static bool TryRead(byte[]? headers, out Dictionary<string, string>? texts)
    {
        texts = null;
        if (headers is not { Length: > 0 }) return true;
        try
        {
            texts = JsonSerializer.Deserialize<Dictionary<string, string>>(headers);
            return texts is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
