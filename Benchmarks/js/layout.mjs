// One layout of the graph on standard input ({"engine","n","edges":[[from,to],…]}) by elkjs or dagre, left to right, nodes 168 x 44.
// Prints {"ms","x":[…],"y":[…]}; the time is the layout alone, after one small layout to warm up.
import { readFileSync } from "node:fs";

const input = JSON.parse(readFileSync(0, "utf8"));
const run = input.engine === "elk" ? await elk() : await dagre();
await run({ n: 20, edges: Array.from({ length: 19 }, (_, i) => [i >> 1, i + 1]) });
const start = performance.now();
const place = await run(input);
console.log(JSON.stringify({ ms: performance.now() - start, ...place }));

async function elk() {
  const { default: Elk } = await import("elkjs/lib/elk.bundled.js");
  const engine = new Elk();
  return async ({ n, edges }) => {
    const graph = await engine.layout({
      id: "root",
      layoutOptions: { "elk.algorithm": "layered", "elk.direction": "RIGHT" },
      children: Array.from({ length: n }, (_, i) => ({ id: `${i}`, width: 168, height: 44 })),
      edges: edges.map(([from, to], i) => ({ id: `e${i}`, sources: [`${from}`], targets: [`${to}`] })),
    });
    return { x: graph.children.map((c) => c.x), y: graph.children.map((c) => c.y) };
  };
}

async function dagre() {
  const { default: engine } = await import("@dagrejs/dagre");
  return async ({ n, edges }) => {
    const graph = new engine.graphlib.Graph();
    graph.setGraph({ rankdir: "LR", ranker: input.ranker ?? "network-simplex" });
    graph.setDefaultEdgeLabel(() => ({}));
    for (let i = 0; i < n; i++) graph.setNode(`${i}`, { width: 168, height: 44 });
    for (const [from, to] of edges) graph.setEdge(`${from}`, `${to}`);
    engine.layout(graph);
    const nodes = Array.from({ length: n }, (_, i) => graph.node(`${i}`));
    return { x: nodes.map((v) => v.x), y: nodes.map((v) => v.y) };
  };
}
