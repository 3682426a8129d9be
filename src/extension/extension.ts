import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import type { ModelSnapshot } from "../protocol/index.js";
import { registerAssistantTools } from "./assistantTools.js";
import { registerCommands } from "./commands.js";
import { Diagnostics } from "./editor/diagnostics.js";
import { EditorSelection } from "./editor/editorSelection.js";
import { trackContextKeys } from "./status/contextKeys.js";
import { registerCodeLenses } from "./editor/codeLens.js";
import { registerHover } from "./editor/hover.js";
import { registerInlayHints } from "./editor/inlayHints.js";
import { registerModuleSymbols } from "./editor/moduleSymbols.js";
import { registerCellStatus } from "./notebooks/cellStatus.js";
import { NotebookModels } from "./notebooks/notebookModels.js";
import { Notebooks } from "./notebooks/notebooks.js";
import { registerQuickFixes } from "./editor/quickFixes.js";
import { registerParameterHover } from "./editor/parameterHover.js";
import { registerPythonHelp } from "./editor/pythonHelp.js";
import { registerValueHover } from "./editor/valueHover.js";
import { documentKey, documentUri } from "./sources/documents.js";
import type { ModelSource } from "./sources/modelSource.js";
import { ModelSources } from "./sources/modelSources.js";
import { PythonFiles } from "./sources/pythonFiles.js";
import { Runners } from "./sources/runners.js";
import { TypeScriptFiles } from "./sources/typescriptFiles.js";
import { ModelPanels } from "./views/modelPanel.js";
import { ModelView } from "./views/modelView.js";
import { ModuleTree } from "./views/moduleTree.js";
import { createOutput } from "./status/output.js";
import { Pages } from "./views/page.js";
import { pageHandlers } from "./views/pageHandlers.js";
import { showProgress } from "./status/progress.js";
import { KeptStates } from "./sessions/keptStates.js";
import { Looks } from "./sessions/looks.js";
import { ModelSessions } from "./sessions/modelSessions.js";
import { StatusBar } from "./status/statusBar.js";

/** What Layerscope offers to other extensions. */
export interface LayerscopeApi {
  /** The models that the last run of `file` left, empty when it has not been run. */
  models(file: vscode.Uri): readonly ModelSnapshot[];
  /** Has models come from somewhere else too. Every view offers what the source can do. */
  registerSource(source: ModelSource): vscode.Disposable;
  /** Fires with a model file when its models, their state or the selection in them changed. */
  readonly onDidChange: vscode.Event<vscode.Uri>;
}

let sessions: ModelSessions | undefined;

export function activate(context: vscode.ExtensionContext): LayerscopeApi {
  // What the runner and descriptions say, which know nothing of VS Code.
  if (vscode.l10n.bundle) l10n.config({ contents: vscode.l10n.bundle });
  const output = createOutput();
  const sources = new ModelSources();
  const runners = new Runners(context);
  sources.add(new TypeScriptFiles(runners));
  sources.add(new PythonFiles(runners, context.workspaceState));
  const notebookModels = new NotebookModels(runners);
  sources.add(notebookModels);
  const all = new ModelSessions(context, sources, output);
  sessions = all;
  const pages = new Pages();
  const handlers = pageHandlers(
    (session) => panels.open(session),
    async ({ page }) => {
      await vscode.commands.executeCommand("markdown.showPreview", vscode.Uri.joinPath(context.extensionUri, page));
      return null;
    },
    new KeptStates(context),
  );
  const panels = new ModelPanels(context, all, handlers, pages);
  const changes = new vscode.EventEmitter<vscode.Uri>();
  const notebooks = new Notebooks(context, all, runners, notebookModels);
  context.subscriptions.push(
    output.channel,
    vscode.window.registerWebviewViewProvider(ModelView.id, new ModelView(context, all, handlers, pages), {
      webviewOptions: { retainContextWhenHidden: true },
    }),
    vscode.window.registerWebviewPanelSerializer(ModelPanels.type, panels),
    new ModuleTree(all),
    new Diagnostics(all),
    new EditorSelection(all),
    new Looks(all),
    new StatusBar(all),
    showProgress(all),
    trackContextKeys(all),
    registerHover(all),
    registerValueHover(all),
    registerParameterHover(all),
    registerPythonHelp(context, all),
    registerInlayHints(all),
    registerCodeLenses(all),
    registerModuleSymbols(all),
    registerAssistantTools(context, all),
    registerCellStatus(all),
    notebooks,
    registerQuickFixes(all),
    registerCommands({ context, sessions: all, panels, pages, notebooks, output: output.channel }),
    all.onDidChange(({ session }) => changes.fire(documentUri(session.file))),
    changes,
  );
  return {
    models: (file) => all.get(documentKey(file))?.models ?? [],
    registerSource: (source) => sources.add(source),
    onDidChange: changes.event,
  };
}

/** Ends every process; VS Code waits for it. */
export async function deactivate(): Promise<void> {
  await sessions?.dispose();
}
