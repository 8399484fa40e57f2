using System.Collections.Concurrent;
using Qmtl.Shared.Control;

namespace Qmtl.Tests.Unit.Services;

/// <summary>Keeps what was emitted.</summary>
internal sealed class RecordingEmitter : IControlEmitter
{
    private readonly ConcurrentQueue<ControlEvent> _events = new();

    public IReadOnlyList<ControlEvent> Events => [.. _events];

    public ValueTask EmitAsync(ControlEvent controlEvent, CancellationToken cancellation)
    {
        _events.Enqueue(controlEvent);
        return ValueTask.CompletedTask;
    }
}
