namespace Qmtl.Shared.Rail;

/// <summary>As what somebody acts.</summary>
public enum CallerKind
{
    /// <summary>A person in an interactive session of the console.</summary>
    Person,

    /// <summary>A program with an API key; it acts as the key's owner.</summary>
    ApiKey,

    /// <summary>The operating system's user on the console's own host.</summary>
    CommandLine,

    /// <summary>The console's process itself, for instance when it ends what has expired.</summary>
    Console,
}

/// <summary>
/// Who asks. Only says who: what the caller may do is asked of <see cref="IAuthorizer"/> on each call, so that a right that was taken away is gone.
/// </summary>
public sealed record Caller
{
    /// <summary>Stable id with the place that it comes from: <c>local:alice</c>, <c>open:operator</c>, <c>proxy:alice@example.com</c>, <c>oauth:1234</c>, <c>os:root</c>.</summary>
    public required string UserId { get; init; }

    /// <summary>Name for people.</summary>
    public required string Name { get; init; }

    public required CallerKind Kind { get; init; }

    /// <summary>Id of the session or of the key; its rights end with it.</summary>
    public required string SessionId { get; init; }

    /// <summary>The client's address, after trusted proxies were taken away; null on the command line.</summary>
    public string? Address { get; init; }

    /// <summary>Joins what one request caused, here and, as <c>X-Correlation-ID</c>, in the systems that it reached.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>
    /// Permissions that the API key's scope names one by one; empty for a key that has its rights through a role, and for everybody else. Only such
    /// a key may confirm an emergency.
    /// </summary>
    public IReadOnlyCollection<string> NamedPermissions { get; init; } = [];

    /// <summary>The console itself, for what it does by itself and records.</summary>
    public static Caller Console { get; } = new() { UserId = "console", Name = "Console", Kind = CallerKind.Console, SessionId = "console" };
}
