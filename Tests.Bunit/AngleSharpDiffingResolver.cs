using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Qmtl.Tests.Bunit;

/// <summary>bUnit asks for AngleSharp.Diffing 1.x; the version that restores is 0.17, whose surface is the same for what bUnit uses.</summary>
internal static class AngleSharpDiffingResolver
{
    [ModuleInitializer]
    internal static void Register() =>
        AssemblyLoadContext.Default.Resolving += static (context, name) =>
            name.Name == "AngleSharp.Diffing"
                ? context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "AngleSharp.Diffing.dll"))
                : null;
}
