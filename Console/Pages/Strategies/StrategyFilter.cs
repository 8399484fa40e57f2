using Qmtl.Console.Components.Filter;
using Qmtl.Gateway;

namespace Qmtl.Console.Pages.Strategies;

/// <summary>
/// What the filter of the strategy list means: <c>state:</c>, <c>world:</c>, <c>tag:</c>, <c>family:</c> and <c>version:</c> are "any of" within a key;
/// several <c>nodes:</c> or <c>age:</c> conditions must all hold; each word must occur in a name, id, world or tag. <c>none</c> means that there is none.
/// </summary>
public sealed class StrategyFilter
{
    private const string None = "none";
    private static readonly string[] Known = ["state", "world", "tag", "family", "version", "nodes", "age"];

    private readonly FilterQuery _query;
    private readonly List<NumberCondition> _nodes = [];
    private readonly List<NumberCondition> _ages = [];
    private readonly List<string> _problems = [];
    private readonly DateTimeOffset _now;

    private StrategyFilter(FilterQuery query, DateTimeOffset now)
    {
        _query = query;
        _now = now;
    }

    /// <summary>Tokens that mean nothing, each with what would; they are not applied.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public static StrategyFilter Of(FilterQuery query, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(query);
        var filter = new StrategyFilter(query, now);
        filter.Read("nodes", NumberCondition.TryReadCount, filter._nodes, "nodes:>50, nodes:<10, nodes:12 or nodes:10..50");
        filter.Read("age", NumberCondition.TryReadAge, filter._ages, "age:<2d, age:>3h or age:1d..2d (units s, m, h, d, w)");
        filter._problems.AddRange(query.Values("state")
            .Where(value => !Enum.GetNames<StrategyState>().Contains(value, StringComparer.OrdinalIgnoreCase))
            .Select(value => $"state:{value} is no state; there are {string.Join(", ", Enum.GetNames<StrategyState>().Select(name => name.ToLowerInvariant()))}."));
        filter._problems.AddRange(query.Tokens
            .Where(token => token.Key is not null && !Known.Contains(token.Key))
            .Select(token => $"{token.Key}: is not a key here; there are {string.Join(", ", Known)}."));
        return filter;
    }

    public bool Fits(StrategyRecord strategy)
    {
        ArgumentNullException.ThrowIfNull(strategy);
        var age = (_now - strategy.SubmittedAt).TotalSeconds;
        return AllowsState(strategy.State)
            && _query.Allows("world", OrNone(strategy.WorldIds))
            && _query.Allows("tag", OrNone(strategy.Tags))
            && _query.Allows("family", strategy.Family ?? None)
            && _query.Allows("version", strategy.Version ?? None)
            && _nodes.TrueForAll(condition => condition.Fits(strategy.NodeCount))
            && _ages.TrueForAll(condition => condition.Fits(age))
            && _query.Matches([strategy.DisplayName, strategy.StrategyId, .. strategy.WorldIds, .. strategy.Tags]);
    }

    /// <summary>The newest version of each family, in the given order; strategies without a family stay.</summary>
    /// <param name="strategies">Strategies, newest first.</param>
    public static IReadOnlyList<StrategyRecord> Latest(IEnumerable<StrategyRecord> strategies)
    {
        ArgumentNullException.ThrowIfNull(strategies);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. strategies.Where(strategy => strategy.Family is null || seen.Add(strategy.Family))];
    }

    private bool AllowsState(StrategyState state)
    {
        var wanted = _query.Values("state").Where(value => Enum.GetNames<StrategyState>().Contains(value, StringComparer.OrdinalIgnoreCase)).ToList();
        return wanted.Count == 0 || wanted.Contains(state.ToString(), StringComparer.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> OrNone(IReadOnlyList<string> values) => values.Count == 0 ? [None] : values;

    private void Read(string key, TryRead read, List<NumberCondition> into, string examples)
    {
        foreach (var value in _query.Values(key))
        {
            if (read(value, out var condition))
            {
                into.Add(condition);
            }
            else
            {
                _problems.Add($"{key}:{value} is not understood; write {examples}.");
            }
        }
    }

    private delegate bool TryRead(string text, out NumberCondition condition);
}
