using System.Globalization;
using Qmtl.Console.Components;
using Qmtl.Console.Components.Filter;

namespace Qmtl.Console.Pages.Audit;

/// <summary>What the address of the audit holds.</summary>
public sealed record AuditState : IUrlState<AuditState>
{
    public FilterQuery Filter { get; init; } = FilterQuery.Empty;

    /// <summary>Number of the record in the inspector; null when it is closed.</summary>
    public long? Selected { get; init; }

    public static AuditState FromQuery(QueryValues query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new()
        {
            Filter = FilterQuery.Parse(query.Text("q")),
            Selected = long.TryParse(query.Text("record"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null,
        };
    }

    public IEnumerable<(string Name, string? Value)> ToQuery() =>
    [
        ("q", Filter.ToString()),
        ("record", Selected?.ToString(CultureInfo.InvariantCulture)),
    ];
}
