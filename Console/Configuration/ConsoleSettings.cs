namespace Qmtl.Console.Configuration;

/// <summary>The settings in force, checked.</summary>
public sealed record ConsoleSettings
{
    public required EnvironmentSettings Environment { get; init; }

    /// <summary>Whether the embedded QMTL runs; else the console is connected.</summary>
    public required bool IsSandbox { get; init; }

    /// <summary>Names of the observed systems that are set, for instance <c>Gateway:Url</c>; empty in the sandbox.</summary>
    public required IReadOnlyList<string> ObservedSystems { get; init; }

    /// <summary>Every setting of this version with its value, for the health report.</summary>
    public required IReadOnlyList<SettingInForce> InForce { get; init; }
}

/// <summary>A setting with its value as it may be shown.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Never a secret: those say only that they are set.</param>
/// <param name="IsDefault">Whether nobody set it.</param>
public sealed record SettingInForce(string Name, string Value, bool IsDefault);

/// <summary>The settings are wrong; the console does not start.</summary>
public sealed class SettingsRefusedException(IReadOnlyList<string> errors)
    : Exception("The settings are wrong:" + string.Concat(errors.Select(error => $"{System.Environment.NewLine}  - {error}")))
{
    /// <summary>All of them, each with the name, what is wrong and what to do.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
