namespace Qmtl.Operations.ReadOnly;

/// <summary>
/// The global read-only switch, as last read from the store (at most five seconds old). It is turned by the operations
/// <c>console.read-only.on</c> and <c>console.read-only.off</c>. While it is on, the authorizer grants only what
/// <see cref="Qmtl.Shared.Rail.Permissions.StaysWhileReadOnly"/> names: reading, turning it off, ending one's own sessions and keys, ending jobs; emergencies stay possible (<see cref="Qmtl.Shared.Rail.IAuthorizer.DecideEmergency"/>).
/// </summary>
public interface IReadOnlySwitch
{
    bool IsOn { get; }

    /// <summary>User id of who turned it last; null when nobody ever did.</summary>
    string? By { get; }

    /// <summary>Name, for people.</summary>
    string? ByName { get; }

    /// <summary>When it was turned last.</summary>
    DateTimeOffset? Since { get; }

    /// <summary>Why, as the person wrote it; empty when nobody ever turned it.</summary>
    string Reason { get; }

    /// <summary>Raised after <see cref="IsOn"/> changed, by whichever console when it is noticed.</summary>
    event Action Changed;
}
