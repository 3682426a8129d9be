import { existsSync, lstatSync, realpathSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as l10n from "@vscode/l10n";
import type { BuildContext, BuildResult, context, Loader, Message, Plugin, transform } from "esbuild-wasm";
import { version } from "../../package.json";
import type { Binding, Bundle, Failure, SourceLocation } from "../protocol/index.js";
import { addedLines, fileConstants, runnerGlobal } from "./bundleFormat.js";
import { isInPackages, packageFolder } from "./folders.js";
import { inEditor, type LineStarts, lineStartsOf } from "./lineStarts.js";
import { canonicalPath, isWorkspaceSource } from "./paths.js";
import { topLevelBindings } from "./topLevelBindings.js";

/** What bundling a model file comes to. */
export type BundleOutcome =
  | { readonly kind: "bundle"; readonly bundle: Bundle }
  /** `files`: what was read before it failed, the model file included. */
  | { readonly kind: "failure"; readonly failure: Failure; readonly files: readonly string[] };

interface Build {
  readonly context: BuildContext;
  /** What the current build reads and finds; the plugin's callbacks fill it. */
  state: BuildState;
}

interface BuildState {
  readonly overrides: ReadonlyMap<string, string>;
  readonly files: Set<string>;
  engineUrl: string | null;
  note: string | null;
  bindings: readonly Binding[];
  readonly lineStarts: Map<string, LineStarts>;
}

const keptBuilds = 4;

/** Bundles model files. Builds of the last few files stay open, since building them again is then much faster. */
export class Bundler {
  readonly #esbuild: { context: typeof context; transform: typeof transform };
  readonly #bundledEngineUrl: string;
  readonly #onRead: (file: string) => void;
  readonly #builds = new Map<string, Build>();

  /** `onRead` is told of every file before it is read. */
  constructor(esbuild: { context: typeof context; transform: typeof transform }, bundledEngineUrl: string, onRead: (file: string) => void) {
    this.#esbuild = esbuild;
    this.#bundledEngineUrl = bundledEngineUrl;
    this.#onRead = onRead;
  }

  /** `overrides`: text of files that differ from what is on disk, by canonical path. */
  async bundle(file: string, overrides: ReadonlyMap<string, string>): Promise<BundleOutcome> {
    const entry = canonicalPath(file);
    const state: BuildState = { overrides, files: new Set([entry]), engineUrl: null, note: null, bindings: [], lineStarts: new Map() };
    const files = (): string[] => [...state.files];
    if (!overrides.has(entry) && !existsSync(entry)) {
      const failure: Failure = { kind: "import", message: l10n.t("The file {0} does not exist.", entry), hint: null, location: null, stack: [] };
      return { kind: "failure", failure, files: files() };
    }
    let result: BuildResult<{ write: false; metafile: true }>;
    try {
      const build = await this.#open(entry, state);
      build.state = state;
      result = await build.context.rebuild();
    } catch (error) {
      const errors = (error as { errors?: Message[] }).errors;
      if (!errors?.length) throw error;
      return { kind: "failure", failure: bundleFailure(errors, dirname(entry), state.lineStarts), files: files() };
    }
    const output = (suffix: string): string => result.outputFiles.find(({ path }) => path.endsWith(suffix))!.text;
    return {
      kind: "bundle",
      bundle: {
        entry,
        code: output(".mjs"),
        sourceMap: output(".map"),
        engineUrl: state.engineUrl ?? this.#bundledEngineUrl,
        files: files(),
        packages: packagesOf(Object.keys(result.metafile.inputs), dirname(entry)),
        lineStarts: Object.fromEntries(state.lineStarts),
        bindings: state.bindings,
        note: state.note,
      },
    };
  }

  async #open(entry: string, state: BuildState): Promise<Build> {
    const known = this.#builds.get(entry);
    if (known) {
      this.#builds.delete(entry);
      this.#builds.set(entry, known);
      return known;
    }
    const build = { state } as { -readonly [K in keyof Build]: Build[K] };
    const require = `import { createRequire as layerscopeCreateRequire } from "node:module"; const require = layerscopeCreateRequire(${JSON.stringify(entry)});`;
    build.context = await this.#esbuild.context({
      absWorkingDir: dirname(entry),
      entryPoints: [entry],
      outfile: bundlePath(entry),
      bundle: true,
      write: false,
      metafile: true,
      platform: "node",
      format: "esm",
      target: "node20",
      sourcemap: "external",
      sourcesContent: false,
      keepNames: true,
      logLevel: "silent",
      banner: { js: `${require} ${runnerGlobal}.begin();` },
      footer: { js: `${runnerGlobal}.end();` },
      define: Object.fromEntries(Object.entries(fileConstants).map(([expression, { identifier }]) => [expression, identifier])),
      plugins: [this.#plugin(entry, () => build.state)],
    });
    this.#builds.set(entry, build);
    for (const [oldest, { context }] of this.#builds) {
      if (this.#builds.size <= keptBuilds) break;
      this.#builds.delete(oldest);
      void context.dispose();
    }
    return build;
  }

  #plugin(entry: string, state: () => BuildState): Plugin {
    return {
      name: pluginName,
      setup: (build) => {
        build.onResolve({ filter: /^layerscope$/ }, async (args) => {
          if (args.pluginData === ownResolution) return undefined;
          const current = state();
          if (current.engineUrl === null) {
            const found = await build.resolve("layerscope", { kind: "import-statement", resolveDir: dirname(entry), pluginData: ownResolution });
            const installed = found.errors.length ? null : await installedEngine(found.path);
            const usable = installed !== null && (await isCompatible(installed.version));
            if (installed && !usable)
              current.note = l10n.t(
                "The workspace has layerscope {0}, which Layerscope {1} cannot inspect; its own engine runs instead.",
                installed.version,
                version,
              );
            current.engineUrl = usable ? installed.url : this.#bundledEngineUrl;
          }
          // The engine is an ES module, which CommonJS asks for through a module of the bundle that hands it on.
          if (args.kind === "require-call") return { path: "layerscope", namespace: requiredEngine };
          return { path: current.engineUrl, external: true };
        });
        build.onLoad({ filter: /.*/, namespace: requiredEngine }, () => ({ contents: 'export * from "layerscope";', resolveDir: dirname(entry) }));
        // esbuild names files by where they really are; the user knows them, and has them open, by the path through a symbolic link.
        const link = linkAbove(entry);
        if (!link) build.onResolve({ filter: /.*/ }, ({ kind }) => (kind === "entry-point" ? { path: entry } : undefined));
        else {
          build.onResolve({ filter: /.*/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
            if (pluginData === ownResolution) return undefined;
            if (kind === "entry-point") return { path: entry };
            const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: ownResolution });
            const isBeneath = !isInPackages(found.path) && found.path.startsWith(link.target);
            return isBeneath ? { ...found, path: link.path + found.path.slice(link.target.length) } : found;
          });
        }
        // Native add-ons cannot go into a bundle: they are loaded from where they are.
        build.onLoad({ filter: /\.node$/ }, ({ path }) => ({
          contents: `const native = { exports: {} }; process.dlopen(native, ${JSON.stringify(path)}); module.exports = native.exports;`,
          loader: "js",
        }));
        build.onLoad({ filter: /\.json$/ }, async ({ path }) => {
          this.#onRead(path);
          const trouble = await unreadable(path);
          if (trouble !== null) return { errors: [{ text: trouble }] };
          if (isInPackages(path)) return undefined;
          const current = state();
          current.files.add(path);
          const override = current.overrides.get(canonicalPath(path));
          return override === undefined ? undefined : { contents: override, loader: "json" };
        });
        build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path }) => {
          this.#onRead(path);
          const current = state();
          const override = current.overrides.get(canonicalPath(path));
          const trouble = override === undefined ? await unreadable(path) : null;
          if (trouble !== null) return { errors: [{ text: trouble }] };
          if (!isWorkspaceSource(path)) return undefined;
          current.files.add(path);
          const text = (override ?? (await readFile(path, "utf8"))).replace(/^\uFEFF/, "");
          const starts = lineStartsOf(text);
          if (starts) current.lineStarts.set(path, starts);
          const loader = sourceLoader(path);
          let firstLine = Object.values(fileConstants)
            .filter(({ mention }) => text.includes(mention))
            .map(({ identifier, value }) => `var ${identifier} = ${JSON.stringify(value(path))};`)
            .join(" ");
          if (canonicalPath(path) === entry) {
            current.bindings = await topLevelBindings(this.#esbuild, text, entry, loader, starts);
            const getters = current.bindings.map(({ name }) => `["${name}"]: () => ${name}`).join(", ");
            firstLine += ` ${runnerGlobal}.entry({ ${getters} });`;
          }
          return { contents: `${firstLine}\n${text.replace(/^#!/, "//")}`, loader, resolveDir: folderOf(path) };
        });
      },
    };
  }
}

