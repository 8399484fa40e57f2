using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Qmtl.Shared.Dags;
using Qmtl.Shared.Graphs;

namespace Qmtl.Benchmarks;

/// <summary>
/// Frames a second of the canvas in headless Chromium without a GPU: while panning at fit, panning close by, panning with a selected lineage, and
/// zooming; and the time from message to painted. Yardstick in the same run: cytoscape on the same nodes, edges and positions, panning at fit;
/// left out, by name, where <c>npm ci</c> was not run in <c>Benchmarks/js</c>.
/// </summary>
internal static class CanvasBenchmark
{
    private const string Origin = "http://canvas.test";

    public static async Task<int> RunAsync(string[] arguments)
    {
        var sizes = arguments.Length > 0 ? arguments.Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray() : [400, 1_000, 5_000, 10_000];
        var root = RepositoryRoot();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var cytoscape = Path.Combine(root, "Benchmarks/js/node_modules/cytoscape/dist/cytoscape.min.js");
        System.Console.WriteLine("nodes\tpaint ms\tfit f/s\tnear f/s\tlineage f/s\tzoom f/s\tcytoscape fit f/s");
        foreach (var size in sizes)
        {
            var message = Message(size);
            var ours = await MeasureAsync(browser, root, message, OurPage(root), OurScript);
            var theirs = File.Exists(cytoscape)
                ? await MeasureAsync(browser, root, message, $"<!doctype html><div id=graph style='width:1440px;height:900px'></div><script src='{Origin}/cytoscape.js'></script>", TheirScript)
                : [];
            System.Console.WriteLine(string.Join('\t', [size.ToString(CultureInfo.InvariantCulture), .. ours.Select(Text), theirs.Length > 0 ? theirs[0].ToString("F1", CultureInfo.InvariantCulture) : "not installed"]));
        }

        return 0;
    }

    private static string Text(double value) => value.ToString("F0", CultureInfo.InvariantCulture);

