using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Qmtl.ControlBus.Sources;

namespace Qmtl.ControlBus.Kafka;

/// <summary>
/// Control events straight from Kafka. It assigns every partition itself and keeps its own places: it never subscribes, commits or makes a topic, so that it
/// takes nothing from anybody. One thread fetches; this one looks at topics and partitions again and again.
/// </summary>
internal sealed partial class KafkaControlSource(KafkaSettings settings, TimeProvider time, ILogger<KafkaControlSource> log) : IControlSource
{
    private static readonly TimeSpan SoonPause = TimeSpan.FromSeconds(1);

    // Kept over a restart of the source in this process: places are known to the message, also where the last ones went to quarantine.
    private readonly Dictionary<string, KafkaTopic> _topics = settings.Topics.ToDictionary(topic => topic, topic => new KafkaTopic(topic), StringComparer.Ordinal);
    private volatile string? _lastTrouble;

    public string Name => ControlSources.Kafka;

    public string Place => settings.Place;

    public bool ProvesGaps => true;

    public async Task RunAsync(IControlSink sink, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sink);
        if (!KafkaLibrary.IsInstalled)
        {
            LogMissing(KafkaLibrary.Missing, KafkaLibrary.Advice);
            sink.Report(SourceState.Broken, KafkaLibrary.Missing, KafkaLibrary.Advice);
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        sink.Report(SourceState.Connecting, $"Asks {Place} for the topics.");
        using var wake = new SemaphoreSlim(0, 1);
        using var reader = new KafkaReader(settings, sink, time, error => Trouble(error, wake)) { Stopped = (lane, error) => Stopped(lane, error, wake) };
        using var probe = new KafkaProbe(settings, error => Trouble(error, wake));
        foreach (var lane in _topics.Values.SelectMany(topic => topic.Lanes)) lane.IsAssigned = false;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = OnItsOwnThread(() => reader.Run(ended.Token));
        var watching = WatchAsync(new(_topics, settings, sink, reader, probe, time), sink, wake, ended.Token);
        // Whichever fails ends the other.
        await Task.WhenAny(reading, watching);
        await ended.CancelAsync();
        await Task.WhenAll(reading, watching);
    }

    /// <summary>Fetching and asking block.</summary>
    private static Task OnItsOwnThread(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private async Task WatchAsync(KafkaWatch watch, IControlSink sink, SemaphoreSlim wake, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var pause = settings.MetadataInterval;
            try
            {
                KafkaSight? seen = null;
                await OnItsOwnThread(() => seen = watch.Look(cancellation));
                _lastTrouble = null;
                sink.Report(seen!.IsWhole ? SourceState.Reading : SourceState.Attention, seen.Detail, seen.Advice);
                if (!seen.IsSettled) pause = SoonPause;
            }
            catch (KafkaException exception)
            {
                foreach (var topic in _topics.Keys) sink.Lag(topic, null);
                var (detail, advice) = KafkaTroubles.Of(exception.Error, _lastTrouble, settings);
                sink.Report(SourceState.Broken, detail, advice);
                pause = SoonPause;
            }

            // Woken when a partition stopped or every broker went away, but not more often than this.
            await Task.Delay(pause < SoonPause ? pause : SoonPause, time, cancellation);
            if (pause > SoonPause) await WaitAsync(wake, pause - SoonPause, cancellation);
        }
    }

    private async Task WaitAsync(SemaphoreSlim wake, TimeSpan pause, CancellationToken cancellation)
    {
        using var over = new CancellationTokenSource(pause, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
        try
        {
            await wake.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The pause is over.
        }
    }

    /// <summary>From the client's own threads.</summary>
    private void Trouble(Error error, SemaphoreSlim wake)
    {
        if (KafkaTroubles.Tells(error)) _lastTrouble = error.Reason;
        if (error.Code is ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Authentication or ErrorCode.Local_Ssl) Wake(wake);
    }

    private void Stopped(KafkaLane lane, Error error, SemaphoreSlim wake)
    {
        LogStopped(lane.Place.Topic, lane.Place.Partition.Value, lane.Next, error.Reason);
        Wake(wake);
    }

    private static void Wake(SemaphoreSlim wake)
    {
        try
        {
            wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
        catch (ObjectDisposedException)
        {
            // The last words of a client that is being closed.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Missing} {Advice}")]
    private partial void LogMissing(string missing, string advice);

    [LoggerMessage(Level = LogLevel.Information, Message = "Kafka's topic {Topic}, partition {Partition}, stopped at offset {Offset}: {Reason}. It is looked at.")]
    private partial void LogStopped(string topic, int partition, long offset, string reason);
}
