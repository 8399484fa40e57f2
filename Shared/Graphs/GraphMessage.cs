using System.Buffers;
using System.Text;
using System.Text.Json;
using Qmtl.Shared.Dags;

namespace Qmtl.Shared.Graphs;

/// <summary>What a node shows beside its name.</summary>
/// <param name="Sub">Second line: queue, topic or tag; empty when there is none.</param>
/// <param name="Flags">Badges.</param>
public readonly record struct GraphNodeFacts(string Sub, GraphFlags Flags);

/// <summary>
/// The one compact message that feeds the browser's canvas:
/// <c>{"v":1,"w":…,"h":…,"nw":168,"nh":44,"types":[…],"id":[…],"name":[…],"sub":[…],"type":[…],"flags":[…],"x":[…],"y":[…],"layer":[…],"edges":[from0,to0,…],"routes":[[…],…]}</c>.
/// Arrays run over the nodes; <c>type</c> points into <c>types</c>; coordinates are whole pixels. A route is <c>x,y</c> of the first point and then
/// six numbers for each cubic Bézier segment: two control points and the end point.
/// </summary>
public static class GraphMessage
{
    public const int Version = 1;

    /// <summary>The facts that the DAG itself tells: interval and tags, and whether the fields contradict the id.</summary>
    public static GraphNodeFacts DefaultFacts(DagNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return new GraphNodeFacts(
            DefaultSubtitle(node),
            node.Verdict.State is NodeIdState.Mismatch or NodeIdState.Refused ? GraphFlags.UnverifiedId : GraphFlags.None);
    }

    /// <summary>Interval and tags: <c>60 s · btc, price</c>.</summary>
    public static string DefaultSubtitle(DagNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var tags = string.Join(", ", node.Tags);
        if (node.Interval is not { } interval) return tags;
        return tags.Length == 0 ? $"{interval} s" : $"{interval} s · {tags}";
    }

    /// <summary>Writes the message as UTF-8 JSON.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="nodes">The nodes of the graph: a DAG's <see cref="Dag.Nodes"/> or those of a <see cref="ComparisonGraph"/>.</param>
    /// <param name="graph">Its graph.</param>
    /// <param name="layout">The layout of that graph.</param>
    /// <param name="facts">Second line and badges of node i; null: <see cref="DefaultFacts"/>.</param>
    /// <param name="edges">What became of each edge, when two versions are compared: adds <c>"eflags":[0|1 added|2 removed,…]</c>.</param>
    public static void Write(
        IBufferWriter<byte> output, IReadOnlyList<DagNode> nodes, DagGraph graph, LayoutResult layout,
        Func<int, GraphNodeFacts>? facts = null, IReadOnlyList<EdgeStatus>? edges = null)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(layout);
        if (nodes.Count != graph.NodeCount || layout.X.Length != graph.NodeCount || layout.RouteStart.Length != graph.EdgeCount + 1)
            throw new ArgumentException("Nodes, graph and layout have different sizes.", nameof(layout));

        var types = new List<string>();
        var typeOf = new int[nodes.Count];
        var typeIndex = new Dictionary<string, int>(StringComparer.Ordinal);
        var given = new GraphNodeFacts[nodes.Count];
        for (var i = 0; i < nodes.Count; i++)
        {
            if (!typeIndex.TryGetValue(nodes[i].NodeType, out typeOf[i]))
            {
                typeIndex.Add(nodes[i].NodeType, typeOf[i] = types.Count);
                types.Add(nodes[i].NodeType);
            }

            given[i] = facts is null ? DefaultFacts(nodes[i]) : facts(i);
        }

        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteNumber("v", Version);
        json.WriteNumber("w", (int)Math.Ceiling(layout.Width));
        json.WriteNumber("h", (int)Math.Ceiling(layout.Height));
        json.WriteNumber("nw", Pixel(layout.NodeWidth));
        json.WriteNumber("nh", Pixel(layout.NodeHeight));
        WriteTexts(json, "types", types.Count, i => types[i]);
        WriteTexts(json, "id", nodes.Count, i => nodes[i].NodeId);
        WriteTexts(json, "name", nodes.Count, i => nodes[i].DisplayName);
        WriteTexts(json, "sub", nodes.Count, i => given[i].Sub);
        WriteNumbers(json, "type", nodes.Count, i => typeOf[i]);
        WriteNumbers(json, "flags", nodes.Count, i => (int)given[i].Flags);
        WriteNumbers(json, "x", nodes.Count, i => Pixel(layout.X[i]));
        WriteNumbers(json, "y", nodes.Count, i => Pixel(layout.Y[i]));
        WriteNumbers(json, "layer", nodes.Count, i => layout.Layer[i]);
        json.WriteStartArray("edges");
        for (var e = 0; e < graph.EdgeCount; e++)
        {
            json.WriteNumberValue(graph.From[e]);
            json.WriteNumberValue(graph.To[e]);
        }

        json.WriteEndArray();
        if (edges is not null) WriteNumbers(json, "eflags", graph.EdgeCount, e => (int)edges[e]);
        json.WriteStartArray("routes");
        for (var e = 0; e < graph.EdgeCount; e++)
        {
            json.WriteStartArray();
            foreach (var value in layout.Route(e)) json.WriteNumberValue(Pixel(value));
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    /// <summary>The message as one UTF-8 array.</summary>
    public static byte[] ToUtf8(
        IReadOnlyList<DagNode> nodes, DagGraph graph, LayoutResult layout,
        Func<int, GraphNodeFacts>? facts = null, IReadOnlyList<EdgeStatus>? edges = null)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        var buffer = new ArrayBufferWriter<byte>(Math.Max(1024, nodes.Count * 256));
        Write(buffer, nodes, graph, layout, facts, edges);
        return buffer.WrittenSpan.ToArray();
    }

    private static int Pixel(double value) => (int)Math.Round(value);

    private static void WriteTexts(Utf8JsonWriter json, string name, int count, Func<int, string> text)
    {
        json.WriteStartArray(name);
        for (var i = 0; i < count; i++) json.WriteStringValue(WellFormed(text(i)));
        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, int count, Func<int, int> number)
    {
        json.WriteStartArray(name);
        for (var i = 0; i < count; i++) json.WriteNumberValue(number(i));
        json.WriteEndArray();
    }

    /// <summary>Text with a lone surrogate cannot be UTF-8: it becomes the replacement character, as browsers do.</summary>
    private static string WellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        }

        return text;
    }
}
