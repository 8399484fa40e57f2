using Qmtl.ControlBus.Normalising;

namespace Qmtl.ControlBus.Http;

/// <summary>What the Gateway's event stream is read with: settings and bounds.</summary>
internal sealed class GatewayStreamOptions
{
    /// <summary>Setting <c>Gateway:Url</c>: ends with a slash, without credentials, query and fragment.</summary>
    public required Uri Url { get; init; }

    /// <summary>Name and password of <c>Gateway:Url</c> for its HTTP calls, as <c>name:password</c>; null when it has none. Never shown, never sent to another host.</summary>
    public string? Credentials { get; init; }

    /// <summary>Setting <c>ControlBus:Gateway:Worlds</c>; empty: those that <c>GET /worlds</c> names.</summary>
    public IReadOnlyList<string> Worlds { get; init; } = [];

    /// <summary>Setting <c>ControlBus:Gateway:MaxWorlds</c>: most worlds, one socket each.</summary>
    public int MaxWorlds { get; init; } = DefaultMaxWorlds;

    public const int DefaultMaxWorlds = 64;

    /// <summary>Setting <c>Gateway:AllowedStreamHosts</c>: hosts besides that of <see cref="Url"/> that a descriptor may send us to.</summary>
    public IReadOnlyList<StreamHost> AllowedStreamHosts { get; init; } = [];

    /// <summary>Setting <c>ControlBus:Gateway:TokenlessStream</c>: read <c>/ws</c>, which asks nobody for a token and carries every world, instead.</summary>
    public bool TokenlessStream { get; init; }

    /// <summary>How often <c>GET /worlds</c> is read again.</summary>
    public TimeSpan WorldsEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long one HTTP call may take. A Gateway without its WorldService needs 5 s to say so.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a handshake may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First wait before a connection is tried again; each further one is twice as long.</summary>
    public TimeSpan BackoffFirst { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait. A connection that held at least so long starts over with the first.</summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Longest wait that an answer's <c>Retry-After</c> can ask for.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the peer is asked whether it is there, and how long it may take to answer.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a <c>refresh_ack</c> may take, at most a tenth of the token's life; then the Gateway is one that takes no refresh.</summary>
    public TimeSpan RefreshTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the old socket is read beside the new one that replaces it: the Gateway registers a socket only after its handshake.</summary>
    public TimeSpan HandOver { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest frame that is taken; a longer one is counted and hashed to its end and goes to quarantine.</summary>
    public int MaxFrameBytes { get; init; } = Normaliser.MaxBytes;

    /// <summary>A frame that has not ended here ends the connection.</summary>
    public long MaxDiscardedBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Frames that are remembered, so that one that comes on several sockets counts once.</summary>
    public int DeliveryWindow { get; init; } = 10_000;

    /// <summary>Longest answer of an HTTP call that is read.</summary>
    public int MaxAnswerBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Strategies of a world whose activations are read again after a gap.</summary>
    public int MaxStrategiesRead { get; init; } = 16;
}
