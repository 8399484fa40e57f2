using System.Collections.Concurrent;
using System.Reflection;

namespace Qmtl.Console.Security.Guards;

/// <summary>The permission that a page asks for.</summary>
public static class PagePermission
{
    private static readonly ConcurrentDictionary<Type, string?> Known = new();

    /// <summary>Null: whoever is signed in, or everybody.</summary>
    public static string? Of(Type page) => Known.GetOrAdd(page, type => type.GetCustomAttribute<RequirePermissionAttribute>()?.Permission);
}
