using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Components;
using Qmtl.Console.Security.Guards;
using Qmtl.Shared.Rail;

namespace Qmtl.Console.Layout;

/// <summary>A page of the navigation.</summary>
/// <param name="Title">Name in navigation, search and palette.</param>
/// <param name="Href">Route of the page without parameters.</param>
/// <param name="Icon">Name of its icon.</param>
/// <param name="Summary">What one finds there, for the search.</param>
public sealed record ConsolePage(string Title, string Href, string Icon, string Summary);

/// <summary>
/// All pages by job, in the order of the navigation. A page is shown as soon as a component with its route exists: a new page needs no other entry.
/// </summary>
public static class ConsolePages
{
    private static readonly ConsolePage[][] Planned =
    [
        [
            new("Overview", "/", "overview", "What needs attention now"),
            new("Strategies", "/strategies", "strategies", "Submitted strategies with state, world and tags"),
            new("Dry-run", "/dry-run", "dry-run", "What a submission would do, without submitting"),
            new("Queues", "/queues", "queues", "Queues of the global graph"),
            new("Graph", "/graph", "graph", "The global strategy graph"),
        ],
        [
            new("Worlds", "/worlds", "worlds", "Worlds with policies, decisions and activation"),
            new("Sentinels", "/sentinels", "sentinels", "Version sentinels and their weights"),
            new("Dead letters", "/deadletters", "dead-letters", "Failed jobs"),
            new("Live", "/live", "live", "Control events as they arrive"),
            new("Job queues", "/job-queues", "job-queues", "Topology of the job queues"),
        ],
        [
            new("Schema", "/schema", "schema", "Database schema: state, plan, rollback"),
            new("Plans", "/plans", "plans", "Planned changes"),
            new("Jobs", "/jobs", "jobs", "Bulk jobs"),
            new("Audit", "/audit", "audit", "Who did what, when and why"),
            new("Access", "/access", "access", "Users, roles and keys"),
            new("Health report", "/health-report", "health", "Dependencies, settings in force, version"),
        ],
    ];

    /// <summary>The permission that each route asks for; null: whoever is signed in, or everybody.</summary>
    private static readonly FrozenDictionary<string, string?> Routes = typeof(ConsolePages).Assembly.GetTypes()
        .SelectMany(type => type.GetCustomAttributes<RouteAttribute>(inherit: false).Select(route => (route.Template, Needed: PagePermission.Of(type))))
        .ToFrozenDictionary(route => route.Template, route => route.Needed, StringComparer.OrdinalIgnoreCase);

    /// <summary>The pages that exist, grouped as the navigation shows them; no group is empty.</summary>
    public static IReadOnlyList<IReadOnlyList<ConsolePage>> Groups { get; } =
    [
        .. Planned.Select(group => group.Where(page => Exists(page.Href)).ToArray()).Where(group => group.Length > 0),
    ];

    /// <summary>The pages that exist.</summary>
    public static IReadOnlyList<ConsolePage> All { get; } = [.. Groups.SelectMany(group => group)];

    /// <summary>Whether a page has exactly this route template, for instance <c>/strategies/{id}</c>. Link only to pages that exist.</summary>
    public static bool Exists(string template) => Routes.ContainsKey(template);

    /// <summary>Whether the caller may open the page. Navigation and search offer no other; the page itself asks again.</summary>
    public static bool MayOpen(ConsolePage page, Caller caller, IAuthorizer authorizer)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(authorizer);
        return Routes.GetValueOrDefault(page.Href) is not { } needed || authorizer.ScopesOf(caller, needed) is not { Count: 0 };
    }
}
