// Bundles the browser libraries into wwwroot/lib as one ES module each.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";
import path from "node:path";

const here = path.dirname(fileURLToPath(import.meta.url));
await build({
  entryPoints: {
    editor: path.join(here, "editor-entry.mjs"),
    signalr: path.join(here, "signalr-entry.mjs"),
    plotly: path.join(here, "plotly-entry.mjs"),
  },
  outdir: path.join(here, "../../wwwroot/lib"),
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  legalComments: "linked",
  logLevel: "warning",
});
