using Qmtl.Shared.Rail;

namespace Qmtl.Console.Security.SignIn;

/// <summary>A demo user of mode Open.</summary>
public sealed record OpenUser(string UserId, string Name, string Role);

/// <summary>The four demo users of mode Open, one a role, so that approval by a second person can be tried.</summary>
public static class OpenUsers
{
    /// <summary>Id of the session that everybody without a cookie shares: the demo operator's.</summary>
    public const string SharedSessionId = "open";

    public static IReadOnlyList<OpenUser> All { get; } =
    [
        new("open:viewer", "Vera Viewer", Roles.Viewer),
        new("open:analyst", "Anna Analyst", Roles.Analyst),
        new("open:operator", "Otto Operator", Roles.Operator),
        new("open:administrator", "Ada Administrator", Roles.Administrator),
    ];

    /// <summary>Who comes without a cookie.</summary>
    public static OpenUser Default { get; } = All.Single(user => user.Role == Roles.Operator);

    public static OpenUser? Find(string userId) => All.FirstOrDefault(user => user.UserId == userId);
}
