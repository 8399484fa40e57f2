namespace Qmtl.Console.Security.Guards;

/// <summary>
/// The permission without which a page is not shown and an end point is not entered; held somewhere is enough, the services see to where. On a page as
/// attribute, on an end point by <see cref="PermissionEndpoints.RequirePermission"/>.
/// </summary>
/// <param name="permission">One of <see cref="Qmtl.Shared.Rail.Permissions"/>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class RequirePermissionAttribute(string permission) : Attribute
{
    public string Permission { get; } = permission;
}

/// <summary>Says that whoever is signed in may come here, whatever the role.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class SignedInOnlyAttribute : Attribute;

/// <summary>Marks end points.</summary>
public static class PermissionEndpoints
{
    /// <summary>Lets in who holds the permission somewhere; the others are answered 403, and the denial is recorded.</summary>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder builder, string permission)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new RequirePermissionAttribute(permission));

    /// <summary>Lets in whoever is signed in.</summary>
    public static TBuilder RequireSignedInOnly<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new SignedInOnlyAttribute());
}
