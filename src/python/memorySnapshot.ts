/**
 * The interpreter's memory when it has started, kept in a file: loading it takes a sixth of the time of a start. It holds the interpreter, Python's own modules, and the compiled code of
 * ours, which is run after loading: the package `torch` is made of JavaScript too, which a snapshot cannot hold. Private parts of pyodide's do it: its version is pinned, and where a
 * snapshot does not load, a plain start serves.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";

/** What is used of pyodide's loader. */
interface Loader<Pyodide> {
  readonly loadPyodide: (options: { readonly indexURL: string; readonly _makeSnapshot?: boolean; readonly _loadSnapshot?: Uint8Array }) => Promise<Pyodide>;
}

interface SnapshotMaker extends WithFiles {
  readonly runPython: (code: string) => unknown;
  makeMemorySnapshot(): Uint8Array;
}

interface WithFiles {
  readonly FS: {
    mkdirTree(path: string): void;
    writeFile(path: string, data: Uint8Array): void;
  };
}

/** Shows Python our modules, in the folder that they are imported from. */
export function writeModules({ FS }: WithFiles, home: string): void {
  for (const file of modulesIn(home)) {
    const target = `/lib/layerscope/${relative(home, file).split(sep).join("/")}`;
    FS.mkdirTree(dirname(target));
    FS.writeFile(target, readFileSync(file));
  }
}

/** Another one for every other interpreter, other modules of ours, and another form of Python's library: the memory knows where in its file each module lies. */
export function snapshotName(version: string, home: string): string {
  const hash = createHash("sha256");
  const library = join(home, "..", "pyodide", "python_stdlib.zip");
  hash.update(String(existsSync(library) ? statSync(library).size : 0));
  for (const file of modulesIn(home)) hash.update(readFileSync(file));
  return `python-${version}-${hash.digest("hex").slice(0, 16)}.memory`;
}

function modulesIn(home: string): readonly string[] {
  return readdirSync(home, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:py|txt)$/.test(name))
    .sort()
    .map((name) => join(home, name));
}

/** Modules of Python's own that running a file or the package `torch` needs. */
export const modules =
  "abc ast asyncio builtins codeop collections contextlib copy dataclasses dis enum functools gc importlib.abc importlib.machinery importlib.util inspect io itertools json linecache math numbers operator os pickle random re string struct sys textwrap time tokenize traceback types typing warnings weakref zipfile";

/** A heap that has grown cannot be loaded again. */
const largestHeap = 31_457_280;

function loaderIn<Pyodide>(folder: string): Promise<Loader<Pyodide>> {
  return import(pathToFileURL(join(folder, "pyodide.mjs")).href) as Promise<Loader<Pyodide>>;
}

/** Starts the interpreter in `folder`. `snapshot`: a file of `makeSnapshot`'s, where there is one; one that does not load is removed. */
export async function startPyodide<Pyodide extends { readonly runPython: (code: string) => unknown }>(
  folder: string,
  snapshot: string | null,
): Promise<Pyodide> {
  const { loadPyodide } = await loaderIn<Pyodide>(folder);
  const indexURL = folder + sep;
  const memory = snapshot && read(snapshot);
  if (!memory) return loadPyodide({ indexURL });
  try {
    const py = await loadPyodide({ indexURL, _loadSnapshot: memory });
    // What was random when the snapshot was made would be the same in every run.
    py.runPython("import random\nrandom.seed()");
    return py;
  } catch {
    rmSync(snapshot, { force: true });
    return loadPyodide({ indexURL });
  }
}

/** Keeps the code of our own modules, and has `import` find it. */
const compiling = `
def keep():
    import importlib.util, os, sys
    codes = {}
    for folder, _, names in os.walk("/lib/layerscope"):
        for name in (each for each in names if each.endswith(".py")):
            path = folder + "/" + name
            with open(path) as file:
                codes[path] = compile(file.read(), path, "exec", dont_inherit=True)
    class Compiled:
        @staticmethod
        def create_module(spec):
            return None
        @staticmethod
        def exec_module(module):
            exec(codes[module.__spec__.origin], module.__dict__)
        @staticmethod
        def find_spec(name, path=None, target=None):
            base = "/lib/layerscope/" + name.replace(".", "/")
            for file, folders in ((base + "/__init__.py", [base]), (base + ".py", None)):
                if file in codes:
                    return importlib.util.spec_from_file_location(name, file, loader=Compiled, submodule_search_locations=folders)
            return None
    sys.meta_path.insert(0, Compiled)
keep()
`;

/** Makes the snapshot of the interpreter in `folder` with our modules in `home`, in the place of those of other versions. To be called in a process that never runs code of a user's. */
export async function makeSnapshot(folder: string, home: string, file: string): Promise<void> {
  const { loadPyodide } = await loaderIn<SnapshotMaker>(folder);
  const py = await loadPyodide({ indexURL: folder + sep, _makeSnapshot: true });
  py.runPython(`import ${modules.split(" ").join(", ")}`);
  writeModules(py, home);
  py.runPython(compiling);
  const memory = py.makeMemorySnapshot();
  // The numbers before the heap take some bytes.
  if (memory.length > largestHeap + 65_536) throw new Error(`The interpreter's memory has grown to ${memory.length} bytes.`);
  const directory = dirname(file);
  mkdirSync(directory, { recursive: true });
  const part = `${file}.${process.pid}`;
  writeFileSync(part, memory);
  renameSync(part, file);
  for (const other of readdirSync(directory)) if (other.startsWith("python-") && other !== basename(file)) rmSync(join(directory, other), { force: true });
}

function read(file: string): Uint8Array | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
