import * as vscode from "vscode";
import type { ModelSnapshot, Reinitialization } from "../../protocol/index.js";
import { initializationScript } from "../../describe/initializationScript.js";
import type { ModelSession } from "../sessions/modelSession.js";
import { requireTrust } from "../trust.js";
import { documentUri } from "../sources/documents.js";
import { insertionLine, insertionsOf, namesIn } from "./insertion.js";

/** What a reinitialization does, as code of the file. */
export async function initializationCode(session: ModelSession, name: string, reinitialization: Reinitialization): Promise<string> {
  const model = modelNamed(session, name);
  const document = await vscode.workspace.openTextDocument(documentUri(model.location?.file ?? session.file));
  return initializationScript(model, reinitialization, namesIn(document.getText(), model.language));
}

/** The same in the file, as one edit that undoes, and shown. Says why where there is no place for it. */
export async function insertInitialization(session: ModelSession, name: string, reinitialization: Reinitialization): Promise<void> {
  requireTrust();
  const model = modelNamed(session, name);
  const document = await vscode.workspace.openTextDocument(documentUri(model.location?.file ?? session.file));
  const text = document.getText();
  if (session.stale) throw new Error(vscode.l10n.t("The file changed since it ran. Run it first, so that the code goes to the right place."));
  const line = insertionLine(text, model);
  if (line === null)
    throw new Error(vscode.l10n.t("{0} has no variable of its own at the top of the file: copy the code, and put it where the model is made.", name));
  const names = namesIn(text, model.language);
  const edit = new vscode.WorkspaceEdit();
  for (const { line: at, text: code } of insertionsOf(text, model.language, line, initializationScript(model, reinitialization, names), names.imports)) {
    edit.insert(document.uri, new vscode.Position(at, 0), code);
  }
  if (!(await vscode.workspace.applyEdit(edit))) throw new Error(vscode.l10n.t("The file could not be changed."));
  const place = new vscode.Position(line + names.imports.length, 0);
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, selection: new vscode.Range(place, place) });
}

function modelNamed(session: ModelSession, name: string): ModelSnapshot {
  const model = session.model(name);
  if (!model) throw new Error(vscode.l10n.t("The file has no model named {0}.", name));
  return model;
}
