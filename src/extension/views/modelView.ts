import * as vscode from "vscode";
import { Page, type PageHandlers, type Pages } from "./page.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";

/** The page in the sidebar. It follows the active editor. */
export class ModelView implements vscode.WebviewViewProvider {
  static readonly id = "layerscope.model";

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly sessions: ModelSessions,
    private readonly handlers: PageHandlers,
    private readonly pages: Pages,
  ) {}

  resolveWebviewView(view: vscode.WebviewView): void {
    const { sessions } = this;
    const host = {
      webview: view.webview,
      placement: "view" as const,
      focus: () => view.show(),
      get visible() {
        return view.visible;
      },
      get session() {
        return sessions.current;
      },
    };
    const page = new Page(this.context, sessions, host, this.handlers, this.pages);
    const subscriptions = [
      page,
      sessions.onDidChangeCurrent((session) => {
        describe(session);
        page.postState();
      }),
      view.onDidChangeVisibility(() => sessions.viewerChanged()),
      sessions.addViewer(host),
    ];
    describe(sessions.current);
    view.onDidDispose(() => void vscode.Disposable.from(...subscriptions).dispose());

    function describe(session: ModelSession | null): void {
      view.description = session ? vscode.workspace.asRelativePath(session.file, false) : undefined;
    }
  }
}
