namespace Qmtl.Shared.Graphs;

/// <summary>
/// Folds wide layers: a layer of 200 nodes in one column would make a drawing that is 14,000 pixels tall. Its nodes are dealt in turn to several columns that
/// stand close together, and edges run between the nodes of the columns that they pass. The order of the layer holds in every column, so folding adds
/// no crossings between layers.
/// </summary>
internal static class LayerFolding
{
    private const double Aspect = 1.5;
    private const double LeastGain = 1.25;
    private const double LeastHeight = 1_000;
    private const int MaxColumnsPerLayer = 24;

    /// <summary>The component with its columns; the same one when folding would not help.</summary>
    /// <param name="c">A component whose crossings are reduced.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="maxDummies">Bound on the dummies that folding may lead to.</param>
    public static LayeredComponent Fold(LayeredComponent c, LayoutOptions options, int maxDummies)
    {
        var columns = Choose(c, options, maxDummies);
        if (columns is null) return c;
        var first = new int[c.LayerCount + 1];
        for (var l = 0; l < c.LayerCount; l++) first[l + 1] = first[l] + columns[l];
        var folded = new LayeredComponent(c.NodeCount, c.From, c.To) { LayerCount = first[^1], LayerOfColumn = new int[first[^1]] };
        for (var l = 0; l < c.LayerCount; l++)
        {
            folded.LayerOfColumn.AsSpan(first[l]..first[l + 1]).Fill(l);
            var dealt = 0;
            foreach (var v in c.LayerOf(l))
            {
                if (v < c.NodeCount) folded.NodeLayer[v] = first[l] + (dealt++ % columns[l]);
            }
        }

        folded.AddDummies(c.Outside);
        Order(c, folded);
        return folded;
    }

    /// <summary>Columns for each layer such that the drawing fits a screen best; null to leave everything as it is.</summary>
    private static int[]? Choose(LayeredComponent c, LayoutOptions options, int maxDummies)
    {
        var nodes = new int[c.LayerCount];
        var passing = new int[c.LayerCount];
        var edges = new int[c.LayerCount];
        for (var v = 0; v < c.VertexCount; v++)
        {
            var l = c.VertexLayer[v];
            if (v >= c.NodeCount)
            {
                passing[l]++;
                continue;
            }

            nodes[l]++;
            edges[l] += Math.Max(c.LeftOf(v).Length, c.RightOf(v).Length);
        }

        var widest = nodes.Max();
        var step = options.NodeHeight + options.NodeGap;
        int[]? best = null;
        var (unfolded, least) = (0.0, double.PositiveInfinity);
        for (var fold = 1; fold <= Math.Min(MaxColumnsPerLayer, widest); fold++)
        {
            var rows = (widest + fold - 1) / fold;
            var (height, width, dummies) = (0.0, 0.0, 0L);
            var columns = new int[c.LayerCount];
            for (var l = 0; l < c.LayerCount; l++)
            {
                var k = columns[l] = (nodes[l] + rows - 1) / rows;
                if (k == 0) k = columns[l] = 1;
                var lanes = passing[l] + (edges[l] * (k - 1) / (double)k);
                dummies += (long)passing[l] * k + ((long)edges[l] * (k - 1));
                height = Math.Max(height, (nodes[l] * step / k) + (lanes * options.EdgeGap * 0.6));
                width += (k * options.NodeWidth) + ((k - 1) * options.ColumnGap) + options.LayerGap;
            }

            var size = Math.Max(height, width / Aspect);
            if (fold == 1) unfolded = size;
            if (fold == 1 && height < LeastHeight) return null;
            if (dummies > maxDummies) break;
            if (size >= least) continue;
            (best, least) = (columns, size);
        }

        return best is null || unfolded < least * LeastGain ? null : best;
    }

    /// <summary>Orders each column as its layer was ordered; edges of one node that pass side by side keep the order of their other ends.</summary>
    private static void Order(LayeredComponent c, LayeredComponent folded)
    {
        var keys = new long[folded.VertexCount];
        for (var v = 0; v < c.NodeCount; v++) keys[v] = Key(c.Position[v], 0);
        for (var e = 0; e < c.EdgeCount; e++)
        {
            if (c.Outside[e]) continue;
            var (u, v) = (c.From[e], c.To[e]);
            var (low, high) = (c.NodeLayer[u], c.NodeLayer[v]);
            var (firstDummy, dummies) = (c.FirstDummy[e], c.DummyCount(e));
            var next = c.Position[dummies > 0 ? firstDummy : v];
            var previous = c.Position[dummies > 0 ? firstDummy + dummies - 1 : u];
            var d = folded.FirstDummy[e];
            for (var i = folded.DummyCount(e); i > 0; i--, d++)
            {
                var layer = folded.LayerOfColumn![folded.VertexLayer[d]];
                keys[d] = layer == low ? Key(c.Position[u], next)
                    : layer == high ? Key(c.Position[v], previous)
                    : Key(c.Position[firstDummy + layer - low - 1], 0);
            }
        }

        for (var column = 0; column < folded.LayerCount; column++)
        {
            var row = folded.LayerOf(column);
            var rowKeys = new long[row.Length];
            for (var p = 0; p < row.Length; p++) rowKeys[p] = keys[row[p]];
            rowKeys.AsSpan().Sort(row);
            for (var p = 0; p < row.Length; p++) folded.Position[row[p]] = p;
        }

        static long Key(int position, int second) => ((long)position << 32) | (uint)second;
    }
}