/** `inputs`: as esbuild names what went in, from the folder on, and with the namespace of what is no file. */
function packagesOf(inputs: readonly string[], folder: string): string[] {
  const files = inputs.filter((input) => !/^[a-z-]{2,}:/.test(input)).map((input) => resolve(folder, input));
  const folders = new Set(files.filter((file) => !isInPackages(file)).map(dirname));
  return [...new Set([...folders].map(packageFolder))];
}

/** Megabytes; what is larger is data. */
const largestImport = 64;

/** Why a file cannot be imported, whatever is in it; null where it can. */
async function unreadable(path: string): Promise<string | null> {
  const about = await stat(path).catch(() => null);
  if (!about) return null; // esbuild says so.
  if (!about.isFile()) return l10n.t("{0} is no regular file.", path);
  const megabytes = about.size / 1e6;
  if (megabytes <= largestImport) return null;
  return l10n.t("{0} is too large to import ({1} MB, of {2} at most): read it with node:fs.", path, Math.round(megabytes), largestImport);
}

/** Where a bundle would lie if it were written: its source map's paths are relative to this. */
function bundlePath(entry: string): string {
  return join(dirname(entry), "layerscope-bundle.mjs");
}

const pluginName = "layerscope";
const requiredEngine = "layerscope-required";
const ownResolution = Symbol("resolution by esbuild itself");

