import * as vscode from "vscode";
import { documentKey } from "./documents.js";
import type { ModelSource } from "./modelSource.js";

/** The sources of models that there are. The first that knows a document has it. */
export class ModelSources {
  readonly #sources: ModelSource[] = [];
  readonly #changes = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changes.event;

  /** Adds a source, before those that are there. */
  add(source: ModelSource): vscode.Disposable {
    this.#sources.unshift(source);
    this.#changes.fire();
    return new vscode.Disposable(() => {
      this.#sources.splice(this.#sources.indexOf(source), 1);
      this.#changes.fire();
    });
  }

  get all(): readonly ModelSource[] {
    return this.#sources;
  }

  /** The model file of a document with the source that opens it; null where no source knows the document. */
  of(document: vscode.TextDocument): { readonly source: ModelSource; readonly file: string } | null {
    for (const source of this.#sources) {
      const file = source.fileOf(document);
      if (file !== null) return { source, file };
    }
    return null;
  }

  /** The source that opens a model file, which may not be open in an editor. */
  ofFile(file: string): ModelSource | null {
    const document = vscode.workspace.textDocuments.find(({ uri }) => documentKey(uri) === file);
    const found = document && this.of(document);
    return found?.file === file ? found.source : (this.#sources.find((source) => source.isModelFile(file)) ?? null);
  }
}
