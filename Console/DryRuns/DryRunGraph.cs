using Qmtl.DagManager;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Graphs;

namespace Qmtl.Console.DryRuns;

/// <summary>The drawing of a stored dry-run: its DAG, each node marked as reused, buffered or new.</summary>
public sealed class DryRunGraph(DryRunStore store)
{
    /// <summary>The canvas message as UTF-8 JSON; null in place of it when the result is not there or holds no drawable DAG.</summary>
    public async Task<(DryRunFind Find, byte[]? Message)> MessageAsync(string id, CancellationToken cancellation)
    {
        var find = await store.FindAsync(id, cancellation);
        if (find.Report is not { } report)
        {
            return (find, null);
        }

        var (found, stream) = await store.OpenDagAsync(id, cancellation);
        if (stream is null)
        {
            return (found, null);
        }

        using var text = new MemoryStream(report.Input.DagBytes);
        await using (stream)
        {
            await stream.CopyToAsync(text, cancellation);
        }

        return (find, await Task.Run(() => Draw(text.GetBuffer().AsMemory(0, (int)text.Length), report, cancellation), cancellation));
    }

    private static byte[]? Draw(ReadOnlyMemory<byte> utf8, DryRunReport report, CancellationToken cancellation)
    {
        var options = new DagReadOptions { Generation = report.Input.Generation, MaxFindings = 1 };
        if (DagReader.Read(utf8, options).Dag is not { } dag)
        {
            return null;
        }

        var marks = new Dictionary<string, DryRunNode>(StringComparer.Ordinal);
        foreach (var node in report.Result?.Nodes ?? [])
        {
            marks.TryAdd(node.NodeId, node);
        }

        var graph = DagGraph.FromDag(dag);
        var layout = LayeredLayout.Compute(graph, cancel: cancellation);
        return GraphMessage.ToUtf8(dag.Nodes, graph, layout, i => Facts(dag.Nodes[i], marks.GetValueOrDefault(dag.Nodes[i].NodeId)));
    }

    private static GraphNodeFacts Facts(DagNode node, DryRunNode? mark)
    {
        var usual = GraphMessage.DefaultFacts(node);
        var flag = mark?.Disposition switch
        {
            NodeDisposition.Reused => GraphFlags.Reused,
            NodeDisposition.Buffered => GraphFlags.Buffered,
            NodeDisposition.New => GraphFlags.New,
            _ => GraphFlags.None,
        };
        // The older ids need a world that the stored text does not tell: the findings say which are wrong, the drawing does not repeat it.
        return new(mark?.Queue ?? usual.Sub, flag);
    }
}