/** The folder in a path that is a symbolic link, or holds one, and what it leads to; null where the path is the real one. */
function linkAbove(file: string): { path: string; target: string } | null {
  const real = existsSync(file) ? realpathSync.native(file) : file;
  let [path, target] = [file, canonicalPath(real)];
  while (path !== target && basename(path) === basename(target)) [path, target] = [dirname(path), dirname(target)];
  return path === target || path === file || realpathSync.native(path) !== target ? null : { path, target };
}

/** Where a file's relative imports start: for one that is itself a symbolic link where it leads to, as in Node. */
function folderOf(file: string): string {
  const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  return dirname(isLink && existsSync(file) ? realpathSync.native(file) : file);
}

function sourceLoader(path: string): Loader {
  const extension = extname(path)
    .replace(/^\.[cm]/, ".")
    .slice(1);
  return extension as "js" | "jsx" | "ts" | "tsx";
}

/** The engine package that a resolved path belongs to; null when it is not a built copy of the package. */
async function installedEngine(path: string): Promise<{ url: string; version: string } | null> {
  if (!/\.m?js$/.test(path)) return null;
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const text = await readFile(join(folder, "package.json"), "utf8").catch(() => null);
    if (text === null) continue;
    const manifest = JSON.parse(text) as { name?: string; version?: string };
    return manifest.name === "layerscope" && manifest.version ? { url: pathToFileURL(path).href, version: manifest.version } : null;
  }
  return null;
}

/** Whether some version is promised to do for both what each of them does: of the same major version, below 1.0 of the same minor one. */
async function isCompatible(other: string): Promise<boolean> {
  // Loaded here, as most workspaces have no engine of their own.
  const [{ default: valid }, { default: intersects }] = await Promise.all([import("semver/functions/valid.js"), import("semver/ranges/intersects.js")]);
  return valid(other) !== null && intersects(`^${other}`, `^${version}`);
}

function bundleFailure(errors: readonly Message[], folder: string, lineStarts: ReadonlyMap<string, LineStarts>): Failure {
  const [error] = errors;
  const unresolved = /^Could not resolve "(.*)"/.exec(error!.text)?.[1];
  const isImport =
    unresolved !== undefined ||
    error!.pluginName === pluginName ||
    /^(No matching export|No loader is configured|Cannot read|Could not read)/.test(error!.text);
  const location = error!.location && messageLocation(error!.location, folder, lineStarts);
  const hints: string[] = [];
  if (unresolved !== undefined) {
    const packageName = /^(?![./])(@[^/]+\/[^/]+|[^/]+)/.exec(unresolved)?.[1];
    hints.push(packageName ? l10n.t("Install the package: {0}", `npm install ${packageName}`) : l10n.t("Check the path and the spelling."));
  }
  if (errors.length > 1) hints.push(errors.length === 2 ? l10n.t("There is one more error.") : l10n.t("There are {0} more errors.", errors.length - 1));
  return { kind: isImport ? "import" : "syntax", message: error!.text, hint: hints.join(" ") || null, location, stack: [] };
}

function messageLocation(location: NonNullable<Message["location"]>, folder: string, lineStarts: ReadonlyMap<string, LineStarts>): SourceLocation {
  const file = resolve(folder, location.file);
  // esbuild counts columns in bytes from 0.
  const column = Buffer.from(location.lineText).subarray(0, location.column).toString().length + 1;
  return { file, ...inEditor(lineStarts.get(file), Math.max(1, location.line - (isWorkspaceSource(file) ? addedLines : 0)), column) };
}
