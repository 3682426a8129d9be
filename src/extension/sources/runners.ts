import { readFile } from "node:fs/promises";
import * as vscode from "vscode";
import type { ModelRequest, RunnerMethods } from "../../protocol/index.js";
import type { ModelRunner, RunOptions } from "../../runner/client.js";
import { settings } from "../settings.js";
import { requireTrust } from "../trust.js";
import { documentKey } from "./documents.js";
import type { LookOptions, ModelRequests, RunSourceOptions, SourceOptions, SourceOutcome } from "./modelSource.js";

/** Milliseconds of the code that a look takes at most. */
const lookLimit = 2000;

/** The processes that model files run in, for every source whose files run. The one place where they come from: none starts in a workspace that is not trusted. */
export class Runners implements vscode.Disposable {
  /** What can be asked of models that live in a process. */
  readonly requests: ModelRequests = {
    forward: (...asked) => this.#request("forward", ...asked),
    showOwnPass: (...asked) => this.#request("showOwnPass", ...asked),
    reinitialize: (...asked) => this.#request("reinitialize", ...asked),
    undoReinitialize: (...asked) => this.#request("undoReinitialize", ...asked),
    previewReinitialize: (...asked) => this.#request("previewReinitialize", ...asked),
    setSeed: (...asked) => this.#request("setSeed", ...asked),
    signal: (...asked) => this.#request("signal", ...asked),
    showSignal: (...asked) => this.#request("showSignal", ...asked),
    // It says how far it has come, and may be ended: the user knows best how long it may take.
    train: (file, params, options) => this.#request("train", file, params, { ...options, timeLimit: Infinity }),
    compareStates: (...asked) => this.#request("compareStates", ...asked),
    saveState: (...asked) => this.#request("saveState", ...asked),
    tensorValues: (...asked) => this.#request("tensorValues", ...asked),
    valueStatistics: (...asked) => this.#request("valueStatistics", ...asked),
    statistics: (...asked) => this.#request("statistics", ...asked),
  };
  #runner: Promise<ModelRunner> | null = null;
  #disposed = false;
  /** The same, once it is there. */
  #ready: ModelRunner | null = null;
  readonly #subscription = vscode.workspace.onDidChangeConfiguration((event) => {
    if (settings.limitsChanged(event)) void this.#end();
  });

  constructor(private readonly context: vscode.ExtensionContext) {}

  /** Runs a file as the editors show it. `more`: what its language takes beside. */
  run(file: string, { build, signal, onOutput, onProgress, asked, toEnd }: RunSourceOptions, more: Pick<RunOptions, "isMain"> = {}): Promise<SourceOutcome> {
    return this.#run(file, build, {
      ...(signal && { signal }),
      ...(toEnd && { timeLimit: Infinity }),
      onOutput,
      onProgress,
      asked,
      ...access(file),
      ...more,
    });
  }

  /** Looks at a file that is being typed: what the user allows it counts where they run it. */
  look(file: string, { build, signal, isToBeShown, texts }: LookOptions): Promise<SourceOutcome> {
    return this.#run(file, build, {
      signal,
      isToBeShown,
      asked: false,
      timeLimit: lookLimit,
      ...access(file),
      allowed: [],
      overrides: texts ?? unsavedTexts(),
    });
  }

  prepareLook(file: string): void {
    if (vscode.workspace.isTrusted) this.#ready?.prepareLook(file, unsavedTexts());
  }

  async #run(file: string, build: string | null, options: RunOptions): Promise<SourceOutcome> {
    const { overrides = unsavedTexts() } = options;
    const runner = await this.start();
    const { models, failure, offers, files } = await runner.run(file, {
      ...options,
      ...(build !== null && { build }),
      overrides,
    });
    return { models, failure, offers, documents: files, texts: await readTexts(files, overrides) };
  }

  isAlive(file: string): boolean {
    return this.#ready?.isAlive(file) ?? false;
  }

  warmUp(kind?: "python"): void {
    void this.start().then(
      (runner) => runner.warmUp(kind),
      () => undefined, // The run that it is for says why.
    );
  }

  close(file: string): void {
    void this.#runner?.then((runner) => runner.close(file));
  }

  /** Ends every process; resolves when none is left. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#subscription.dispose();
    await this.#end();
  }

  async start(): Promise<ModelRunner> {
    requireTrust();
    if (this.#disposed) throw new Error(vscode.l10n.t("The model file was closed."));
    const starting = (this.#runner ??= import("../../runner/client.js").then(
      ({ ModelRunner }) =>
        new ModelRunner({
          dist: this.context.asAbsolutePath("dist"),
          storage: this.context.globalStorageUri.fsPath,
          stringsFile: vscode.l10n.uri?.fsPath ?? null,
          ...settings.limits(),
        }),
    ));
    const runner = await starting;
    if (this.#runner === starting) this.#ready = runner;
    return runner;
  }

  async #request<M extends ModelRequest>(
    method: M,
    file: string,
    params: RunnerMethods[M]["params"],
    options: SourceOptions & Pick<RunOptions, "timeLimit">,
  ): Promise<RunnerMethods[M]["result"]> {
    return (await this.start()).request(file, method, params, options);
  }

  async #end(): Promise<void> {
    const runner = this.#runner;
    this.#runner = this.#ready = null;
    await (await runner)?.dispose();
  }
}

/** What the user allows a file to do. One in none of the workspace's folders has its own project to read in. */
export function access(file: string): Pick<RunOptions, "allowed" | "folders"> {
  const uri = vscode.Uri.file(file);
  const isInside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  return {
    allowed: settings.permissions(uri),
    ...(isInside && { folders: (vscode.workspace.workspaceFolders ?? []).map(({ uri: { fsPath } }) => fsPath) }),
  };
}

/** The text of every file on disk whose editor may show something else. */
export function unsavedTexts(): ReadonlyMap<string, string> {
  // An edit arrives before the word that the document is dirty, so that the version is asked too: it is 1 when a document is opened.
  const edited = vscode.workspace.textDocuments.filter(({ isDirty, version, uri }) => (isDirty || version > 1) && uri.scheme === "file");
  return new Map(edited.map((document) => [documentKey(document.uri), document.getText()]));
}

/** `overrides` holds the text of files that ran as their editors showed them. */
async function readTexts(files: readonly string[], overrides: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  await Promise.all(
    files.map(async (file) => {
      const text = overrides.get(file) ?? (await readFile(file, "utf8").catch(() => null));
      if (text !== null) texts.set(file, text.replace(/^\uFEFF/, ""));
    }),
  );
  return texts;
}
