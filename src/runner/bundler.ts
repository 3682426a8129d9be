/** The process that bundles model files: esbuild stays warm here, away from the editor's thread. It ends with its parent. */
import { fileURLToPath } from "node:url";
import { Bundler } from "./bundle.js";
import type { BundleReply, BundleRequest } from "./bundlerMessages.js";
import { startEsbuild } from "./esbuild.js";
import { loadStrings } from "./strings.js";

loadStrings(JSON.parse(process.argv[2]!) as string | null);

const bundler = startEsbuild(fileURLToPath(new URL("esbuild.wasm", import.meta.url))).then(
  (esbuild) => new Bundler(esbuild, new URL("engine/index.js", import.meta.url).href),
);

process.on("disconnect", () => process.exit());
process.on("message", ({ id, file, overrides }: BundleRequest) => {
  bundler
    .then((ready) => ready.bundle(file, new Map(overrides)))
    .then(
      (outcome): BundleReply => ({ id, outcome }),
      (error): BundleReply => ({ id, error: String((error as Error)?.message ?? error) }),
    )
    .then((reply) => process.send?.(reply));
});
