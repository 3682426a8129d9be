// Python's library with the modules that every start imports compiled: compiling them took three quarters of the first start. Their sources stay out, and what
// `inspect.getsource` gives of them; so do the columns of their instructions, which no traceback shows. Nothing is packed, as the .vsix packs it better whole.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";

/** Writes the library of the interpreter in `folder`. */
export function writeLibrary(/** @type {string} */ folder, /** @type {string} */ target) {
  const program = path.resolve("out/pythonModules.mjs");
  esbuild.buildSync({ entryPoints: ["src/python/memorySnapshot.ts"], bundle: true, platform: "node", format: "esm", target: "node20", outfile: program });
  // In a process of its own: the interpreter stays for as long as its process.
  const run = `
    import { readFileSync, writeFileSync } from "node:fs";
    import { modules } from ${JSON.stringify(pathToFileURL(program).href)};
    import { loadPyodide } from ${JSON.stringify(pathToFileURL(path.resolve(folder, "pyodide.mjs")).href)};
    const python = await loadPyodide({ indexURL: ${JSON.stringify(path.resolve(folder) + path.sep)}, env: { HOME: "/home/pyodide", PYTHONNODEBUGRANGES: "1" } });
    python.globals.set("needed", modules);
    const library = python.runPython(readFileSync(${JSON.stringify(fileURLToPath(new URL("pythonLibrary.py", import.meta.url)))}, "utf8"));
    writeFileSync(${JSON.stringify(path.resolve(target))}, library.toJs());
  `;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", run], { encoding: "utf8" });
  if (status !== 0) throw new Error(`Python's library could not be compiled:\n${stderr}`);
}
