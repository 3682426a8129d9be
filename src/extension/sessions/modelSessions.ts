import * as vscode from "vscode";
import { documentKey, documentUri } from "../sources/documents.js";
import type { ModelSource } from "../sources/modelSource.js";
import { ModelSources } from "../sources/modelSources.js";
import { Builds } from "./builds.js";
import { ModelSession, type SessionLog } from "./modelSession.js";
import type { SessionChange } from "./sessionChange.js";
import { settings } from "../settings.js";

/** The workspace's memory of the file shown last, so that a reloaded window shows it again. */
const lastFileKey = "layerscope.file";

/** Every session, and which one is current: the model file in the active editor, or the last one that was. */
export class ModelSessions implements vscode.Disposable {
  readonly #sessions = new Map<string, ModelSession>();
  readonly #subscriptions: vscode.Disposable[] = [];
  /** The views that show a session; a file is run by itself only while one of them can be seen. */
  readonly #viewers = new Set<Viewer>();
  /** What was run when a document was about to be saved, and whether the user saved it: what saves itself does so while they type. */
  readonly #saves = new WeakMap<vscode.TextDocument, { readonly version: number; readonly asked: boolean }>();
  /** The sessions that are asked about at the moment: whether they are to run to the end anew. */
  readonly #offered = new WeakSet<ModelSession>();
  /** The sources that say by themselves when models are made. */
  readonly #heard = new Map<ModelSource, vscode.Disposable>();
  readonly #builds: Builds;
  #current: ModelSession | null = null;

