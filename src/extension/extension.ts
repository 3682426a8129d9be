import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import type { ModelSnapshot } from "../protocol/index.js";
import { registerCommands } from "./commands/index.js";
import { Diagnostics } from "./diagnostics.js";
import { EditorSelection } from "./editorSelection.js";
import { trackContextKeys } from "./contextKeys.js";
import { registerHover } from "./hover.js";
import { filePath } from "./modelFile.js";
import { ModelPanels } from "./modelPanel.js";
import { ModelView } from "./modelView.js";
import { ModuleTree } from "./moduleTree.js";
import { createOutput } from "./output.js";
import { pageHandlers } from "./pageHandlers.js";
import { showProgress } from "./progress.js";
import { Sessions } from "./sessions.js";
import { StatusBar } from "./statusBar.js";

/** What Layerscope offers to other extensions. */
export interface LayerscopeApi {
  /** The models that the last run of `file` left, empty when it has not been run. */
  models(file: vscode.Uri): readonly ModelSnapshot[];
  /** Fires with a model file when its models, their state or the selection in them changed. */
  readonly onDidChange: vscode.Event<vscode.Uri>;
}

let sessions: Sessions | undefined;

export function activate(context: vscode.ExtensionContext): LayerscopeApi {
  // What the runner and descriptions say, which know nothing of VS Code.
  if (vscode.l10n.bundle) l10n.config({ contents: vscode.l10n.bundle as l10n.l10nJsonFormat });
  const output = createOutput();
  const all = new Sessions(context, output);
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
