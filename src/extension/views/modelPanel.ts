import { basename } from "node:path";
import * as vscode from "vscode";
import type { KeptPageState } from "../../protocol/index.js";
import { documentKey, documentUri } from "../sources/documents.js";
import { Page, type PageHandlers, type Pages } from "./page.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";

/** The page as an editor tab. A tab belongs to one file. */
export class ModelPanels implements vscode.WebviewPanelSerializer<KeptPageState> {
  static readonly type = "layerscope.modelPanel";
  readonly #panels = new Map<string, vscode.WebviewPanel>();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly sessions: ModelSessions,
    private readonly handlers: PageHandlers,
    private readonly pages: Pages,
  ) {}

  /** Opens the tab of a model file, beside the code where the active editor shows that, or brings it to the front. */
  open(session: ModelSession): void {
    const open = this.#panels.get(session.file);
    if (open) {
      open.reveal();
      return;
    }
    const active = vscode.window.activeTextEditor?.document.uri;
    const column = active && session.dependsOn(documentKey(active)) ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    const panel = vscode.window.createWebviewPanel(ModelPanels.type, title(session.file), column, {
      enableScripts: true,
      retainContextWhenHidden: true,
    });
    this.#connect(panel, session);
  }

  /** A tab that was open before the window was reloaded. The window may have been gone before it wrote down the page's state: then the last file is meant. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: Partial<KeptPageState> | undefined): Promise<void> {
    const file = state?.file ?? this.sessions.lastFile;
    const exists =
      typeof file === "string" &&
      (await vscode.workspace.fs.stat(documentUri(file)).then(
        () => true,
        () => false,
      ));
    const session = exists && !this.#panels.has(file) ? this.sessions.open(file) : null;
    if (session) this.#connect(panel, session);
    else panel.dispose();
  }

  #connect(panel: vscode.WebviewPanel, session: ModelSession): void {
    this.#panels.set(session.file, panel);
    panel.title = title(session.file);
    panel.iconPath = {
      light: vscode.Uri.joinPath(this.context.extensionUri, "media", "tab-light.svg"),
      dark: vscode.Uri.joinPath(this.context.extensionUri, "media", "tab-dark.svg"),
    };
    const host = {
      webview: panel.webview,
      placement: "editor" as const,
      focus: () => panel.reveal(),
      session,
      get visible() {
        return panel.visible;
      },
    };
    const page = new Page(this.context, this.sessions, host, this.handlers, this.pages);
    const subscriptions = [
      page,
      this.sessions.onDidChangeCurrent(() => page.postState()),
      this.sessions.addViewer(host),
      panel.onDidChangeViewState(() => {
        if (panel.active) this.sessions.show(session);
        this.sessions.viewerChanged();
        this.pages.tabsChanged();
      }),
    ];
    if (panel.active) this.sessions.show(session);
    this.pages.tabsChanged();
    panel.onDidDispose(() => {
      this.#panels.delete(session.file);
      vscode.Disposable.from(...subscriptions).dispose();
    });
  }
}

function title(file: string): string {
  return vscode.l10n.t("{0} (model)", basename(file));
}
