import { readFile } from "node:fs/promises";
import * as vscode from "vscode";
import type { ModelRequest, RunnerMethods } from "../../protocol/index.js";
import type { ModelRunner } from "../../runner/client.js";
import { settings } from "../settings.js";
import { requireTrust } from "../trust.js";
import { documentKey } from "./documents.js";
import type { ModelRequests, ModelSource, RunSourceOptions, SourceOptions, SourceOutcome } from "./modelSource.js";

/** The languages whose files can build a model. */
const languages: readonly string[] = ["typescript", "typescriptreact", "javascript", "javascriptreact"];

const engineImport = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*["']layerscope["']/;

/** TypeScript and JavaScript files, each of which a process of its own runs. */
export class TypeScriptFiles implements ModelSource {
  readonly selector = languages.map((language) => ({ language, scheme: "file" }));
  readonly runsOnSave = true;
  readonly stops = true;
  readonly requests: ModelRequests = {
    forward: (...asked) => this.#request("forward", ...asked),
    showOwnPass: (...asked) => this.#request("showOwnPass", ...asked),
    reinitialize: (...asked) => this.#request("reinitialize", ...asked),
    undoReinitialize: (...asked) => this.#request("undoReinitialize", ...asked),
    setSeed: (...asked) => this.#request("setSeed", ...asked),
    tensorValues: (...asked) => this.#request("tensorValues", ...asked),
    statistics: (...asked) => this.#request("statistics", ...asked),
  };
  #runner: Promise<ModelRunner> | null = null;
  #disposed = false;
  /** The same, once it is there. */
  #ready: ModelRunner | null = null;
  readonly #subscription = vscode.workspace.onDidChangeConfiguration((event) => {
    if (settings.limitsChanged(event)) void this.#endRunner();
  });

  constructor(private readonly context: vscode.ExtensionContext) {}

  fileOf(document: vscode.TextDocument): string | null {
    const canRun = document.uri.scheme === "file" && languages.includes(document.languageId) && !/\.d\.[cm]?ts$/.test(document.fileName);
    return canRun ? documentKey(document.uri) : null;
  }

  isModelFile(file: string): boolean {
    return /\.[cm]?[jt]sx?$/.test(file) && !/\.d\.[cm]?ts$/.test(file);
  }

  opensByItself(document: vscode.TextDocument): boolean {
    return this.fileOf(document) !== null && engineImport.test(document.getText());
  }

  async run(file: string, { build, ...options }: RunSourceOptions): Promise<SourceOutcome> {
    const overrides = unsavedTexts();
    const runner = await this.#startRunner();
    const uri = vscode.Uri.file(file);
    // A file in none of the workspace's folders has its own project to read in.
    const isInside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
    const { models, failure, offers, files } = await runner.run(file, {
      ...options,
      ...(build !== null && { build }),
      overrides,
      allowed: settings.permissions(uri),
      ...(isInside && { folders: (vscode.workspace.workspaceFolders ?? []).map(({ uri: { fsPath } }) => fsPath) }),
    });
    return { models, failure, offers, documents: files, texts: await readTexts(files, overrides) };
  }

  isAlive(file: string): boolean {
    return this.#ready?.isAlive(file) ?? false;
  }

  warmUp(): void {
    void this.#startRunner().then(
      (runner) => runner.warmUp(),
      () => undefined, // The run that it is for says why.
    );
  }

  close(file: string): void {
    void this.#runner?.then((runner) => runner.close(file));
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#subscription.dispose();
    await this.#endRunner();
  }

  async #request<M extends ModelRequest>(
    method: M,
    file: string,
    params: RunnerMethods[M]["params"],
    options: SourceOptions,
  ): Promise<RunnerMethods[M]["result"]> {
    return (await this.#startRunner()).request(file, method, params, options);
  }

  /** The one place where processes come from: none starts in a workspace that is not trusted. */
  async #startRunner(): Promise<ModelRunner> {
    requireTrust();
    if (this.#disposed) throw new Error(vscode.l10n.t("The model file was closed."));
    const starting = (this.#runner ??= import("../../runner/client.js").then(
      ({ ModelRunner }) => new ModelRunner({ dist: this.context.asAbsolutePath("dist"), stringsFile: vscode.l10n.uri?.fsPath ?? null, ...settings.limits() }),
    ));
    const runner = await starting;
    if (this.#runner === starting) this.#ready = runner;
    return runner;
  }

  async #endRunner(): Promise<void> {
    const runner = this.#runner;
    this.#runner = this.#ready = null;
    await (await runner)?.dispose();
  }
}

/** The text of every file on disk whose editor may show something else. */
function unsavedTexts(): ReadonlyMap<string, string> {
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
