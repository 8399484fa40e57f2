using Qmtl.Sandbox;

namespace Qmtl.Console.Rail;

/// <summary>What a page may know of the sandbox's activity: how it stands, and which operation turns it.</summary>
/// <param name="activity">Null in a connected console.</param>
public sealed class SandboxSwitch(ISandboxActivity? activity = null)
{
    public const string Target = SandboxOperations.Target;

    /// <summary>Whether there is a sandbox here.</summary>
    public bool Exists => activity is not null;

    public bool IsPaused => activity?.State.IsPaused == true;

    /// <summary>Who turned it last, for people; null when nobody did since the start.</summary>
    public string? ByName => activity?.State.ByName;

    public DateTimeOffset? Since => activity?.State.Since;

    /// <summary>The kind that would turn it now.</summary>
    public string Kind => IsPaused ? SandboxOperations.Resume : SandboxOperations.Pause;
}
