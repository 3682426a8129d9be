// What Python files run with, beside the other parts in dist/: the interpreter, the package `torch`, and what the engine's functions take.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { writeHelp } from "./pythonHelp.mjs";
import { writeLibrary } from "./pythonLibrary.mjs";
import { readEngine } from "./pythonNames.mjs";

const interpreter = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json", "package.json"];

export function preparePython() {
  mkdirSync("dist/pyodide", { recursive: true });
  const isInstalled = existsSync("node_modules/pyodide");
  if (!isInstalled) console.warn("pyodide is not installed (npm ci): this build runs no Python.");
  if (isInstalled) for (const file of interpreter) copyFileSync(`node_modules/pyodide/${file}`, `dist/pyodide/${file}`);
  const library = "dist/pyodide/python_stdlib.zip";
  const sources = ["node_modules/pyodide/python_stdlib.zip", "src/python/memorySnapshot.ts", "scripts/pythonLibrary.mjs", "scripts/pythonLibrary.py"];
  if (isInstalled && isOlder(library, ...sources)) writeLibrary("node_modules/pyodide", library);
  mkdirSync("dist/python", { recursive: true });
  for (const entry of readdirSync("dist/python")) if (entry !== "names.json") rmSync(`dist/python/${entry}`, { recursive: true });
  for (const name of ["torch", "_layerscope"]) cpSync(`src/python/${name}`, `dist/python/${name}`, { recursive: true });
  // Reading the engine's types takes seconds: only when they have changed.
  const names = "dist/python/names.json";
  const facts = "out/pythonFacts.json";
  if (isOlder(names, "src/engine", "scripts/pythonNames.mjs", "scripts/pythonTypes.mjs") || !existsSync(facts)) {
    const read = readEngine();
    mkdirSync("out", { recursive: true });
    writeFileSync(facts, read.facts);
    writeFileSync(names, read.names);
  }
  // Told by the package itself, which takes the interpreter seconds.
  const help = "dist/pythonHelp.json";
  if (isInstalled && isOlder(help, names, "src/python", "scripts/pythonHelp.mjs", "scripts/pythonSurface.py")) writeHelp(names, facts, help);
}

function isOlder(file, ...sources) {
  return !existsSync(file) || Math.max(...sources.map(newest)) > statSync(file).mtimeMs;
}

function newest(folder) {
  if (statSync(folder).isFile()) return statSync(folder).mtimeMs;
  return Math.max(...readdirSync(folder, { recursive: true }).map((file) => statSync(path.join(folder, file)).mtimeMs));
}
