using Qmtl.Shared.Health;

namespace Qmtl.Sandbox.Activity;

/// <summary>Says when somebody paused the sandbox's activity: a still page is then no fault.</summary>
internal sealed class ActivityProbe(ISandboxActivity activity, TimeProvider time) : IDependencyProbe
{
    public string Name => "Sandbox activity";

    public Task<DependencyReading> ReadAsync(CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var state = activity.State;
        return Task.FromResult(new DependencyReading(
            Name,
            state.IsPaused ? DependencyState.Attention : DependencyState.Ok,
            "in process (sandbox)",
            time.GetUtcNow(),
            time.GetElapsedTime(started),
            state.IsPaused ? $"Activity paused by {state.ByName} at {state.Since:yyyy-MM-dd HH:mm:ss} UTC." : "Running.",
            state.IsPaused ? $"Plan {SandboxOperations.Resume} to let things happen again." : ""));
    }
}
