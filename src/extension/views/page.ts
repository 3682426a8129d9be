import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { PageMessage, PageMethod, PageMethods, PageRequest, PageState } from "../../protocol/index.js";
import { pageDocument } from "./pageDocument.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions, Viewer } from "../sessions/modelSessions.js";

/** Answers what a page asks. `session` is the one that the page shows. */
export type PageHandlers = {
  [M in Exclude<PageMethod, "ready">]: (
    session: ModelSession | null,
    params: PageMethods[M]["params"],
    page: Page,
  ) => PageMethods[M]["result"] | Promise<PageMethods[M]["result"]>;
};

/** What a page lives in: the sidebar's view or an editor tab. */
interface PageHost extends Viewer {
  readonly webview: vscode.Webview;
  readonly placement: "view" | "editor";
}

/** The page in one webview: its document, and the messages in both directions. */
export class Page implements vscode.Disposable {
  readonly #host: PageHost;
  readonly #handlers: PageHandlers;
  readonly #subscriptions: vscode.Disposable[];
  #ready = false;

  constructor(context: vscode.ExtensionContext, sessions: ModelSessions, host: PageHost, handlers: PageHandlers) {
    this.#host = host;
    this.#handlers = handlers;
    const { webview } = host;
    const assets = vscode.Uri.joinPath(context.extensionUri, "dist", "webview");
    webview.options = { enableScripts: true, localResourceRoots: [assets] };
    this.#subscriptions = [
      sessions.onDidChange(({ session, change }) => {
        if (session !== host.session || !this.#ready) return;
        // The page has followed every selection; to name the last one again would bring back what the user left.
        if (change.kind === "state" || change.kind === "findings") this.#post({ kind: "state", state: this.#state(), selection: null });
        else if (change.kind !== "selection") this.#post(change);
        else if (change.by !== this) this.#post({ kind: "select", selection: change.selection });
      }),
      webview.onDidReceiveMessage((request: PageRequest) => this.#answer(request)),
    ];
    webview.html = pageDocument({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString("base64"),
      scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(assets, "main.js")).toString(),
      styleUri: webview.asWebviewUri(vscode.Uri.joinPath(assets, "main.css")).toString(),
      placement: host.placement,
      language: vscode.env.language,
      strings: vscode.l10n.bundle ?? null,
    });
  }

  /** Says everything, the selection included: to a page made anew, and when the page is to show another session. */
  postState(): void {
    if (this.#ready) this.#post({ kind: "state", state: this.#state(), selection: this.#host.session?.selection ?? null });
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #state(): PageState {
    if (!vscode.workspace.isTrusted) return { kind: "untrusted" };
    return this.#host.session?.pageState ?? { kind: "empty" };
  }

  async #answer(request: PageRequest): Promise<void> {
    const { id, method, params } = request;
    try {
      let result: unknown = null;
      if (method === "ready") {
        // A page made anew (reload) says so again.
        this.#ready = true;
        this.postState();
      } else {
        type Handler = (session: ModelSession | null, params: unknown, page: Page) => unknown;
        const handler = Object.hasOwn(this.#handlers, method) ? (this.#handlers[method] as Handler) : undefined;
        if (!handler) throw new Error(`Unknown request: ${String(method)}`);
        result = await handler(this.#host.session, params, this);
      }
      this.#post({ kind: "reply", id, result });
    } catch (error) {
      this.#post({ kind: "error", id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  #post(message: PageMessage): void {
    void this.#host.webview.postMessage(message);
  }
}
