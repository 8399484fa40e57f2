using Microsoft.AspNetCore.WebUtilities;
using Qmtl.Shared.Dags;

namespace Qmtl.Console.Pages.DryRun;

/// <summary>Which part of a result is shown.</summary>
public enum DryRunTab
{
    Queues,
    Graph,
    Findings,
    Http,
}

/// <summary>What the address of the dry-run page holds.</summary>
public sealed record DryRunState
{
    /// <summary>World to dry-run in; null lets the document decide.</summary>
    public string? World { get; init; }

    /// <summary>Overrides what the ids tell; null lets them.</summary>
    public DagGeneration? Generation { get; init; }

    /// <summary>Strategy whose DAG is to be loaded; null when none was picked.</summary>
    public string? Strategy { get; init; }

    /// <summary>Result whose DAG is to be loaded into the editor; null when none.</summary>
    public string? From { get; init; }

    public DryRunTab Tab { get; init; }

    /// <summary>Filter of the queue map: text and tokens.</summary>
    public string Filter { get; init; } = "";

    /// <summary>Reads the query string; what is wrong or unknown is left out.</summary>
    public static DryRunState FromQuery(string query)
    {
        var values = QueryHelpers.ParseQuery(query);
        return new DryRunState
        {
            World = Text("world"),
            Generation = Enum.TryParse<DagGeneration>(Text("generation"), ignoreCase: true, out var generation) && Enum.IsDefined(generation) ? generation : null,
            Strategy = Text("strategy"),
            From = Text("from"),
            Tab = Enum.TryParse<DryRunTab>(Text("tab"), ignoreCase: true, out var tab) && Enum.IsDefined(tab) ? tab : DryRunTab.Queues,
            Filter = Text("filter") ?? "",
        };

        string? Text(string name) => values.TryGetValue(name, out var value) && value.ToString().Trim() is { Length: > 0 } text ? text : null;
    }

    /// <summary>The query string with its question mark; empty when everything is as usual.</summary>
    public string ToQuery()
    {
        var query = new List<KeyValuePair<string, string?>>();
        Add("world", World);
        Add("generation", Generation?.ToString().ToLowerInvariant());
        Add("strategy", Strategy);
        Add("from", From);
        Add("tab", Tab == DryRunTab.Queues ? null : Tab.ToString().ToLowerInvariant());
        Add("filter", Filter.Length == 0 ? null : Filter);
        return QueryHelpers.AddQueryString("", query);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                query.Add(new(name, value));
            }
        }
    }
}