  readonly #currentChanges = new vscode.EventEmitter<ModelSession | null>();
  readonly onDidChangeCurrent = this.#currentChanges.event;
  readonly #changes = new vscode.EventEmitter<{ readonly session: ModelSession; readonly change: SessionChange }>();
  readonly onDidChange = this.#changes.event;
  readonly #closings = new vscode.EventEmitter<ModelSession>();
  readonly onDidClose = this.#closings.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    readonly sources: ModelSources,
    private readonly log: SessionLog,
  ) {
    this.#builds = new Builds(context.workspaceState);
    this.#hearSources();
    this.#subscriptions.push(
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#follow(editor?.document)),
      vscode.workspace.onDidOpenTextDocument((document) => {
        // A change of language closes and opens a document without a change of editor.
        if (document === vscode.window.activeTextEditor?.document) this.#follow(document);
      }),
      vscode.workspace.onWillSaveTextDocument(({ document, reason }) => this.#saving(document, reason === vscode.TextDocumentSaveReason.Manual)),
      vscode.workspace.onDidSaveTextDocument((document) => this.#saved(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        for (const session of this.#sessions.values()) if (session.dependsOn(documentKey(document.uri))) session.documentChanged();
      }),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        if (closed.length > 0) this.#closeUnused();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.#currentChanges.fire(this.#current);
        this.#runFirst();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (settings.findingsChanged(event)) for (const session of this.#sessions.values()) session.findingLevelsChanged();
      }),
      sources.onDidChange(() => {
        this.#hearSources();
        this.#closeUnused();
        this.#follow(vscode.window.activeTextEditor?.document);
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

  /** The session whose models a document went into, the current one first. */
  madeFrom(document: vscode.TextDocument): ModelSession | undefined {
    const key = documentKey(document.uri);
    return [...(this.#current ? [this.#current] : []), ...this.all].find(({ code }) => code?.has(key));
  }

  get(file: string): ModelSession | undefined {
    return this.#sessions.get(file);
  }

  /** The session of a model file, made if there is none; null where no source knows the file. */
  open(file: string): ModelSession | null {
    const source = this.sources.ofFile(file);
    return this.#sessions.get(file) ?? (source && this.#open(file, source));
  }

  /** The session of the model file that a document is, or is a part of; null where no source knows it. */
  openDocument(document: vscode.TextDocument): ModelSession | null {
    const found = this.sources.of(document);
    return found && this.#open(found.file, found.source);
  }

  #open(file: string, source: ModelSource): ModelSession {
    let session = this.#sessions.get(file);
    if (!session) {
      session = new ModelSession(file, source, this.log, this.#builds);
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
    for (const subscription of this.#heard.values()) subscription.dispose();
    await Promise.all(this.sources.all.map((source) => source.dispose()));
  }

  /** Makes the session of the document in the active editor current, if it is a model file. */
  #follow(document: vscode.TextDocument | undefined): void {
    const found = document && this.sources.of(document);
    if (found && (this.#sessions.has(found.file) || found.source.opensByItself(document))) this.show(this.#open(found.file, found.source));
  }

  async #restore(): Promise<void> {
    const file = this.lastFile;
    if (!file) return;
    try {
      const document = await vscode.workspace.openTextDocument(documentUri(file));
      const found = this.sources.of(document);
      if (!this.#current && found?.source.opensByItself(document)) this.show(this.#open(found.file, found.source));
    } catch {
      await this.context.workspaceState.update(lastFileKey, undefined);
    }
  }

  /** Runs what a visible view shows and nobody has run yet. */
  #runFirst(): void {
    if (!vscode.workspace.isTrusted) return;
    const shown = this.#shown();
    // With a model file in the editor its picture is likely to be wanted soon.
    for (const source of new Set([this.#current, ...shown].flatMap((session) => (session ? [session.source] : [])))) source.warmUp?.();
    for (const session of shown) {
      const mayRun = session.can("run") && (session.source.runsByItself?.(session.file) ?? true);
      if (mayRun && !session.hasRun && session.activity === "idle" && settings.runOnOpen(documentUri(session.file))) void session.run({ asked: false });
    }
  }

  /** Whether a view, tab or tree that the user sees shows the session. */
  isSeen(session: ModelSession): boolean {
    return this.#shown().has(session);
  }

  /** The sessions that the user can see. */
  #shown(): ReadonlySet<ModelSession> {
    return new Set([...this.#viewers].flatMap(({ visible, session }) => (visible && session ? [session] : [])));
  }

  /** Runs need not wait for the disk: they take the text from the editor. */
  #saving(document: vscode.TextDocument, asked: boolean): void {
    this.#saves.set(document, { version: document.version, asked });
    this.#runDependents(document, asked);
  }

  #saved(document: vscode.TextDocument): void {
    if (vscode.workspace.isTrusted && document === vscode.window.activeTextEditor?.document) this.#follow(document);
    // A formatter may have changed the text on its way.
    const save = this.#saves.get(document);
    if (save?.version !== document.version) this.#runDependents(document, save?.asked ?? false);
  }

  /** Runs every model file that has run or is shown, and that the document went into. */
  #runDependents(document: vscode.TextDocument, asked: boolean): void {
    if (!vscode.workspace.isTrusted) return;
    const shown = this.#shown();
    for (const session of this.#sessions.values()) {
      const mayRun = session.source.runsByItself?.(session.file) ?? true;
      const wanted = mayRun && session.source.runsOnSave && (session.hasRun || shown.has(session));
      if (!wanted || !session.dependsOn(documentKey(document.uri)) || !settings.runOnSave(documentUri(session.file))) continue;
      if (session.runsToEnd) void this.#offerToBeginAgain(session);
      else void session.run({ asked, onSave: true });
    }
  }

  /** A run that may take hours because the user wants its end is not ended by saving. */
  async #offerToBeginAgain(session: ModelSession): Promise<void> {
    if (this.#offered.has(session)) return;
    this.#offered.add(session);
    const again = vscode.l10n.t("Begin Again");
    const text = vscode.l10n.t("{0} runs to the end with the text that it began with.", vscode.workspace.asRelativePath(documentUri(session.file)));
    const picked = await vscode.window.showInformationMessage(text, again);
    this.#offered.delete(session);
    if (picked && this.#sessions.get(session.file) === session) await session.run({ asked: true, toEnd: true });
  }

  /** Ends the sessions that no view shows and no tab has open, and those whose source is gone. */
  #closeUnused(): void {
    const open = new Set<string>();
    for (const tab of vscode.window.tabGroups.all.flatMap((group) => group.tabs)) {
      if (tab.input instanceof vscode.TabInputText) open.add(documentKey(tab.input.uri));
      else if (tab.input instanceof vscode.TabInputTextDiff) open.add(documentKey(tab.input.modified));
      else if (tab.input instanceof vscode.TabInputNotebook) open.add(documentKey(tab.input.uri));
    }
    for (const viewer of this.#viewers) if (viewer.session) open.add(viewer.session.file);
    if (this.#current) open.add(this.#current.file);
    for (const [file, session] of this.#sessions) {
      if (open.has(file) && this.sources.all.includes(session.source)) continue;
      this.#sessions.delete(file);
      this.#closings.fire(session);
      session.dispose();
      session.source.close(file);
      if (this.#current !== session) continue;
      this.#current = null;
      this.#currentChanges.fire(null);
    }
  }

  #hearSources(): void {
    for (const source of this.sources.all) {
      if (this.#heard.has(source) || !source.onDidStart) continue;
      this.#heard.set(
        source,
        source.onDidStart(({ file, outcome, abort }) => void this.#open(file, source).follow(outcome, abort)),
      );
    }
    for (const [source, subscription] of this.#heard) {
      if (this.sources.all.includes(source)) continue;
      subscription.dispose();
      this.#heard.delete(source);
    }
  }
}

/** A view, tab or tree that shows a session. */
export interface Viewer {
  readonly session: ModelSession | null;
  readonly visible: boolean;
}
