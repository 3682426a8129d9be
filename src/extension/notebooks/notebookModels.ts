import * as vscode from "vscode";
import type { ModelRequests, ModelSource, StartedRun } from "../sources/modelSource.js";
import { pythonNote } from "../sources/pythonFiles.js";
import type { Runners } from "../sources/runners.js";
import { notebookFile, notebookOf, notebookType } from "./notebookFiles.js";

/** The models that the cells of notebooks have made: a kernel says when, and nothing else makes them. */
export class NotebookModels implements ModelSource {
  readonly selector = [{ language: "python", notebookType }];
  readonly runsOnSave = false;
  readonly stops = true;
  readonly note = pythonNote;
  readonly requests: ModelRequests;
  readonly #starts = new vscode.EventEmitter<StartedRun>();
  readonly onDidStart = this.#starts.event;
  readonly #closings = new vscode.EventEmitter<string>();
  /** Nobody needs the models of this notebook any more. */
  readonly onDidClose = this.#closings.event;

  readonly #ours = new WeakSet<vscode.NotebookDocument>();

  constructor(private readonly runners: Runners) {
    this.requests = runners.requests;
  }

  fileOf(document: vscode.TextDocument): string | null {
    const notebook = document.languageId === "python" ? notebookOf(document) : undefined;
    return notebook ? notebookFile(notebook) : null;
  }

  isModelFile(file: string): boolean {
    return file.endsWith(".ipynb");
  }

  runsCodeOf(document: vscode.TextDocument): boolean {
    const notebook = notebookOf(document);
    return notebook !== undefined && this.#ours.has(notebook);
  }

  /** Our kernel was chosen for a notebook, or another. */
  choose(notebook: vscode.NotebookDocument, isOurs: boolean): void {
    if (isOurs) this.#ours.add(notebook);
    else this.#ours.delete(notebook);
  }

  /** A notebook without a kernel of ours is of no concern: the cells that run make its session. */
  opensByItself(): boolean {
    return false;
  }

  isAlive(file: string): boolean {
    return this.runners.isAlive(file);
  }

  /** Takes what the kernel made. */
  began(run: StartedRun): void {
    this.#starts.fire(run);
  }

  close(file: string): void {
    this.runners.close(file);
    this.#closings.fire(file);
  }

  async dispose(): Promise<void> {
    this.#starts.dispose();
    this.#closings.dispose();
    await this.runners.dispose();
  }
}
