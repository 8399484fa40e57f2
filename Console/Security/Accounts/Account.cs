using System.Text.Json.Serialization;

namespace Qmtl.Console.Security.Accounts;

/// <summary>An account of mode Local, as stored.</summary>
public sealed record Account
{
    /// <summary>Prefix of the user ids of accounts that are kept here.</summary>
    public const string UserIdPrefix = "local:";

    /// <summary>Lower case; 1 to 64 of a to z, 0 to 9, dot, hyphen, underscore and @.</summary>
    [JsonIgnore]
    public string UserName { get; init; } = "";

    [JsonIgnore]
    public long Version { get; init; }

    /// <summary>Name for people.</summary>
    public required string Name { get; init; }

    /// <summary>One of <see cref="Shared.Rail.Roles"/>.</summary>
    public required string Role { get; init; }

    /// <summary>Empty: everywhere.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    public bool IsDisabled { get; init; }

    /// <summary>Null until the first password is set by a link.</summary>
    public string? PasswordHash { get; init; }

    public DateTimeOffset? PasswordChangedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>User id.</summary>
    public required string CreatedBy { get; init; }

    [JsonIgnore]
    public string UserId => UserIdPrefix + UserName;
}
