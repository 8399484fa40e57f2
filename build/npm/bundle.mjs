// Bundles the browser libraries into wwwroot/lib as one ES module each.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";
import path from "node:path";

const here = path.dirname(fileURLToPath(import.meta.url));
await build({
  entryPoints: { editor: path.join(here, "editor-entry.mjs") },
  outdir: path.join(here, "../../wwwroot/lib"),
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  legalComments: "linked",
  logLevel: "warning",
});
