import * as vscode from "vscode";
import { withoutSpace } from "../code/ranTexts.js";
import { settings } from "../settings.js";
import { documentKey, documentUri } from "../sources/documents.js";
import type { ModelSession } from "./modelSession.js";
import type { ModelSessions } from "./modelSessions.js";

/** Milliseconds after the last keystroke: until the text is evaluated, and until it is read ahead of that. */
const rest = 100;
const restToRead = 50;

/** Has sessions look at their files while they are typed: what is shown follows the text before it is saved. */
export class Looks implements vscode.Disposable {
  readonly #timers = new Map<ModelSession, NodeJS.Timeout>();
  /** The texts that a session looked at last, without white space. */
  readonly #seen = new WeakMap<ModelSession, string>();
  readonly #subscription: vscode.Disposable;

  constructor(sessions: ModelSessions) {
    this.#subscription = vscode.Disposable.from(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0) return;
        const key = documentKey(document.uri);
        for (const session of sessions.all) if (session.dependsOn(key)) this.#wait(session);
      }),
      sessions.onDidChange(({ session, change }) => {
        // What was typed while it ran.
        if (change.kind === "state" && change.ran) this.#wait(session);
      }),
      sessions.onDidClose((session) => this.#forget(session)),
    );
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const session of [...this.#timers.keys()]) this.#forget(session);
  }

  #wait(session: ModelSession): void {
    this.#forget(session);
    if (!session.source.look || !vscode.workspace.isTrusted || !settings.lookWhileTyping(documentUri(session.file))) return;
    const read = (): void => {
      if (this.#unseen(session) !== null) session.source.prepareLook?.(session.file);
      this.#timers.set(
        session,
        setTimeout(() => this.#look(session), rest - restToRead),
      );
    };
    this.#timers.set(session, setTimeout(read, restToRead));
  }

  #look(session: ModelSession): void {
    this.#forget(session);
    const texts = this.#unseen(session);
    if (texts === null) return;
    this.#seen.set(session, texts);
    void session.look();
  }

  /** The texts, without white space, that are to be looked at; null where there is nothing new in them, or no time. */
  #unseen(session: ModelSession): string | null {
    // A run that is under way comes first; its end is heard of.
    if (!session.hasRun || session.activity !== "idle" || !session.rewritten) return null;
    const open = vscode.workspace.textDocuments.filter(({ uri }) => session.dependsOn(documentKey(uri)));
    const texts = withoutSpace(open.map((document) => document.getText()).join("\0"));
    return this.#seen.get(session) === texts ? null : texts;
  }

  #forget(session: ModelSession): void {
    clearTimeout(this.#timers.get(session));
    this.#timers.delete(session);
  }
}
