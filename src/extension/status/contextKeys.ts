import * as vscode from "vscode";
import { filePath, importsEngine } from "../sources/modelFile.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";

/** Keeps the context keys that package.json's `when` clauses read. */
export function trackContextKeys(sessions: ModelSessions): vscode.Disposable {
  const known = new Map<string, string>();
  const set = (key: string, value: unknown): void => {
    const text = JSON.stringify(value);
    if (known.get(key) === text) return;
    known.set(key, text);
    void vscode.commands.executeCommand("setContext", `layerscope.${key}`, value);
  };
  const update = (): void => {
    const session = sessions.current;
    set("state", stateOf(session));
    set("hasModels", (session?.models.length ?? 0) > 0);
    set("canRunForward", session?.models.some(({ hasForward }) => hasForward) ?? false);
    set("busy", session !== null && session.activity !== "idle");
    set("canUndo", session?.models.some(({ undoDepth }) => undoDepth > 0) ?? false);
  };
  const updateFiles = (): void => {
    const shown = vscode.window.visibleTextEditors.map(({ document }) => document);
    set(
      "modelFiles",
      shown.filter((document) => importsEngine(document) || sessions.get(filePath(document.uri))).map(({ uri }) => uri.fsPath),
    );
  };
  update();
  updateFiles();
  return vscode.Disposable.from(
    sessions.onDidChangeCurrent(() => {
      update();
      updateFiles();
    }),
    sessions.onDidChange(({ session, change }) => {
      if (session === sessions.current && change.kind !== "selection") update();
    }),
    vscode.window.onDidChangeVisibleTextEditors(updateFiles),
    vscode.workspace.onDidSaveTextDocument(updateFiles),
  );
}

/** What the tree says while it has no model to show. */
function stateOf(session: ModelSession | null): "empty" | "ready" | "running" | "noModel" | "failed" {
  if (!session) return "empty";
  if (session.activity === "running") return "running";
  if (session.failure) return "failed";
  return session.hasRun ? "noModel" : "ready";
}
