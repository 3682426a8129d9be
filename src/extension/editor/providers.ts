import * as vscode from "vscode";
import type { ModelSources } from "../sources/modelSources.js";

/** Registers a provider for the documents of every source, those too that are added later. */
export function registerForSources(sources: ModelSources, register: (selector: vscode.DocumentSelector) => vscode.Disposable): vscode.Disposable {
  const registerAll = (): vscode.Disposable => vscode.Disposable.from(...sources.all.map(({ selector }) => register(selector)));
  let registered = registerAll();
  return vscode.Disposable.from(
    sources.onDidChange(() => {
      registered.dispose();
      registered = registerAll();
    }),
    new vscode.Disposable(() => void registered.dispose()),
  );
}
