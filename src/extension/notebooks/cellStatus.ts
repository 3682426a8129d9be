import * as vscode from "vscode";
import { parametersText } from "../../describe/counts.js";
import { lineShapes } from "../code/lineShapes.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { documentKey, openText } from "../sources/documents.js";
import { notebookFile, notebookType } from "./notebookFiles.js";

/** Says below a cell which models it holds, with their parameters, and what shape its last line gave. */
export function registerCellStatus(sessions: ModelSessions): vscode.Disposable {
  const changes = new vscode.EventEmitter<void>();
  const provider: vscode.NotebookCellStatusBarItemProvider = {
    onDidChangeCellStatusBarItems: changes.event,
    provideCellStatusBarItems(cell) {
      const session = sessions.get(notebookFile(cell.notebook));
      const text = session && describe(session, cell.document);
      if (!text) return [];
      const item = new vscode.NotebookCellStatusBarItem(`$(type-hierarchy-sub) ${text}`, vscode.NotebookCellStatusBarAlignment.Right);
      item.command = "layerscope.openModelView";
      item.tooltip = `Layerscope: ${text}`;
      return [item];
    },
  };
  return vscode.Disposable.from(
    changes,
    sessions.onDidChange(({ session, change }) => {
      if (session.file.endsWith(".ipynb") && (change.kind === "model" || (change.kind === "state" && change.ran))) changes.fire();
    }),
    vscode.notebooks.registerNotebookCellStatusBarItemProvider(notebookType, provider),
  );
}

/** "" where there is nothing to say. */
function describe({ models, code }: ModelSession, document: vscode.TextDocument): string {
  const key = documentKey(document.uri);
  const made = models.filter(({ location }) => location?.file === key).map(({ name, totals }) => `${name}: ${parametersText(totals.parameters)}`);
  const text = openText(document);
  let shape: string | null = null;
  for (let line = 0; code?.has(key) && line < document.lineCount; line++) {
    const meaning = code.at(text, line);
    if (meaning) shape = lineShapes(meaning).statement ?? shape;
  }
  return [...made, ...(shape === null ? [] : [shape])].join(" · ");
}
