using Qmtl.Shared.Rail;

namespace Qmtl.Sandbox.Activity;

/// <summary>Holds the sandbox's activity back while it is paused. In memory, as everything in the sandbox.</summary>
internal sealed class ActivitySwitch(TimeProvider time) : ISandboxActivity
{
    private readonly Lock _lock = new();
    private SandboxActivityState _state = new(false, null, null, 0);

    public SandboxActivityState State
    {
        get
        {
            lock (_lock) return _state;
        }
    }

    public Task PauseAsync(RailTicket ticket, Caller by, CancellationToken cancellation) => TurnAsync(ticket, by, SandboxOperations.Pause, paused: true);

    public Task ResumeAsync(RailTicket ticket, Caller by, CancellationToken cancellation) => TurnAsync(ticket, by, SandboxOperations.Resume, paused: false);

    private Task TurnAsync(RailTicket ticket, Caller by, string kind, bool paused)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        ArgumentNullException.ThrowIfNull(by);
        var now = time.GetUtcNow();
        ticket.Require(kind, SandboxOperations.Target, SandboxOperations.Target, now);
        lock (_lock)
        {
            if (_state.IsPaused != paused) _state = new(paused, by.Name, now, _state.Turns + 1);
        }

        return Task.CompletedTask;
    }
}
