import * as vscode from "vscode";

import { type FindingLevels, type FindingSeverity, type Permission, permissions } from "../protocol/index.js";

const section = "layerscope";

const levels: readonly (FindingSeverity | "off")[] = ["off", "information", "warning", "error"];

/** What the user set, read anew each time. Per-file settings may differ between workspace folders. */
export const settings = {
  runOnOpen: (uri: vscode.Uri): boolean => of(uri).get("runOnOpen", true),
  runOnSave: (uri: vscode.Uri): boolean => of(uri).get("runOnSave", true),
  /** When a Python file runs by itself. */
  pythonRun: (uri: vscode.Uri): "asked" | "always" | "never" => of(uri).get("python.run", "asked"),
  /** Whether a cell whose value is a module shows its picture, and the notebook's file keeps it. */
  notebookPictures: (uri: vscode.Uri): "saved" | "shown" | "none" => of(uri).get("notebook.pictures", "saved"),
  /** Whether completions, signatures and hovers of torch are given in Python that runs with us. */
  pythonHelp: (uri: vscode.Uri): boolean => of(uri).get("python.help", true),
  lookWhileTyping: (uri: vscode.Uri): boolean => of(uri).get("lookWhileTyping", true),
  hover: (uri: vscode.Uri): boolean => of(uri).get("hover", true),
  /** Which hints stand at the end of lines. */
  inlayHints: (uri: vscode.Uri): { readonly layers: boolean; readonly statements: boolean; readonly parameters: boolean; readonly names: boolean } => ({
    layers: of(uri).get("inlayHints.layers", true),
    statements: of(uri).get("inlayHints.statements", true),
    parameters: of(uri).get("inlayHints.parameters", false),
    names: of(uri).get("inlayHints.names", true),
  }),
  inlayHintsChanged: (event: vscode.ConfigurationChangeEvent): boolean => event.affectsConfiguration(`${section}.inlayHints`),
  codeLens: (uri: vscode.Uri): boolean => of(uri).get("codeLens", true),
  codeLensChanged: (event: vscode.ConfigurationChangeEvent): boolean => event.affectsConfiguration(`${section}.codeLens`),
  /** Of findings; what is no severity counts as not set. */
  findings: (uri: vscode.Uri): FindingLevels => {
    const set = Object.entries(of(uri).get<Record<string, unknown>>("findings", {})).filter(([, level]) => levels.includes(level as FindingSeverity));
    return Object.fromEntries(set) as FindingLevels;
  },
  findingsChanged: (event: vscode.ConfigurationChangeEvent): boolean => event.affectsConfiguration(`${section}.findings`),
  /** What the user allows to model code. */
  permissions: (uri: vscode.Uri): readonly Permission[] => {
    const set = of(uri).get<Readonly<Record<string, unknown>>>("permissions", {});
    return permissions.filter((name) => set[name] === true);
  },
  /** Milliseconds and megabytes; a value that is no positive number counts as not set. */
  limits: (): { readonly timeLimit: number; readonly memoryLimit: number } => {
    const configuration = vscode.workspace.getConfiguration(section);
    return {
      timeLimit: positive(configuration.get("timeLimit"), 30) * 1000,
      memoryLimit: positive(configuration.get("memoryLimit"), 3072),
    };
  },
  limitsChanged: (event: vscode.ConfigurationChangeEvent): boolean =>
    event.affectsConfiguration(`${section}.timeLimit`) || event.affectsConfiguration(`${section}.memoryLimit`),
};

function of(uri: vscode.Uri): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration(section, uri);
}

function positive(value: unknown, fallback: number): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : fallback;
}
