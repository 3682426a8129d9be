import * as vscode from "vscode";
import { canonicalPath } from "../../runner/paths.js";
import type { OpenText } from "../code/ranTexts.js";

/** The name by which sources, sessions and snapshots know a document: the path of a file; the URI of anything else, such as a cell of a notebook. */
export function documentKey(uri: vscode.Uri): string {
  return uri.scheme === "file" ? canonicalPath(uri.fsPath) : uri.toString();
}

/** The document of that name. A single letter before the colon is a drive of Windows. */
export function documentUri(key: string): vscode.Uri {
  return /^[a-z][a-z0-9+.-]+:/i.test(key) ? vscode.Uri.parse(key) : vscode.Uri.file(key);
}

/** A document as its editor shows it. Its text is asked for when it is read: few questions need it. */
export function openText(document: vscode.TextDocument): OpenText {
  return {
    key: documentKey(document.uri),
    version: document.version,
    ...(document.languageId === "python" && { language: "python" }),
    get text() {
      return document.getText();
    },
  };
}
