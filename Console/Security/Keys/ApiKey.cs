using System.Text.Json.Serialization;

namespace Qmtl.Console.Security.Keys;

/// <summary>An API key as stored: its token, <c>qmtl_</c> and 256 random bits, is shown once and kept nowhere.</summary>
public sealed record ApiKey
{
    /// <summary>What every token begins with.</summary>
    public const string TokenPrefix = "qmtl_";

    /// <summary>SHA-256 of the token, base64url. Safe to show and to record.</summary>
    [JsonIgnore]
    public string Id { get; init; } = "";

    [JsonIgnore]
    public long Version { get; init; }

    /// <summary>Given by its owner, for people.</summary>
    public required string Name { get; init; }

    /// <summary>User id of whom it acts as.</summary>
    public required string OwnerId { get; init; }

    public required string OwnerName { get; init; }

    /// <summary>Last four characters of the token, to tell keys apart.</summary>
    public required string Ending { get; init; }

    /// <summary>Permissions that it is narrowed to; empty: all that its owner has.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>Scopes that it is narrowed to; empty: all that its owner has.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>To the minute; null: never used.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}
