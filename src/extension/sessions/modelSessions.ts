import * as vscode from "vscode";
import type { ModelRunner } from "../../runner/client.js";
import { filePath, importsEngine, isRunnable } from "../sources/modelFile.js";
import { ModelSession, type SessionChange, type SessionHost } from "./modelSession.js";
import { settings } from "../settings.js";

/** The workspace's memory of the file shown last, so that a reloaded window shows it again. */
const lastFileKey = "layerscope.file";

/** Every session, and which one is current: the model file in the active editor, or the last one that was. */
export class ModelSessions implements vscode.Disposable {
  readonly #sessions = new Map<string, ModelSession>();
  readonly #subscriptions: vscode.Disposable[] = [];
  /** The views that show a session; a file is run by itself only while one of them can be seen. */
  readonly #viewers = new Set<Viewer>();
  /** The version of a document that was run when it was about to be saved. */
  readonly #runVersions = new WeakMap<vscode.TextDocument, number>();
  #current: ModelSession | null = null;
  #runner: Promise<ModelRunner> | null = null;

  readonly #currentChanges = new vscode.EventEmitter<ModelSession | null>();
  readonly onDidChangeCurrent = this.#currentChanges.event;
  readonly #changes = new vscode.EventEmitter<{ readonly session: ModelSession; readonly change: SessionChange }>();
  readonly onDidChange = this.#changes.event;
  readonly #closings = new vscode.EventEmitter<ModelSession>();
  readonly onDidClose = this.#closings.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: Omit<SessionHost, "runner">,
  ) {
    this.#subscriptions.push(
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#follow(editor?.document)),
      vscode.workspace.onDidOpenTextDocument((document) => {
        // A change of language closes and opens a document without a change of editor.
        if (document === vscode.window.activeTextEditor?.document) this.#follow(document);
      }),
      vscode.workspace.onWillSaveTextDocument(({ document }) => this.#saving(document)),
      vscode.workspace.onDidSaveTextDocument((document) => this.#saved(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        for (const session of this.#sessions.values()) if (session.dependsOn(filePath(document.uri))) session.documentChanged();
      }),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        if (closed.length > 0) this.#closeUnused();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.#currentChanges.fire(this.#current);
        this.#runFirst();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (settings.limitsChanged(event)) void this.#endRunner();
      }),
    );
    this.#follow(vscode.window.activeTextEditor?.document);
    if (!this.#current) void this.#restore();
  }

  get current(): ModelSession | null {
    return this.#current;
  }

  /** The file that was shown last, also before the window was reloaded. */
  get lastFile(): string | undefined {
    return this.context.workspaceState.get<string>(lastFileKey);
  }

  get all(): Iterable<ModelSession> {
    return this.#sessions.values();
  }

  get(file: string): ModelSession | undefined {
    return this.#sessions.get(file);
  }

  /** The session of `file`, made if there is none. */
  open(file: string): ModelSession {
    let session = this.#sessions.get(file);
    if (!session) {
      session = new ModelSession(file, { ...this.log, runner: () => this.#startRunner() });
      const opened = session;
      opened.onDidChange((change) => this.#changes.fire({ session: opened, change }));
      this.#sessions.set(file, opened);
    }
    return session;
  }

  /** Shows `file` in every view that follows the editor. */
  show(session: ModelSession): void {
    if (this.#current === session) return;
    this.#current = session;
    void this.context.workspaceState.update(lastFileKey, session.file);
    this.#currentChanges.fire(session);
    this.#runFirst();
  }

  /** A view that shows sessions; to be told of its own changes through `viewerChanged`. */
  addViewer(viewer: Viewer): vscode.Disposable {
    this.#viewers.add(viewer);
    this.viewerChanged();
    return new vscode.Disposable(() => {
      this.#viewers.delete(viewer);
      this.#closeUnused();
    });
  }

  viewerChanged(): void {
    this.#runFirst();
  }

  async dispose(): Promise<void> {
    vscode.Disposable.from(...this.#subscriptions).dispose();
    for (const session of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
    this.#changes.dispose();
    this.#currentChanges.dispose();
    this.#closings.dispose();
    await this.#endRunner();
  }

  /** Makes the session of the document in the active editor current, if it is a model file. */
  #follow(document: vscode.TextDocument | undefined): void {
    if (!document || !isRunnable(document)) return;
    const file = filePath(document.uri);
    if (this.#sessions.has(file) || importsEngine(document)) this.show(this.open(file));
  }

  async #restore(): Promise<void> {
    const file = this.lastFile;
    if (!file) return;
    try {
      const document = await vscode.workspace.openTextDocument(file);
      if (!this.#current && importsEngine(document)) this.show(this.open(file));
    } catch {
      await this.context.workspaceState.update(lastFileKey, undefined);
    }
  }

  /** Runs what a visible view shows and nobody has run yet. */
  #runFirst(): void {
    if (!vscode.workspace.isTrusted) return;
    const shown = this.#shown();
    // With a model file in the editor its picture is likely to be wanted soon.
    if (this.#current || shown.size > 0) void this.#startRunner().then((runner) => runner.warmUp());
    for (const session of shown) {
      if (!session.hasRun && session.activity === "idle" && settings.runOnOpen(session.file)) void session.run();
    }
  }

  /** The sessions that the user can see. */
  #shown(): ReadonlySet<ModelSession> {
    return new Set([...this.#viewers].flatMap(({ visible, session }) => (visible && session ? [session] : [])));
  }

  /** Runs need not wait for the disk: they take the text from the editor. */
  #saving(document: vscode.TextDocument): void {
    this.#runVersions.set(document, document.version);
    this.#runDependents(document);
  }

  #saved(document: vscode.TextDocument): void {
    if (vscode.workspace.isTrusted && document === vscode.window.activeTextEditor?.document) this.#follow(document);
    // A formatter may have changed the text on its way.
    if (this.#runVersions.get(document) !== document.version) this.#runDependents(document);
  }

  /** Runs every model file that has run or is shown, and that the document went into. */
  #runDependents(document: vscode.TextDocument): void {
    if (!vscode.workspace.isTrusted || document.uri.scheme !== "file") return;
    const shown = this.#shown();
    for (const session of this.#sessions.values()) {
      const wanted = session.hasRun || shown.has(session);
      if (wanted && session.dependsOn(filePath(document.uri)) && settings.runOnSave(session.file)) void session.run();
    }
  }

  /** Ends the sessions that no view shows and no tab has open. */
  #closeUnused(): void {
    const open = new Set<string>();
    for (const tab of vscode.window.tabGroups.all.flatMap((group) => group.tabs)) {
      if (tab.input instanceof vscode.TabInputText) open.add(filePath(tab.input.uri));
      else if (tab.input instanceof vscode.TabInputTextDiff) open.add(filePath(tab.input.modified));
    }
    for (const viewer of this.#viewers) if (viewer.session) open.add(viewer.session.file);
    if (this.#current) open.add(this.#current.file);
    for (const [file, session] of this.#sessions) {
      if (open.has(file)) continue;
      this.#sessions.delete(file);
      this.#closings.fire(session);
      session.dispose();
      void this.#runner?.then((runner) => runner.close(file));
    }
  }

  #startRunner(): Promise<ModelRunner> {
    this.#runner ??= import("../../runner/client.js").then(
      ({ ModelRunner }) => new ModelRunner({ dist: this.context.asAbsolutePath("dist"), stringsFile: vscode.l10n.uri?.fsPath ?? null, ...settings.limits() }),
    );
    return this.#runner;
  }

  async #endRunner(): Promise<void> {
    const runner = this.#runner;
    this.#runner = null;
    await (await runner)?.dispose();
  }
}

/** A view, tab or tree that shows a session. */
export interface Viewer {
  readonly session: ModelSession | null;
  readonly visible: boolean;
}
