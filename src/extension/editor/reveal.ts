import * as vscode from "vscode";
import type { SourceLocation } from "../../protocol/index.js";
import { documentUri, openText } from "../sources/documents.js";
import type { ModelSession } from "../sessions/modelSession.js";

/** Opens the code at a location of the session's last run, wherever edits have moved it. */
export async function revealInCode(location: SourceLocation, session: ModelSession | null): Promise<void> {
  const uri = documentUri(location.file);
  const document = await vscode.workspace.openTextDocument(uri);
  const { position, exact } = session?.code?.now(openText(document), location) ?? {
    position: { line: location.line - 1, character: location.column - 1 },
    exact: true,
  };
  if (uri.scheme === "vscode-notebook-cell") {
    // The notebook is opened with it, at the cell.
    await vscode.commands.executeCommand("vscode.open", uri, {
      selection: new vscode.Range(position.line, position.character, position.line, position.character),
    } satisfies vscode.TextDocumentShowOptions);
    return;
  }
  // Where the file is open already, rather than over the picture's own tab.
  const open = vscode.window.tabGroups.all.find((group) =>
    group.tabs.some((tab) => tab.input instanceof vscode.TabInputText && tab.input.uri.toString() === uri.toString()),
  );
  await vscode.window.showTextDocument(document, {
    viewColumn: open?.viewColumn ?? vscode.ViewColumn.One,
    selection: new vscode.Range(position.line, position.character, position.line, position.character),
  });
  if (!exact) vscode.window.setStatusBarMessage(vscode.l10n.t("This line was edited since the file ran."), 5000);
}
