using Qmtl.Console.Components.Filter;
using Qmtl.Console.DryRuns;

namespace Qmtl.Console.Pages.DryRun;

/// <summary>What the filter of the queue map means: <c>is:</c> (reused, buffered, new, unknown), <c>type:</c>, and words that occur in name, id, type or queue.</summary>
public static class QueueMapFilter
{
    public static IReadOnlyList<DryRunNode> Apply(IReadOnlyList<DryRunNode> nodes, FilterQuery filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return filter.IsEmpty
            ? nodes
            : [.. nodes.Where(node => filter.Allows("is", Words.Of(node.Disposition)) && filter.Allows("type", node.Type) && filter.Matches(Texts(node)))];
    }

    private static IEnumerable<string?> Texts(DryRunNode node) =>
        [node.Name, node.NodeId, node.Type, node.Queue, .. node.Reads?.Select(queue => queue.Queue) ?? []];
}
