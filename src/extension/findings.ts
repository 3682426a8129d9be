import * as vscode from "vscode";
import { type Findings, findingsOf } from "../describe/findings/findings.js";
import type { Finding } from "../describe/findings/finding.js";
import type { FindingSeverity, ModelSnapshot } from "../protocol/index.js";
import type { ModelSession } from "./sessions/modelSession.js";

/** What is to be told about a model of a session, as the user set it. */
export function findingsIn(session: ModelSession, model: ModelSnapshot): Findings {
  return findingsOf(model, session.findingLevels);
}

/** What is so, and what to do about it. */
export function findingText({ text, remedy }: Finding): string {
  return remedy === "" ? text : `${text} ${remedy}`;
}

export const severityIcons: Readonly<Record<FindingSeverity, string>> = { error: "error", warning: "warning", information: "info" };

export function severityColor(severity: FindingSeverity): vscode.ThemeColor {
  return new vscode.ThemeColor(
    severity === "information" ? "problemsInfoIcon.foreground" : `problems${severity === "error" ? "Error" : "Warning"}Icon.foreground`,
  );
}
