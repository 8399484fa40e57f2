using Microsoft.Extensions.Options;
using Qmtl.Console.Api;

namespace Qmtl.Console.Graphs;

/// <summary>Layouts and messages that are kept once for all readers; who may see them is asked before they are looked up.</summary>
public sealed class GraphCaches(IOptions<LimitsOptions> limits)
{
    public DagLayouts Layouts { get; } = new(limits.Value.GraphNodesKept);

    internal MessageCache Messages { get; } = new(limits.Value.GraphMessageBytes);
}
