using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Qmtl.Sandbox.Activity;

namespace Qmtl.Sandbox;

/// <summary>Fills the sandbox before the console serves, then lets things happen.</summary>
internal sealed partial class SandboxService(
    SandboxLoader loader, SandboxActivity activity, ISandboxActivity held, SandboxClock clock, IOptions<SandboxOptions> options, ILogger<SandboxService> logger)
    : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        activity.Begin(await loader.LoadAsync(cancellationToken));
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Activity) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(activity.NextPause(), clock, stoppingToken);
                if (!held.State.IsPaused) await activity.StepAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                // One thing that could not happen (a full store, a fault that a drill switched on) does not end the story.
                LogMissed(logger, problem);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Something that should have happened in the sandbox did not.")]
    private static partial void LogMissed(ILogger logger, Exception problem);
}
