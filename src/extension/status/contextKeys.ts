import * as vscode from "vscode";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { contextValues } from "./contextValues.js";

/** Keeps the context keys that package.json's `when` clauses read. */
export function trackContextKeys(sessions: ModelSessions): vscode.Disposable {
  const known = new Map<string, string>();
  const set = (key: string, value: unknown): void => {
    const text = JSON.stringify(value);
    // What was never set is false: to say so of every key would be the longest part of the extension's start.
    if ((known.get(key) ?? "false") === text) return;
    known.set(key, text);
    void vscode.commands.executeCommand("setContext", `layerscope.${key}`, value);
  };
  const update = (): void => {
    for (const [key, value] of Object.entries(contextValues(sessions.current))) set(key, value);
  };
  const updateFiles = (): void => {
    const shown = vscode.window.visibleTextEditors.flatMap(({ document }) => {
      const found = sessions.sources.of(document);
      const isModelFile = found && (found.source.opensByItself(document) || sessions.get(found.file) !== undefined);
      return isModelFile ? [{ path: document.uri.fsPath, source: found.source }] : [];
    });
    set(
      "modelFiles",
      shown.map(({ path }) => path),
    );
    set(
      "runnableFiles",
      shown.filter(({ source }) => source.run).map(({ path }) => path),
    );
  };
  update();
  updateFiles();
  return vscode.Disposable.from(
    sessions.onDidChangeCurrent(() => {
      update();
      updateFiles();
    }),
    sessions.onDidChange(({ session }) => {
      if (session === sessions.current) update();
    }),
    sessions.sources.onDidChange(updateFiles),
    vscode.window.onDidChangeVisibleTextEditors(updateFiles),
    vscode.workspace.onDidSaveTextDocument(updateFiles),
  );
}
