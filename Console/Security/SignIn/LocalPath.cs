using Qmtl.Console.Security.Edge;

namespace Qmtl.Console.Security.SignIn;

/// <summary>Where somebody goes after signing in: paths of the console alone, never another site.</summary>
public static class LocalPath
{
    /// <summary>The path as it was given when it stays here (see <see cref="LocalUrl"/>) and is not about signing in itself, else <c>/</c>.</summary>
    public static string OrRoot(string? path)
    {
        if (path is null || !LocalUrl.IsLocal(path)) return "/";
        return IsSignIn(path) ? "/" : path;
    }

    private static bool IsSignIn(string path)
    {
        var end = path.AsSpan().IndexOfAny('?', '#');
        var bare = end < 0 ? path : path[..end];
        return bare.Equals("/sign-in", StringComparison.OrdinalIgnoreCase) || bare.Equals("/sign-out", StringComparison.OrdinalIgnoreCase) || bare.Equals("/setup", StringComparison.OrdinalIgnoreCase);
    }
}