    private static async Task<double[]> MeasureAsync(IBrowser browser, string root, byte[] message, string html, string script)
    {
        await using var context = await browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1440, Height = 900 } });
        var page = await context.NewPageAsync();
        await page.RouteAsync("**/*", route =>
        {
            var path = new Uri(route.Request.Url).AbsolutePath;
            return path switch
            {
                "/" => route.FulfillAsync(new() { ContentType = "text/html", Body = html }),
                "/graph" => route.FulfillAsync(new() { ContentType = "application/json", BodyBytes = message }),
                "/cytoscape.js" => route.FulfillAsync(new() { ContentType = "text/javascript", Path = Path.Combine(root, "Benchmarks/js/node_modules/cytoscape/dist/cytoscape.min.js") }),
                _ => route.FulfillAsync(new() { ContentType = "text/javascript", Path = Path.Combine(root, "wwwroot", path.TrimStart('/')) }),
            };
        });
        await page.GotoAsync(Origin + "/");
        return await page.EvaluateAsync<double[]>($"async () => {{ {Frames} {script} }}");
    }

    /// <summary>Counts the frames of two seconds in which each frame moves the view.</summary>
    private const string Frames = """
        const frames = step => new Promise(done => {
          let n = 0;
          const start = performance.now();
          const go = () => { step(++n); const now = performance.now(); now - start < 2000 ? requestAnimationFrame(go) : done(n * 1000 / (now - start)); };
          requestAnimationFrame(go);
        });
        """;

    private const string OurScript = """
        const { create } = await import('/js/dag/dag-canvas.js');
        const start = performance.now();
        const c = create(document.querySelector('.dag'), null, { url: '/graph' });
        await new Promise(done => { const look = () => performance.getEntriesByName('dag:painted').length ? done() : setTimeout(look, 1); look(); });
        const paint = performance.getEntriesByName('dag:painted')[0].startTime - start;
        const sway = (x, y) => n => c.panBy(n % 120 < 60 ? x : -x, n % 60 < 30 ? y : -y);
        const fit = await frames(sway(4, 2));
        c.fit(false); c.zoomBy(0.9 / c.k);
        const near = await frames(sway(9, 3));
        c.fit(false); c.select(c.graph.size >> 1);
        const lineage = await frames(sway(4, 2));
        c.select(-1); c.fit(false);
        const zoom = await frames(n => c.zoomAt(n % 60 < 30 ? 1.03 : 1 / 1.03, 720, 450));
        c.dispose();
        return [paint, fit, near, lineage, zoom];
        """;

    private const string TheirScript = """
        const m = await (await fetch('/graph')).json();
        const cy = cytoscape({
          container: document.getElementById('graph'), layout: { name: 'preset', fit: true },
          style: [{ selector: 'node', style: { shape: 'rectangle', width: 168, height: 44, label: 'data(name)' } }, { selector: 'edge', style: { 'curve-style': 'bezier', 'target-arrow-shape': 'triangle', width: 1.3 } }],
          elements: [
            ...m.id.map((id, i) => ({ data: { id: 'n' + i, name: m.name[i] }, position: { x: m.x[i] + 84, y: m.y[i] + 22 } })),
            ...Array.from({ length: m.edges.length / 2 }, (_, e) => ({ data: { source: 'n' + m.edges[2 * e], target: 'n' + m.edges[2 * e + 1] } })),
          ],
        });
        await new Promise(done => cy.ready(done));
        return [await frames(n => cy.panBy({ x: n % 120 < 60 ? 4 : -4, y: n % 60 < 30 ? 2 : -2 }))];
        """;

    /// <summary>The component's own markup and styles, without the server's parts.</summary>
    private static string OurPage(string root)
    {
        string Read(string path) => File.ReadAllText(Path.Combine(root, path));
        return $$"""
            <!doctype html><html data-theme="light"><style>{{Read("wwwroot/css/tokens.css")}} {{Read("Console/Components/DagCanvas.razor.css").Replace("::deep", "", StringComparison.Ordinal)}}
            body { margin: 0; font: 13px/20px var(--sans); } </style>
            <div style="height:900px"><div class="dag">
              <canvas data-dag="canvas" tabindex="0"></canvas><p data-dag="live" class="dag-hidden"></p><div class="dag-tip" data-dag="tip" hidden><strong></strong><span></span></div>
              <div class="dag-find" data-dag="find" hidden><input data-dag="query"><span data-dag="count"></span></div><div class="dag-legend" data-dag="legend" hidden></div>
              <div class="dag-corner"><div class="dag-map" data-dag="map" hidden><canvas data-dag="minimap"></canvas></div>
              <div class="dag-toolbar"><button data-dag="zoom" data-dag-cmd="actual"></button><details class="dag-export"></details></div></div>
            </div></div></html>
            """;
    }

    /// <summary>A seeded strategy graph: layers of about the square root of the size, one and a half inputs a node, mostly from near by.</summary>
    private static byte[] Message(int size)
    {
        var random = new Random(size);
        var json = JsonDocument.Parse("{}").RootElement;
        string[] types = ["ProcessingNode", "Node", "StreamInput", "TagQueryNode", "TradeSignalGeneratorNode"];
        var reach = Math.Max(6, (int)Math.Sqrt(size) * 2);
        var nodes = new List<DagNode>(size);
        for (var i = 0; i < size; i++)
        {
            var inputs = i < reach / 2 ? [] : Enumerable.Range(0, random.NextDouble() < 0.5 ? 2 : 1).Select(_ => Id(i - 1 - random.Next(Math.Min(i, reach)))).Distinct().ToArray();
            nodes.Add(new DagNode
            {
                Index = i, NodeId = Id(i), NodeType = inputs.Length == 0 ? "StreamInput" : types[random.Next(types.Length)], Name = $"signal_{i}", Interval = 60,
                Tags = ["btc"], Inputs = inputs, Json = json, Verdict = new(NodeIdState.Verified, Id(i), ""),
            });
        }

        var graph = DagGraph.FromDag(new Dag { Generation = DagGeneration.Newer, Nodes = nodes, SubmissionChecksum = 0, DiffChecksum = 0 });
        return GraphMessage.ToUtf8(nodes, graph, LayeredLayout.Compute(graph));

        static string Id(int i) => "blake3:" + i.ToString("x64", CultureInfo.InvariantCulture);
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Qmtl.Console.sln"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No Qmtl.Console.sln above {AppContext.BaseDirectory}; run the benchmark from a checkout.");
    }
}
