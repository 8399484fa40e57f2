using System.Globalization;
using System.Text;
using Qmtl.Shared.Dags;

namespace Qmtl.Shared.Graphs;

/// <summary>
/// Writes a laid-out DAG as one self-contained SVG: no scripts, nothing loaded from elsewhere. Colours come from custom properties
/// (<c>--dag-ground</c>, <c>--dag-box</c>, …), so that a page can theme an inlined drawing; alone it is light.
/// </summary>
public static class SvgDrawing
{
    private const double BarWidth = 4;
    private const double TextLeft = 14;
    private const double TextRight = 10;
    private const double NameCharacter = 6.9;
    private const double SubCharacter = 5.9;

    /// <summary>The SVG as text.</summary>
    /// <param name="nodes">The nodes of the graph.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="layout">The layout of that graph.</param>
    /// <param name="facts">Second line and badges of node i; null: <see cref="GraphMessage.DefaultFacts"/>.</param>
    /// <param name="title">Accessible title of the drawing.</param>
    /// <param name="edges">What became of each edge, when two versions are compared.</param>
    public static string ToSvg(
        IReadOnlyList<DagNode> nodes, DagGraph graph, LayoutResult layout, Func<int, GraphNodeFacts>? facts = null,
        string? title = null, IReadOnlyList<EdgeStatus>? edges = null)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(layout);
        var svg = new StringBuilder(2048 + (nodes.Count * 420) + (graph.EdgeCount * 160));
        var (width, height) = (Text(layout.Width), Text(layout.Height));
        svg.Append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"").Append(width).Append("\" height=\"").Append(height)
            .Append("\" viewBox=\"0 0 ").Append(width).Append(' ').Append(height).Append("\" role=\"img\">\n<title>");
        Escape(svg, title ?? $"DAG with {nodes.Count} nodes and {graph.EdgeCount} edges");
        svg.Append("</title>\n").Append(Style).Append(Markers);
        svg.Append("<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n<g class=\"edges\">\n");
        for (var e = 0; e < graph.EdgeCount; e++) Edge(svg, layout.Route(e), edges?[e] ?? EdgeStatus.Unchanged);
        svg.Append("</g>\n<g class=\"nodes\">\n");
        for (var i = 0; i < nodes.Count; i++)
            Node(svg, nodes[i], layout, i, facts is null ? GraphMessage.DefaultFacts(nodes[i]) : facts(i));
        return svg.Append("</g>\n</svg>\n").ToString();
    }

    private const string Style = """
        <style>
        .ground{fill:#fbfcfd;fill:var(--dag-ground,#fbfcfd)}
        .edges path{fill:none;stroke:#8b97a5;stroke:var(--dag-edge,#8b97a5);stroke-width:1.25;marker-end:url(#a)}
        .edges .e1{stroke:#1a7f4b;stroke:var(--dag-added,#1a7f4b);stroke-width:1.75;marker-end:url(#a1)}
        .edges .e2{stroke:#b3352c;stroke:var(--dag-removed,#b3352c);stroke-width:1.75;stroke-dasharray:5 4;marker-end:url(#a2)}
        .arrow{fill:#8b97a5;fill:var(--dag-edge,#8b97a5)}
        .arrow.e1{fill:#1a7f4b;fill:var(--dag-added,#1a7f4b)}
        .arrow.e2{fill:#b3352c;fill:var(--dag-removed,#b3352c)}
        .box{fill:#fff;fill:var(--dag-box,#fff);stroke:#c3cbd4;stroke:var(--dag-line,#c3cbd4)}
        .added .box{stroke:#1a7f4b;stroke:var(--dag-added,#1a7f4b);stroke-width:2}
        .removed .box{stroke:#b3352c;stroke:var(--dag-removed,#b3352c);stroke-width:2;stroke-dasharray:5 4}
        .changed .box{stroke:#9a6700;stroke:var(--dag-changed,#9a6700);stroke-width:2}
        text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
        .name{font-size:12px;font-weight:600;fill:#1d2733;fill:var(--dag-text,#1d2733)}
        .sub{font-size:10.5px;fill:#5b6876;fill:var(--dag-faint,#5b6876)}
        .badge{font-size:9.5px;font-weight:600;text-anchor:end;fill:#2d5f9e;fill:var(--dag-badge,#2d5f9e)}
        .t0{fill:#2f6fb3}.t1{fill:#7a4fb5}.t2{fill:#2c8577}.t3{fill:#5f7386}.t4{fill:#b0731b}.t5{fill:#a8433a}.t6{fill:#5c7a29}.t7{fill:#99507f}
        </style>

        """;

    private const string Markers = """
        <defs>
        <marker id="a" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="arrow" d="M0 0.8L8 4L0 7.2z"/></marker>
        <marker id="a1" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="arrow e1" d="M0 0.8L8 4L0 7.2z"/></marker>
        <marker id="a2" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="arrow e2" d="M0 0.8L8 4L0 7.2z"/></marker>
        </defs>

        """;

    /// <summary>Colour class of a node type: the SDK's own types have fixed ones, others get one by their name.</summary>
    private static int TypeColour(string type)
    {
        switch (type)
        {
            case "StreamInput": return 0;
            case "TagQueryNode": return 1;
            case "ProcessingNode": return 2;
            case "Node": return 3;
            case "TradeSignalGeneratorNode": return 4;
            case "TradeOrderPublisherNode": return 5;
        }

        var sum = 0;
        foreach (var c in type) sum = ((sum * 31) + c) & 0xFFFF;
        return sum % 8;
    }

    private static void Edge(StringBuilder svg, ReadOnlySpan<float> route, EdgeStatus status)
    {
        if (route.Length < 2) return;
        svg.Append("<path ");
        if (status != EdgeStatus.Unchanged) svg.Append("class=\"e").Append((int)status).Append("\" ");
        svg.Append("d=\"M");
        Point(svg, route[0], route[1]);
        for (var i = 2; i + 5 < route.Length; i += 6)
        {
            svg.Append('C');
            Point(svg, route[i], route[i + 1]);
            svg.Append(' ');
            Point(svg, route[i + 2], route[i + 3]);
            svg.Append(' ');
            Point(svg, route[i + 4], route[i + 5]);
        }

        svg.Append("\"/>\n");
    }

    private static void Node(StringBuilder svg, DagNode node, LayoutResult layout, int i, GraphNodeFacts facts)
    {
        var (w, h) = (layout.NodeWidth, layout.NodeHeight);
        svg.Append("<g transform=\"translate(").Append(Text(layout.X[i])).Append(' ').Append(Text(layout.Y[i])).Append(")\"");
        if (Emphasis(facts.Flags) is { } emphasis) svg.Append(" class=\"").Append(emphasis).Append('"');
        svg.Append("><title>");
        Escape(svg, $"{node.DisplayName}\n{node.NodeType}\n{node.NodeId}");
        svg.Append("</title><rect class=\"box\" width=\"").Append(Text(w)).Append("\" height=\"").Append(Text(h))
            .Append("\" rx=\"3\"/><rect class=\"t").Append(TypeColour(node.NodeType)).Append("\" x=\"0.5\" y=\"0.5\" width=\"")
            .Append(Text(BarWidth)).Append("\" height=\"").Append(Text(h - 1)).Append("\" rx=\"2\"/>");
        var badge = Badge(facts.Flags);
        var room = w - TextLeft - TextRight;
        TextLine(svg, "name", TextLeft, (h / 2) - 3.5, Cut(node.DisplayName, room / NameCharacter));
        var badgeRoom = badge.Length == 0 ? 0 : (badge.Length * 5.6) + 6;
        TextLine(svg, "sub", TextLeft, (h / 2) + 11.5, Cut(facts.Sub, (room - badgeRoom) / SubCharacter));
        if (badge.Length > 0) TextLine(svg, "badge", w - 8, (h / 2) + 11.5, badge);
        svg.Append("</g>\n");
    }

    private static string? Emphasis(GraphFlags flags)
    {
        if (flags.HasFlag(GraphFlags.Added)) return "added";
        if (flags.HasFlag(GraphFlags.Removed)) return "removed";
        const GraphFlags changed = GraphFlags.ChangedCode | GraphFlags.ChangedSchema | GraphFlags.ChangedParameters | GraphFlags.Rewired;
        return (flags & changed) != 0 ? "changed" : null;
    }

    /// <summary>The one thing about the node that matters most, in a word.</summary>
    private static string Badge(GraphFlags flags)
    {
        foreach (var (flag, word) in Badges)
        {
            if ((flags & flag) != 0) return word;
        }

        return "";
    }

    private static readonly (GraphFlags Flag, string Word)[] Badges =
    [
        (GraphFlags.Added, "added"), (GraphFlags.Removed, "removed"), (GraphFlags.ChangedCode, "code"), (GraphFlags.ChangedSchema, "schema"),
        (GraphFlags.ChangedParameters, "params"), (GraphFlags.Rewired, "re-wired"), (GraphFlags.UpstreamChanged, "upstream"),
        (GraphFlags.UnverifiedId, "id?"), (GraphFlags.New, "new"), (GraphFlags.Buffered, "buffered"), (GraphFlags.Reused, "reused"),
        (GraphFlags.Global, "global"), (GraphFlags.Shared, "shared"),
    ];

    private static void TextLine(StringBuilder svg, string kind, double x, double y, string text)
    {
        if (text.Length == 0) return;
        svg.Append("<text class=\"").Append(kind).Append("\" x=\"").Append(Text(x)).Append("\" y=\"").Append(Text(y)).Append("\">");
        Escape(svg, text);
        svg.Append("</text>");
    }

    /// <summary>Cuts text to about so many characters, never inside a character of two units.</summary>
    private static string Cut(string text, double characters)
    {
        var most = (int)characters;
        if (text.Length <= most) return text;
        if (most <= 1) return "…";
        var end = most - 1;
        if (char.IsHighSurrogate(text[end - 1])) end--;
        return string.Concat(text.AsSpan(0, end), "…");
    }

    /// <summary>Escapes for text and attributes; what XML cannot hold becomes the replacement character.</summary>
    private static void Escape(StringBuilder svg, string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&': svg.Append("&amp;"); break;
                case '<': svg.Append("&lt;"); break;
                case '>': svg.Append("&gt;"); break;
                case '"': svg.Append("&quot;"); break;
                case '\'': svg.Append("&#39;"); break;
                case '\t' or '\n' or '\r': svg.Append((char)rune.Value); break;
                case < 0x20 or 0xFFFE or 0xFFFF: svg.Append('\uFFFD'); break;
                default: svg.Append(rune); break;
            }
        }
    }

    private static void Point(StringBuilder svg, double x, double y) => svg.Append(Text(x)).Append(' ').Append(Text(y));

    private static string Text(double value) => Math.Round(value, 1).ToString(CultureInfo.InvariantCulture);
}
