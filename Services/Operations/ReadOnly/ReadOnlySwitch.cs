using Microsoft.Extensions.Logging;
using Qmtl.Operations.Storage;

namespace Qmtl.Operations.ReadOnly;

/// <summary>The switch as one document, read again every few seconds for what other consoles did.</summary>
internal sealed partial class ReadOnlySwitch(IDocumentStore store, ILogger<ReadOnlySwitch> logger) : IReadOnlySwitch
{
    public const string Kind = "console";
    public const string Id = "read-only";

    private volatile State _state = new();
    private long _version;

    public event Action? Changed;

    public bool IsOn => _state.On;

    public string? By => _state.By;

    public string? ByName => _state.ByName;

    public DateTimeOffset? Since => _state.Since;

    public string Reason => _state.Reason;

    /// <summary>Version of the document as read; 0 when there is none.</summary>
    public async Task<long> RefreshAsync(CancellationToken cancellation)
    {
        var document = await store.FindAsync(Kind, Id, cancellation);
        Take(document is null ? new() : RailJson.Read<State>(document.Body), document?.Version ?? 0);
        return document?.Version ?? 0;
    }

    /// <summary>Turns it, if nobody did since the version was read.</summary>
    public async Task<bool> TurnAsync(State state, long version, CancellationToken cancellation)
    {
        if (!await store.CommitAsync([new(Kind, Id, version, RailJson.Write(state), [])], cancellation)) return false;
        Take(state, version + 1);
        return true;
    }

    private void Take(State state, long version)
    {
        bool changed;
        lock (this)
        {
            // Two readers may overtake each other; the newer version stays.
            if (version < _version) return;
            changed = state.On != _state.On;
            (_state, _version) = (state, version);
        }

        if (!changed) return;
        LogTurned(logger, state.On ? "on" : "off", state.ByName ?? "", state.Reason);
        Changed?.Invoke();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The read-only switch is {Position}, turned by {Name}: {Reason}")]
    private static partial void LogTurned(ILogger logger, string position, string name, string reason);

    /// <summary>As stored.</summary>
    internal sealed record State
    {
        public bool On { get; init; }

        public string? By { get; init; }

        public string? ByName { get; init; }

        public DateTimeOffset? Since { get; init; }

        public string Reason { get; init; } = "";
    }
}
