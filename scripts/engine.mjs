// How the engine is built: a file for each way in that package.json exports, and what several have in common in files beside them.
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

/** @typedef {{ exports: Record<string, string | { types: string, import: string }> }} Manifest */

const source = path.resolve("src/engine");
const output = path.resolve("dist/engine");
const { exports: waysIn } = /** @type {Manifest} */ (JSON.parse(readFileSync("package.json", "utf8")));

/** The sources of the ways in, relative to the engine's folder. */
const entries = Object.values(waysIn).flatMap((way) =>
  typeof way === "string" ? [] : [path.relative(output, path.resolve(way.import)).replace(/\.js$/, ".ts")],
);

/** What all have in common has a name of its own: it alone does something by being loaded (`sideEffects` of package.json), so that bundlers keep it. */
const shared = "complete.ts";
const core = "core.js";

/**
 * The ways in hand each other on by name: `export * as nn` stays one in what is built, and bundlers leave out what nobody names.
 * @param {import("esbuild").PluginBuild} build
 */
function keepWaysIn(build) {
  const files = new Set(entries.map((entry) => path.join(source, entry)));
  build.onResolve({ filter: /^\.\.?\// }, ({ importer, path: imported, resolveDir }) => {
    const file = path.join(resolveDir, imported).replace(/\.js$/, ".ts");
    return files.has(file) && files.has(importer) ? { path: imported, external: true } : undefined;
  });
  // Whichever is imported, tensors have all their methods.
  build.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
    if (!files.has(file)) return undefined;
    const complete = path.relative(path.dirname(file), path.join(source, shared)).replace(/\\/g, "/");
    const specifier = complete.startsWith(".") ? complete : `./${complete}`;
    return { contents: `${readFileSync(file, "utf8")}\nimport ${JSON.stringify(specifier)};\n`, loader: "ts", resolveDir: path.dirname(file) };
  });
  build.initialOptions.write = false;
  build.onStart(() => rm(output, { recursive: true, force: true }).then(() => undefined));
  build.onEnd(async ({ outputFiles = [], metafile }) => {
    const holder = Object.entries(metafile?.outputs ?? {}).find(([, { inputs }]) => `src/engine/ops/methods.ts` in inputs)?.[0];
    if (holder === undefined) return;
    const former = path.basename(holder);
    for (const { path: file, text } of outputFiles) {
      const target = path.join(path.dirname(file), path.basename(file).replace(former, core));
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, text.replaceAll(former, core));
    }
  });
}

/** @type {import("esbuild").BuildOptions} */
export const engine = {
  entryPoints: [...entries, shared].map((entry) => path.join("src/engine", entry)).filter((entry) => existsSync(entry)),
  outdir: "dist/engine",
  outbase: "src/engine",
  format: "esm",
  platform: "neutral",
  splitting: true,
  metafile: true,
  plugins: [{ name: "ways into the engine", setup: keepWaysIn }],
};
