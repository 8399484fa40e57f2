using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Qmtl.ControlBus.Live;

namespace Qmtl.ControlBus.Sources;

/// <summary>Runs every configured source for as long as the process lives. A source that fails in a way it did not foresee is reported and started again.</summary>
internal sealed partial class SourceRunner(IEnumerable<IControlSource> sources, LiveEngine engine, TimeProvider time, ILogger<SourceRunner> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        // Also when a source blocks at its start, the process goes on starting.
        Task.WhenAll(sources.Select(source => Task.Run(() => RunAsync(source, stoppingToken), CancellationToken.None)));

    private async Task RunAsync(IControlSource source, CancellationToken stopping)
    {
        var sink = engine.SinkOf(source);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await source.RunAsync(sink, stopping);
                if (!stopping.IsCancellationRequested) sink.Report(SourceState.Broken, "It ended by itself.", "It is started again.");
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                LogFailed(exception, source.Name);
                sink.Report(SourceState.Broken, $"It failed: {exception.Message}", "It is started again. The log has the whole error.");
            }

            try
            {
                await Task.Delay(Pause, time, stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The source {Source} of control events failed.")]
    private partial void LogFailed(Exception exception, string source);
}
