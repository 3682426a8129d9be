import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { PageMessage, PageMethod, PageMethods, PageRequest, PageState, Progress, Selection, ViewAction } from "../../protocol/index.js";
import { pageDocument } from "./pageDocument.js";
import type { Following, ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions, Viewer } from "../sessions/modelSessions.js";

/** Answers what a page asks. `session` is the one that the page shows. */
export type PageHandlers = {
  [M in Exclude<PageMethod, "ready" | "cancel">]: (
    session: ModelSession | null,
    params: PageMethods[M]["params"],
    page: Page,
    asked: Required<Following>,
  ) => PageMethods[M]["result"] | Promise<PageMethods[M]["result"]>;
};

/** What is typed in a form or a field, or chosen in a menu or in the picture. */
const goesOnByKeyboard: ReadonlySet<ViewAction> = new Set<ViewAction>(["reinitialize", "forward", "search", "compare", "viewMenu", "colorBy", "exportMenu"]);

/** What a page lives in: the sidebar's view or an editor tab. */
interface PageHost extends Viewer {
  readonly webview: vscode.Webview;
  readonly placement: "view" | "editor";
  /** Gives it the focus. */
  focus(): void;
}

/** The pages that are open. */
export class Pages {
  readonly #pages = new Set<Page>();
  /** What a page is to do as soon as there is one. */
  #waiting: ViewAction | null = null;

  add(page: Page): void {
    this.#pages.add(page);
  }

  delete(page: Page): void {
    this.#pages.delete(page);
    this.tabsChanged();
  }

  /** A tab came into sight, or left it: a page beside the editors does not show the same once more. */
  tabsChanged(): void {
    for (const page of this.#pages) page.tellTab();
  }

  /** Whether the user sees a tab with what a session shows. */
  hasTab(session: ModelSession | null): boolean {
    return session !== null && [...this.#pages].some((page) => page.placement === "editor" && page.isSeen && page.session === session);
  }

  /** A page is there and shows something. */
  ready(page: Page): void {
    if (this.#waiting) page.perform(this.#waiting);
    this.#waiting = null;
  }

  /** Has the page that the user sees do something with its view: the tab before the sidebar, which is opened where there is none. */
  async perform(action: ViewAction, session: ModelSession | null): Promise<void> {
    const seen = [...this.#pages].filter((page) => page.isSeen && page.session === session);
    const page = seen.find(({ placement }) => placement === "editor") ?? seen[0];
    if (page) {
      if (goesOnByKeyboard.has(action)) page.focus();
      return page.perform(action);
    }
    this.#waiting = action;
    await vscode.commands.executeCommand("layerscope.model.focus");
    const opened = [...this.#pages].find((each) => each.isSeen && each.isReady);
    if (opened) this.ready(opened);
  }
}

/** The page in one webview: its document, and the messages in both directions. */
export class Page implements vscode.Disposable {
  readonly #host: PageHost;
  readonly #handlers: PageHandlers;
  readonly #subscriptions: vscode.Disposable[];
  #ready = false;
  /** What the page waits for, by the number that it gave it. */
  readonly #asked = new Map<number, AbortController>();

  constructor(
    context: vscode.ExtensionContext,
    sessions: ModelSessions,
    host: PageHost,
    handlers: PageHandlers,
    private readonly pages: Pages,
  ) {
    pages.add(this);
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
        else if (change.by !== this) this.show(change.selection);
      }),
      webview.onDidReceiveMessage((message: unknown) => this.#receive(message)),
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

  /** Has the page show what the others show. */
  show(selection: Selection): void {
    this.#post({ kind: "select", selection });
  }

  tellTab(): void {
    if (this.#ready && this.placement === "view") this.#post({ kind: "inTab", isInTab: this.#isInTab });
  }

  get #isInTab(): boolean {
    return this.placement === "view" && this.pages.hasTab(this.session);
  }

  get isReady(): boolean {
    return this.#ready;
  }

  get isSeen(): boolean {
    return this.#host.visible;
  }

  get session(): ModelSession | null {
    return this.#host.session;
  }

  focus(): void {
    this.#host.focus();
  }

  get placement(): "view" | "editor" {
    return this.#host.placement;
  }

  perform(action: ViewAction): void {
    this.#post({ kind: "perform", action });
  }

  dispose(): void {
    this.pages.delete(this);
    for (const abort of this.#asked.values()) abort.abort();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #state(): PageState {
    if (!vscode.workspace.isTrusted) return { kind: "untrusted" };
    const { session } = this.#host;
    return session ? { ...session.pageState, isInTab: this.#isInTab } : { kind: "empty" };
  }

  /** What asks for nothing that is known, in a form that is known, is answered where it can be, and does nothing. */
  async #receive(message: unknown): Promise<void> {
    // A quarter of the time of the extension's start, which no page waits for.
    const { checkPageRequest } = await import("../../protocol/pageChecks.js");
    const wrong = checkPageRequest(message);
    if (wrong === null) return this.#answer(message as PageRequest);
    const id = (message as Partial<PageRequest> | null | undefined)?.id;
    if (typeof id === "number")
      this.#post({ kind: "error", id, message: vscode.l10n.t("The page asked for what cannot be understood: its request{0}.", wrong) });
  }

  async #answer({ id, method, params }: PageRequest): Promise<void> {
    const abort = new AbortController();
    this.#asked.set(id, abort);
    try {
      let result: unknown = null;
      if (method === "ready") {
        // A page made anew (reload) says so again.
        this.#ready = true;
        this.postState();
        this.pages.ready(this);
      } else if (method === "cancel") {
        this.#asked.get(params.id)?.abort();
      } else {
        type Handler = (session: ModelSession | null, params: unknown, page: Page, asked: Required<Following>) => unknown;
        const onProgress = (progress: Progress): void => this.#post({ kind: "progress", id, progress });
        result = await (this.#handlers[method] as Handler)(this.#host.session, params, this, { signal: abort.signal, onProgress });
      }
      this.#post({ kind: "reply", id, result });
    } catch (error) {
      this.#post({ kind: "error", id, message: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#asked.delete(id);
    }
  }

  #post(message: PageMessage): void {
    void this.#host.webview.postMessage(message);
  }
}
