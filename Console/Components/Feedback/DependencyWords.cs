using Qmtl.Shared.Health;

namespace Qmtl.Console.Components.Feedback;

/// <summary>How the state of a dependency looks: word, tone and icon.</summary>
public static class DependencyWords
{
    public static string Of(DependencyState state) => state switch
    {
        DependencyState.Ok => "ok",
        DependencyState.Attention => "attention",
        DependencyState.Broken => "broken",
        DependencyState.NotConfigured => "not configured",
        DependencyState.NotInThisVersion => "not in this version",
        _ => "unknown",
    };

    /// <summary>Everything that is neither ok, attention nor broken is grey; nothing unknown is ever green.</summary>
    public static string Tone(DependencyState state) => state switch
    {
        DependencyState.Ok => "ok",
        DependencyState.Attention => "attention",
        DependencyState.Broken => "broken",
        _ => "unknown",
    };

    public static string Icon(DependencyState state) => state switch
    {
        DependencyState.NotConfigured => "not-configured",
        DependencyState.NotInThisVersion => "not-in-this-version",
        _ => Tone(state),
    };
}
