import { existsSync, lstatSync, realpathSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { basename, dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import * as l10n from "@vscode/l10n";
import type { Loader, OnLoadArgs, OnLoadResult, OnResolveArgs, OnResolveResult, Plugin, PluginBuild, transform } from "esbuild-wasm";
import { exports as waysIn, version } from "../../package.json";
import type { Binding } from "../protocol/index.js";
import { fileConstants, runnerGlobal } from "./bundleFormat.js";
import { isInPackages } from "./folders.js";
import { type LineStarts, lineStartsOf } from "./lineStarts.js";
import { canonicalPath, isWorkspaceSource } from "./paths.js";
import { topLevelBindings } from "./topLevelBindings.js";

/** What one build reads and finds. */
export interface BuildState {
  /** Text of files that differ from what is on disk, by canonical path. */
  readonly overrides: ReadonlyMap<string, string>;
  readonly files: Set<string>;
  engineUrl: string | null;
  note: string | null;
  bindings: readonly Binding[];
  readonly lineStarts: Map<string, LineStarts>;
}

/** What the builds of one bundler have in common. */
export interface Surroundings {
  readonly esbuild: { readonly transform: typeof transform };
  readonly bundledEngineUrl: string;
  /** Told of every file before it is read. */
  readonly onRead: (file: string) => void;
}

export const pluginName = "layerscope";

/** The namespace of the module that hands the engine on to CommonJS. */
const requiredEngine = "layerscope-required";
const ownResolution = Symbol("resolution by esbuild itself");

/** How the bundle of the model file `entry` comes by its modules: the engine from outside, the user's files as the editors show them. */
export function bundlePlugin(surroundings: Surroundings, entry: string, state: () => BuildState): Plugin {
  return {
    name: pluginName,
    setup: (build) => {
      build.onResolve({ filter: /^layerscope(\/|$)/ }, (args) => resolveEngine(build, surroundings, entry, state(), args));
      build.onLoad({ filter: /.*/, namespace: requiredEngine }, ({ path }) => ({
        contents: `export * from ${JSON.stringify(path)};`,
        resolveDir: dirname(entry),
      }));
      build.onResolve({ filter: /^https?:/ }, fromNetwork);
      build.onResolve({ filter: /^node:/ }, ofNode);
      resolveAsKnown(build, entry);
      build.onLoad({ filter: /\.node$/ }, ({ path }) => nativeAddon(path));
      build.onLoad({ filter: /\.json$/ }, (args) => loadData(surroundings, state(), args));
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, (args) => loadSource(surroundings, entry, state(), args));
    },
  };
}

async function resolveEngine(
  build: PluginBuild,
  { bundledEngineUrl }: Surroundings,
  entry: string,
  state: BuildState,
  { kind, path: asked, pluginData }: OnResolveArgs,
): Promise<OnResolveResult | undefined> {
  const part = partOfEngine(asked);
  if (pluginData === ownResolution || part === null) return undefined;
  if (state.engineUrl === null) {
    const found = await build.resolve("layerscope", { kind: "import-statement", resolveDir: dirname(entry), pluginData: ownResolution });
    const installed = found.errors.length ? null : await installedEngine(found.path);
    const isUsable = installed !== null && (await isCompatible(installed.version));
    if (installed && !isUsable)
      state.note = l10n.t("The workspace has layerscope {0}, which Layerscope {1} cannot inspect; its own engine runs instead.", installed.version, version);
    state.engineUrl = isUsable ? installed.url : bundledEngineUrl;
  }
  // The engine is an ES module, which CommonJS asks for through a module of the bundle that hands it on.
  if (kind === "require-call") return { path: asked, namespace: requiredEngine };
  return { path: new URL(part, state.engineUrl).href, external: true };
}

/** The file, seen from the engine's index, that `layerscope` or `layerscope/distributions` names; null where the package exports no such name. */
function partOfEngine(specifier: string): string | null {
  const way = (waysIn as Readonly<Record<string, string | { readonly import: string }>>)[specifier.replace("layerscope", ".")];
  return way === undefined || typeof way === "string" ? null : way.import.replace("./dist/engine/", "./");
}

/** Node has no such import; where the code tries one as it runs, the code hears of it. */
function fromNetwork({ path, kind }: OnResolveArgs): OnResolveResult | undefined {
  return kind === "import-statement" ? { errors: [{ text: l10n.t("{0} is on the network, from where nothing is imported.", path) }] } : undefined;
}

/** One that Node does not have would be missed only as the bundle is loaded, by nobody's line; where the code tries one as it runs, the code hears of it. */
function ofNode({ path, kind }: OnResolveArgs): OnResolveResult | undefined {
  return kind === "import-statement" && !isBuiltin(path)
    ? { errors: [{ text: l10n.t("Node {0} has no module {1}.", process.versions.node, path) }] }
    : undefined;
}

/** esbuild names files by where they really are; the user knows them, and has them open, by the path through a symbolic link. */
function resolveAsKnown(build: PluginBuild, entry: string): void {
  const link = linkAbove(entry);
  if (!link) {
    build.onResolve({ filter: /.*/ }, ({ kind }) => (kind === "entry-point" ? { path: entry } : undefined));
    return;
  }
  build.onResolve({ filter: /.*/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
    if (pluginData === ownResolution) return undefined;
    if (kind === "entry-point") return { path: entry };
    const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: ownResolution });
    const isBeneath = !isInPackages(found.path) && found.path.startsWith(link.target);
    return isBeneath ? { ...found, path: link.path + found.path.slice(link.target.length) } : found;
  });
}

/** Native add-ons cannot go into a bundle: they are loaded from where they are. */
function nativeAddon(path: string): OnLoadResult {
  return {
    contents: `const native = { exports: {} }; process.dlopen(native, ${JSON.stringify(path)}); module.exports = native.exports;`,
    loader: "js",
  };
}

async function loadData({ onRead }: Surroundings, state: BuildState, { path }: OnLoadArgs): Promise<OnLoadResult | undefined> {
  onRead(path);
  const trouble = await unreadable(path);
  if (trouble !== null) return { errors: [{ text: trouble }] };
  if (isInPackages(path)) return undefined;
  state.files.add(path);
  const override = state.overrides.get(canonicalPath(path));
  return override === undefined ? undefined : { contents: override, loader: "json" };
}

async function loadSource({ esbuild, onRead }: Surroundings, entry: string, state: BuildState, { path }: OnLoadArgs): Promise<OnLoadResult | undefined> {
  onRead(path);
  const override = state.overrides.get(canonicalPath(path));
  const trouble = override === undefined ? await unreadable(path) : null;
  if (trouble !== null) return { errors: [{ text: trouble }] };
  if (!isWorkspaceSource(path)) return undefined;
  state.files.add(path);
  const text = (override ?? (await readFile(path, "utf8"))).replace(/^\uFEFF/, "");
  const starts = lineStartsOf(text);
  if (starts) state.lineStarts.set(path, starts);
  const loader = sourceLoader(path);
  let firstLine = Object.values(fileConstants)
    .filter(({ mention }) => text.includes(mention))
    .map(({ identifier, value }) => `var ${identifier} = ${JSON.stringify(value(path))};`)
    .join(" ");
  if (canonicalPath(path) === entry) {
    state.bindings = await topLevelBindings(esbuild, text, entry, loader, starts);
    const getters = state.bindings.map(({ name }) => `["${name}"]: () => ${name}`).join(", ");
    firstLine += ` ${runnerGlobal}.entry({ ${getters} });`;
  }
  return { contents: `${firstLine}\n${text.replace(/^#!/, "//")}`, loader, resolveDir: folderOf(path) };
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
