import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import type { ModelSnapshot } from "../protocol/index.js";
import { registerCommands } from "./commands.js";
import { Diagnostics } from "./editor/diagnostics.js";
import { EditorSelection } from "./editor/editorSelection.js";
import { trackContextKeys } from "./status/contextKeys.js";
import { registerHover } from "./editor/hover.js";
import { filePath } from "./sources/modelFile.js";
import { ModelPanels } from "./views/modelPanel.js";
import { ModelView } from "./views/modelView.js";
import { ModuleTree } from "./views/moduleTree.js";
import { createOutput } from "./status/output.js";
import { pageHandlers } from "./views/pageHandlers.js";
import { showProgress } from "./status/progress.js";
import { ModelSessions } from "./sessions/modelSessions.js";
import { StatusBar } from "./status/statusBar.js";

/** What Layerscope offers to other extensions. */
export interface LayerscopeApi {
  /** The models that the last run of `file` left, empty when it has not been run. */
  models(file: vscode.Uri): readonly ModelSnapshot[];
  /** Fires with a model file when its models, their state or the selection in them changed. */
  readonly onDidChange: vscode.Event<vscode.Uri>;
}

let sessions: ModelSessions | undefined;

export function activate(context: vscode.ExtensionContext): LayerscopeApi {
  // What the runner and descriptions say, which know nothing of VS Code.
  if (vscode.l10n.bundle) l10n.config({ contents: vscode.l10n.bundle as l10n.l10nJsonFormat });
  const output = createOutput();
  const all = new ModelSessions(context, output);
  sessions = all;
  const handlers = pageHandlers((session) => panels.open(session));
  const panels = new ModelPanels(context, all, handlers);
  const changes = new vscode.EventEmitter<vscode.Uri>();
  context.subscriptions.push(
    output.channel,
    vscode.window.registerWebviewViewProvider(ModelView.id, new ModelView(context, all, handlers), { webviewOptions: { retainContextWhenHidden: true } }),
    vscode.window.registerWebviewPanelSerializer(ModelPanels.type, panels),
    new ModuleTree(all),
    new Diagnostics(all),
    new EditorSelection(all),
    new StatusBar(all),
    showProgress(all),
    trackContextKeys(all),
    registerHover(all),
    registerCommands({ context, sessions: all, panels, output: output.channel }),
    all.onDidChange(({ session }) => changes.fire(vscode.Uri.file(session.file))),
    changes,
  );
  return {
    models: (file) => all.get(filePath(file))?.models ?? [],
    onDidChange: changes.event,
  };
}

/** Ends every process; VS Code waits for it. */
export async function deactivate(): Promise<void> {
  await sessions?.dispose();
}
