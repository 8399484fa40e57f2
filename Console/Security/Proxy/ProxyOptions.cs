using System.Security.Cryptography;
using System.Text;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.Proxy;

/// <summary>Mode Proxy. Settings <c>SignIn:Proxy:*</c>.</summary>
public sealed record ProxyOptions
{
    public const string Section = "SignIn:Proxy";

    /// <summary>Shortest shared secret, in characters.</summary>
    public const int LeastSecret = 32;

    /// <summary>Header with the user's stable name.</summary>
    public string IdentityHeader { get; init; } = "X-Forwarded-User";

    /// <summary>Header with the name for people; null: the identity is shown.</summary>
    public string? NameHeader { get; init; }

    /// <summary>Header with the user's groups, separated by commas.</summary>
    public string GroupsHeader { get; init; } = "X-Forwarded-Groups";

    /// <summary>Header in which the proxy sends <see cref="Secret"/>.</summary>
    public string SecretHeader { get; init; } = "X-Proxy-Secret";

    /// <summary>What only the proxy and the console know; null: no loopback peer is taken.</summary>
    public string? Secret { get; init; }

    /// <summary>Groups of each role.</summary>
    public RoleMapping Roles { get; init; } = RoleMapping.Empty;

    /// <summary>Where a browser goes to end the proxy's own session; null: the console only ends its own.</summary>
    public string? SignOutUrl { get; init; }

    /// <summary>Compares in a time that does not depend on where the texts differ.</summary>
    public bool IsSecret(string? sent) =>
        Secret is not null && sent is not null
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(sent)), SHA256.HashData(Encoding.UTF8.GetBytes(Secret)));
}
