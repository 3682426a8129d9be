import * as vscode from "vscode";
import type { SourceLocation } from "../../protocol/index.js";
import { callAt } from "../code/callText.js";
import type { CodeIndex } from "../code/codeIndex.js";
import { documentUri, openText } from "../sources/documents.js";

/**
 * Where a location of a run is now, as far as its document is open: the call that begins there, or else what follows up to the end of the line, since an
 * error names a point, and a point cannot be seen.
 */
export function currentLocation(place: SourceLocation, code: CodeIndex | null): vscode.Location {
  const uri = documentUri(place.file);
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  const now = document && code?.now(openText(document), place).position;
  const start = new vscode.Position(now?.line ?? place.line - 1, now?.character ?? place.column - 1);
  const call = document && callAt(document.getText(), document.offsetAt(start), document.languageId === "python" ? "python" : "typescript");
  if (call) return new vscode.Location(uri, new vscode.Range(document.positionAt(call.start), document.positionAt(call.end)));
  const end = document && start.line < document.lineCount ? document.lineAt(start.line).range.end : start;
  return new vscode.Location(uri, new vscode.Range(start, end.isAfter(start) ? end : start.translate(0, 1)));
}
