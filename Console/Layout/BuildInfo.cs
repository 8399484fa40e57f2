using System.Reflection;

namespace Qmtl.Console.Layout;

/// <summary>Version and build of the running program, from the assembly.</summary>
public static class BuildInfo
{
    private static readonly string Informational =
        typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>For instance <c>0.1.0</c>.</summary>
    public static string Version { get; } = Informational.Split('+')[0];

    /// <summary>Full commit id, or null when the build did not know it.</summary>
    public static string? Commit { get; } = Informational.Split('+') is [_, { Length: >= 7 } commit, ..] ? commit : null;

    /// <summary>For instance <c>0.1.0 · aab4fb0</c>.</summary>
    public static string Short { get; } = Commit is null ? Version : $"{Version} · {Commit[..7]}";
}
