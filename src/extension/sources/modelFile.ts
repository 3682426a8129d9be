import * as vscode from "vscode";
import { canonicalPath } from "../../runner/paths.js";

/** The languages whose files can build a model. */
export const modelLanguages: readonly string[] = ["typescript", "typescriptreact", "javascript", "javascriptreact"];

/** The path by which sessions and snapshots know a file. */
export function filePath(uri: vscode.Uri): string {
  return canonicalPath(uri.fsPath);
}

const engineImport = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*["']layerscope["']/;

/** True for a file on disk that imports `layerscope`: only such files are run without being asked to. */
export function importsEngine(document: vscode.TextDocument): boolean {
  return isRunnable(document) && engineImport.test(document.getText());
}

/** True for a file that can be run on request. */
export function isRunnable(document: vscode.TextDocument): boolean {
  return document.uri.scheme === "file" && modelLanguages.includes(document.languageId) && !/\.d\.[cm]?ts$/.test(document.fileName);
}
