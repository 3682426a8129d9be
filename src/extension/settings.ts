import * as vscode from "vscode";

const section = "layerscope";

/** What the user set, read anew each time. Per-file settings may differ between workspace folders. */
export const settings = {
  runOnOpen: (file: string): boolean => ofFile(file).get("runOnOpen", true),
  runOnSave: (file: string): boolean => ofFile(file).get("runOnSave", true),
  hover: (file: string): boolean => ofFile(file).get("hover", true),
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

function ofFile(file: string): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration(section, vscode.Uri.file(file));
}

function positive(value: unknown, fallback: number): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : fallback;
}
