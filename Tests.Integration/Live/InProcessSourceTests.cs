using Qmtl.ControlBus.InMemory;
using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Normalising;
using Qmtl.ControlBus.Sources;

namespace Qmtl.Tests.Integration.Live;

/// <summary>The source in process: it has no server, and hands over events, not bytes.</summary>
public sealed class InProcessSourceTests : SourceContract
{
    private protected override Task<SourceHarness> HarnessAsync() => Task.FromResult<SourceHarness>(new InProcessHarness());

    private sealed class InProcessHarness : SourceHarness
    {
        private InProcessControlBus? _bus;

        public override IControlSource Create(LiveEngine engine, TimeProvider time) => _bus = new(engine, time, "in process");

        public override Task PutAsync(string? key, ReadOnlyMemory<byte> value)
        {
            var (controlEvent, malformed) = Normaliser.Read(new() { Source = ControlSources.InProcess, Key = key, Value = value, ReceivedAt = DateTimeOffset.UtcNow });
            return controlEvent is null ? throw new ArgumentException(malformed?.Reason, nameof(value)) : _bus!.EmitAsync(controlEvent, default).AsTask();
        }
    }
}
