using System.Text.Json.Serialization;

namespace Qmtl.Console.Security.Sessions;

/// <summary>A session as it is stored. The token in the browser's cookie is 256 random bits; here is only its hash.</summary>
public sealed record Session
{
    /// <summary>SHA-256 of the token, base64url. Safe to show and to record: it does not open the session.</summary>
    [JsonIgnore]
    public string Id { get; init; } = "";

    /// <summary>Version of the document.</summary>
    [JsonIgnore]
    public long Version { get; init; }

    /// <summary>As in <see cref="Shared.Rail.Caller.UserId"/>.</summary>
    public required string UserId { get; init; }

    /// <summary>Name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Role that the identity provider gave; null where accounts are kept here and the role is the account's.</summary>
    public string? Role { get; init; }

    /// <summary>Scopes that the identity provider gave; empty: everywhere.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Last pointer or key input that a page of the session reported, to the minute.</summary>
    public required DateTimeOffset LastInputAt { get; init; }

    /// <summary>When it ends at the latest.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>Its powers end here unless the lease is renewed; null where no lease is needed.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>Address that it was begun from.</summary>
    public string? Address { get; init; }

    /// <summary>Browser and system in words: "Chrome on Linux".</summary>
    public string Client { get; init; } = "";
}

/// <summary>What is needed to begin a session.</summary>
/// <param name="Role">Null where the role is the account's.</param>
public sealed record NewSession(string UserId, string Name, string? Role, IReadOnlyList<string> Scopes)
{
    public string? Address { get; init; }

    public string Client { get; init; } = "";

    /// <summary>Null where no lease is needed.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }
}

/// <summary>Why a session ended.</summary>
public enum SessionEndCause
{
    SignedOut,

    /// <summary>Somebody ended it, here or on another console.</summary>
    Ended,
    Idle,
    Absolute,

    /// <summary>Nobody renewed its lease.</summary>
    LeaseLost,

    /// <summary>The account is disabled or gone.</summary>
    AccountDisabled,
}

/// <summary>A session that has ended.</summary>
/// <param name="SessionId">Its id, not its token.</param>
/// <param name="Words">Why, for the person: "You were signed out after 30 minutes without input."</param>
public sealed record SessionEnd(string SessionId, SessionEndCause Cause, string Words);
