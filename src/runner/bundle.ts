import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as l10n from "@vscode/l10n";
import type { BuildContext, BuildResult, context, Message } from "esbuild-wasm";
import type { Bundle, Failure, SourceLocation } from "../protocol/index.js";
import { addedLines, fileConstants, runnerGlobal } from "./bundleFormat.js";
import { bundlePlugin, type BuildState, pluginName, type Surroundings } from "./bundlePlugin.js";
import { isInPackages, packageFolder } from "./folders.js";
import { hasCycle, withoutEarlyReads, withOwnImports } from "./importCycles.js";
import { inEditor, type LineStarts } from "./lineStarts.js";
import { canonicalPath, isWorkspaceSource } from "./paths.js";

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

const keptBuilds = 4;

/** Bundles model files. Builds of the last few files stay open, since building them again is then much faster. */
export class Bundler {
  readonly #builds = new Map<string, Build>();

  constructor(private readonly surroundings: Surroundings & { readonly esbuild: { readonly context: typeof context } }) {}

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
        code: withOwnImports(
          hasCycle(result.metafile.inputs) ? withoutEarlyReads(output(".mjs"), output(".map"), this.#textOf(entry, overrides)) : output(".mjs"),
        ),
        sourceMap: output(".map"),
        engineUrl: state.engineUrl ?? this.surroundings.bundledEngineUrl,
        files: files(),
        packages: packagesOf(Object.keys(result.metafile.inputs), dirname(entry)),
        lineStarts: Object.fromEntries(state.lineStarts),
        bindings: state.bindings,
        note: state.note,
      },
    };
  }

  /** The text of a source as the bundle's map counts its lines. */
  #textOf(entry: string, overrides: ReadonlyMap<string, string>): (source: string) => string | null {
    return (source) => {
      const file = resolve(dirname(entry), source);
      try {
        return (
          (isWorkspaceSource(file) ? "\n".repeat(addedLines) : "") + (overrides.get(canonicalPath(file)) ?? readFileSync(file, "utf8")).replace(/^\uFEFF/, "")
        );
      } catch {
        return null;
      }
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
    build.context = await this.surroundings.esbuild.context({
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
      plugins: [bundlePlugin(this.surroundings, entry, () => build.state)],
    });
    this.#builds.set(entry, build);
    for (const [oldest, { context }] of this.#builds) {
      if (this.#builds.size <= keptBuilds) break;
      this.#builds.delete(oldest);
      void context.dispose();
    }
    return build;
  }
}

/** `inputs`: as esbuild names what went in, from the folder on, and with the namespace of what is no file. */
function packagesOf(inputs: readonly string[], folder: string): string[] {
  const files = inputs.filter((input) => !/^[a-z-]{2,}:/.test(input)).map((input) => resolve(folder, input));
  const folders = new Set(files.filter((file) => !isInPackages(file)).map(dirname));
  return [...new Set([...folders].map(packageFolder))];
}

/** Where a bundle would lie if it were written: its source map's paths are relative to this. */
function bundlePath(entry: string): string {
  return join(dirname(entry), "layerscope-bundle.mjs");
}

function bundleFailure(errors: readonly Message[], folder: string, lineStarts: ReadonlyMap<string, LineStarts>): Failure {
  // What has no place, as a folder that cannot be read, comes of what has one.
  const error = errors.find(({ location }) => location) ?? errors[0];
  const unresolved = /^Could not resolve "(.*)"/.exec(error!.text)?.[1];
  const isImport =
    unresolved !== undefined ||
    error!.pluginName === pluginName ||
    /^(No matching export|No loader is configured|Cannot read|Could not read)/.test(error!.text);
  const location = error!.location && messageLocation(error!.location, folder, lineStarts);
  const hints = unresolved === undefined ? [] : [unresolvedHint(unresolved, dirname(location?.file ?? join(folder, "model")))];
  if (errors.length > 1) hints.push(errors.length === 2 ? l10n.t("There is one more error.") : l10n.t("There are {0} more errors.", errors.length - 1));
  return { kind: isImport ? "import" : "syntax", message: error!.text, hint: hints.join(" ") || null, location, stack: [] };
}

/** What helps where `name` leads nowhere from a folder on. */
function unresolvedHint(name: string, from: string): string {
  if (name.startsWith("#")) return l10n.t("A name that begins with # is looked up in {0} of the folder's package.json.", '"imports"');
  const packageName = /^(@[^/:]+\/[^/:]+|[^./@:][^/:]*)(?=\/|$)/.exec(name)?.[1];
  if (packageName === undefined) return l10n.t("Check the path and the spelling.");
  const isThere = (folder: string): boolean =>
    existsSync(join(folder, "node_modules", packageName)) || (dirname(folder) !== folder && isThere(dirname(folder)));
  return isThere(from)
    ? l10n.t("The package is installed, but offers nothing of this name: see {0} and {1} in its package.json.", '"exports"', '"main"')
    : l10n.t("Install the package: {0}", `npm install ${packageName}`);
}

function messageLocation(location: NonNullable<Message["location"]>, folder: string, lineStarts: ReadonlyMap<string, LineStarts>): SourceLocation {
  const file = resolve(folder, location.file);
  // esbuild counts columns in bytes from 0.
  const column = Buffer.from(location.lineText).subarray(0, location.column).toString().length + 1;
  return { file, ...inEditor(lineStarts.get(file), Math.max(1, location.line - (isWorkspaceSource(file) ? addedLines : 0)), column) };
}
