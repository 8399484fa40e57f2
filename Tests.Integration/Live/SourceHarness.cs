using Qmtl.ControlBus.Live;
using Qmtl.ControlBus.Sources;

namespace Qmtl.Tests.Integration.Live;

/// <summary>A place that control events come from, as the contract tests drive it. One test, one harness; a server behind it may be shared.</summary>
internal abstract class SourceHarness : IAsyncDisposable
{
    /// <summary>A topic that this test alone uses.</summary>
    public string Topic { get; } = "contract." + Guid.NewGuid().ToString("N")[..12];

    /// <summary>Whether the place keeps what comes while nobody reads, so that nothing of it may be lost.</summary>
    public virtual bool KeepsEvents => true;

    /// <summary>A source that reads <see cref="Topic"/>. Called again for a second reader of the same place.</summary>
    /// <param name="engine">The engine that it is for; only a source in the same process needs it.</param>
    public abstract IControlSource Create(LiveEngine engine, TimeProvider time);

    /// <summary>Puts a message there and returns when the place has it.</summary>
    /// <param name="value">What the bus carries: a CloudEvent, or bytes that are none. A relay passes on what it would make of it.</param>
    public abstract Task PutAsync(string? key, ReadOnlyMemory<byte> value);

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A place that is a server.</summary>
internal abstract class ServerHarness : SourceHarness
{
    /// <summary>Ends it without warning.</summary>
    public abstract Task KillAsync();

    /// <summary>Starts it again at the same address, and returns when it answers.</summary>
    public abstract Task StartAsync();
}

/// <summary>A server whose topics can be taken away.</summary>
internal abstract class TopicHarness : ServerHarness
{
    public abstract Task DropTopicAsync();

    /// <summary>Makes it anew, empty.</summary>
    public abstract Task MakeTopicAsync();
}
