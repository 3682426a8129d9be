import * as vscode from "vscode";
import { settings } from "../settings.js";
import { documentKey, documentUri } from "./documents.js";
import type { ModelRequests, ModelSource, RunSourceOptions, SourceNote, SourceOutcome } from "./modelSource.js";
import type { Runners } from "./runners.js";

const torchImport = /^[ \t]*(?:import|from)[ \t]+torch\b/m;

const askedKey = "layerscope.python.asked";
/** Files that the user asked for; of more, those that were asked for first are forgotten. */
const keptFiles = 200;

/** What runs Python, in a sentence, and where it is told at length. */
export const pythonNote: SourceNote = {
  text: vscode.l10n.t("CPython in WebAssembly with Layerscope's engine, not your PyTorch."),
  page: "docs/python.md",
};

/**
 * Python files that import torch, which the interpreter in the extension runs. Most of them belong to people who have PyTorch: one runs when the user has
 * asked for it, and by itself from then on.
 */
export class PythonFiles implements ModelSource {
  readonly selector = [{ language: "python", scheme: "file" }];
  readonly runsOnSave = true;
  readonly stops = true;
  readonly note = pythonNote;
  readonly requests: ModelRequests;

  constructor(
    private readonly runners: Runners,
    private readonly memory: vscode.Memento,
  ) {
    this.requests = runners.requests;
  }

  fileOf({ uri, languageId }: vscode.TextDocument): string | null {
    return uri.scheme === "file" && languageId === "python" && this.isModelFile(uri.path) ? documentKey(uri) : null;
  }

  isModelFile(file: string): boolean {
    return file.endsWith(".py");
  }

  opensByItself(document: vscode.TextDocument): boolean {
    return this.fileOf(document) !== null && torchImport.test(document.getText());
  }

  runsByItself(file: string): boolean {
    const wanted = settings.pythonRun(documentUri(file));
    return wanted === "always" || (wanted === "asked" && this.#asked.includes(file));
  }

  /** Of a file that the user has run, and of others where all run by themselves. */
  runsCodeOf(document: vscode.TextDocument): boolean {
    const file = this.fileOf(document);
    return file !== null && (this.#asked.includes(file) || this.runsByItself(file));
  }

  async run(file: string, options: RunSourceOptions): Promise<SourceOutcome> {
    const isMain = options.asked && !options.onSave;
    if (isMain && !this.#asked.includes(file)) await this.memory.update(askedKey, [...this.#asked, file].slice(-keptFiles));
    return this.runners.run(file, options, { isMain });
  }

  isAlive(file: string): boolean {
    return this.runners.isAlive(file);
  }

  close(file: string): void {
    this.runners.close(file);
  }

  dispose(): Promise<void> {
    return this.runners.dispose();
  }

  get #asked(): readonly string[] {
    return this.memory.get(askedKey, []);
  }
}
