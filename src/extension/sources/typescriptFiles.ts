import type * as vscode from "vscode";
import { documentKey } from "./documents.js";
import type { LookOptions, ModelRequests, ModelSource, RunSourceOptions, SourceOutcome } from "./modelSource.js";
import type { Runners } from "./runners.js";

/** The languages whose files can build a model. */
const languages: readonly string[] = ["typescript", "typescriptreact", "javascript", "javascriptreact"];

const engineImport = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*["']layerscope(?:\/[\w/]+)?["']/;

/** TypeScript and JavaScript files, each of which a process of its own runs. */
export class TypeScriptFiles implements ModelSource {
  readonly selector = languages.map((language) => ({ language, scheme: "file" }));
  readonly runsOnSave = true;
  readonly stops = true;
  readonly requests: ModelRequests;

  constructor(private readonly runners: Runners) {
    this.requests = runners.requests;
  }

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

  run(file: string, options: RunSourceOptions): Promise<SourceOutcome> {
    return this.runners.run(file, options);
  }

  look(file: string, options: LookOptions): Promise<SourceOutcome> {
    return this.runners.look(file, options);
  }

  prepareLook(file: string): void {
    this.runners.prepareLook(file);
  }

  isAlive(file: string): boolean {
    return this.runners.isAlive(file);
  }

  warmUp(): void {
    this.runners.warmUp();
  }

  close(file: string): void {
    this.runners.close(file);
  }

  dispose(): Promise<void> {
    return this.runners.dispose();
  }
}
