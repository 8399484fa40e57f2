using Qmtl.Console.Components;

namespace Qmtl.Console.Pages.Access;

public enum AccessTab
{
    Accounts,
    Roles,
    Policies,
    Switch,
}

/// <summary>What the address of the page Access holds.</summary>
public sealed record AccessState : IUrlState<AccessState>
{
    public AccessTab Tab { get; init; } = AccessTab.Accounts;

    /// <summary>User id of the account in the inspector; null when it is closed.</summary>
    public string? Account { get; init; }

    public static AccessState FromQuery(QueryValues query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new() { Tab = query.Choice("tab", AccessTab.Accounts), Account = query.Text("account") };
    }

    public IEnumerable<(string Name, string? Value)> ToQuery() =>
        [("tab", Tab == AccessTab.Accounts ? null : Tab.ToString().ToLowerInvariant()), ("account", Tab == AccessTab.Accounts ? Account : null)];
}
