using Qmtl.Console.DryRuns;
using Qmtl.DagManager;

namespace Qmtl.Console.Pages.DryRun;

/// <summary>Filter of the queue map: <c>is:new</c> (reused, buffered, unknown), <c>type:</c>, and words that name, id, queue or type must contain.</summary>
public static class QueueMapFilter
{
    public static IReadOnlyList<DryRunNode> Apply(IReadOnlyList<DryRunNode> nodes, string filter)
    {
        var words = filter.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length == 0 ? nodes : [.. nodes.Where(node => words.All(word => Fits(node, word)))];
    }

    private static bool Fits(DryRunNode node, string word) =>
        word.StartsWith("is:", StringComparison.OrdinalIgnoreCase) ? Enum.TryParse<NodeDisposition>(word[3..], ignoreCase: true, out var disposition) && node.Disposition == disposition
        : word.StartsWith("type:", StringComparison.OrdinalIgnoreCase) ? Has(node.Type, word[5..])
        : Has(node.Name, word) || Has(node.NodeId, word) || Has(node.Queue, word) || Has(node.Type, word) || node.Reads?.Any(queue => Has(queue.Queue, word)) == true;

    private static bool Has(string? text, string part) => text?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;
}
