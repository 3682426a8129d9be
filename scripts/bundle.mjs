import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/**
 * Bundles a TypeScript program of the project's own tooling (a launcher, a benchmark) so that Node can run it. Packages and scripts/*.mjs stay
 * outside: they find their files by their own place.
 * @param {string} entry Relative to the project.
 * @param {string} outfile Relative to the project.
 * @returns {Promise<string>} the program's absolute path
 */
export async function bundleProgram(entry, outfile) {
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    banner: { js: "#!/usr/bin/env node" },
    plugins: [
      {
        name: "scripts stay outside",
        setup(build) {
          build.onResolve({ filter: /\.mjs$/ }, ({ path: imported, resolveDir }) => ({
            path: pathToFileURL(path.resolve(resolveDir, imported)).href,
            external: true,
          }));
        },
      },
    ],
  });
  return path.join(root, outfile);
}
