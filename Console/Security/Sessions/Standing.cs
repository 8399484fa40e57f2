using Qmtl.Console.Security.Keys;

namespace Qmtl.Console.Security.Sessions;

/// <summary>A session or key in memory, with what it may do and until when. Immutable; replaced when anything changes.</summary>
internal sealed class Standing
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    public required Rights Rights { get; init; }

    /// <summary>UTC ticks; it does not stand from then on.</summary>
    public required long UntilTicks { get; init; }

    /// <summary>What ends it then.</summary>
    public required SessionEndCause UntilCause { get; init; }

    /// <summary>Order of changes in this process, so that an older reading of the store does not overwrite a newer change.</summary>
    public required long Sequence { get; init; }

    /// <summary>Null for a key.</summary>
    public Session? Session { get; init; }

    /// <summary>Null for a session.</summary>
    public ApiKey? Key { get; init; }

    /// <summary>Of a key: what its owner may do, which its own rights were made of.</summary>
    public Rights? OwnerRights { get; init; }

    public bool StandsAt(long ticks) => ticks < UntilTicks;
}
