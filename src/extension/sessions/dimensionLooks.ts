import * as vscode from "vscode";
import type { ModelSnapshot } from "../../protocol/index.js";
import { changedValue, type ChangedLook, couldName, dimensionNames, nameDimensions, namesOf, sizeVariables } from "../code/dimensions.js";
import { documentKey, documentUri } from "../sources/documents.js";
import { unsavedTexts } from "../sources/runners.js";
import type { ModelSession } from "./modelSession.js";
import type { ModelSessions } from "./modelSessions.js";

/** Milliseconds without a change before it is looked for names: what is typed comes first. */
const rest = 1000;
/** Variables that are tried, and the milliseconds for all of them: a model that takes long keeps its numbers. */
const mostVariables = 8;
const longest = 4000;

/**
 * Finds what the axes of shapes are called: looks at a file again with one of its sizes changed, and sees which axes move. Done where hints are shown, while nothing
 * else goes on.
 */
export class DimensionLooks implements vscode.Disposable {
  readonly #changes = new vscode.EventEmitter<void>();
  /** Names were found. */
  readonly onDidChange = this.#changes.event;
  readonly #timers = new Map<ModelSession, NodeJS.Timeout>();
  readonly #tried = new WeakSet<ModelSnapshot>();
  readonly #subscriptions: vscode.Disposable;

  constructor(sessions: ModelSessions) {
    this.#subscriptions = vscode.Disposable.from(
      sessions.onDidClose((session) => this.#forget(session)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        for (const session of [...this.#timers.keys()]) if (session.dependsOn(documentKey(document.uri))) this.#wait(session);
      }),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
    for (const session of [...this.#timers.keys()]) this.#forget(session);
    this.#changes.dispose();
  }

  /** The hints of a session's models are shown. */
  want(session: ModelSession): void {
    if (session.source.look && vscode.workspace.isTrusted && !this.#timers.has(session) && this.#isNew(session)) this.#wait(session);
  }

  #wait(session: ModelSession): void {
    this.#forget(session);
    this.#timers.set(
      session,
      setTimeout(() => {
        this.#forget(session);
        void this.#look(session);
      }, rest),
    );
  }

  #forget(session: ModelSession): void {
    clearTimeout(this.#timers.get(session));
    this.#timers.delete(session);
  }

  #isNew({ models }: ModelSession): boolean {
    return models.some((model) => model.trace !== null && !this.#tried.has(model));
  }

  async #look(session: ModelSession): Promise<void> {
    const { models } = session;
    // Another text, or other models, are looked at when their hints are asked for.
    const isCurrent = (): boolean => session.models === models && session.activity === "idle" && !session.rewritten;
    if (!isCurrent() || !this.#isNew(session)) return;
    for (const model of models) this.#tried.add(model);
    const started = performance.now();
    const looks: { readonly variable: ChangedLook["variable"]; readonly models: readonly ModelSnapshot[] }[] = [];
    for (const { key, text, variable } of this.#variables(session)) {
      if (!isCurrent() || performance.now() - started > longest) break;
      const changed = `${text.slice(0, variable.start)}${changedValue(variable)}${text.slice(variable.end)}`;
      // A size that the model does not take otherwise names nothing.
      const found = await session.modelsOf(new Map([...unsavedTexts(), [key, changed]])).catch(() => []);
      looks.push({ variable, models: found });
    }
    if (!isCurrent()) return;
    for (const model of models) {
      const ofModel = looks.flatMap(({ variable, models: changed }): ChangedLook[] => {
        const same = changed.find(({ name }) => name === model.name);
        return same ? [{ variable, model: same }] : [];
      });
      nameDimensions(model, dimensionNames(model, ofModel));
    }
    if (models.some((model) => namesOf(model)?.axes.size)) this.#changes.fire();
  }

  #variables(session: ModelSession) {
    return vscode.workspace.textDocuments
      .filter(({ uri }) => session.dependsOn(documentKey(uri)) && uri.toString() === documentUri(documentKey(uri)).toString())
      .flatMap((document) => {
        const text = document.getText();
        return sizeVariables(text).map((variable) => ({ key: documentKey(document.uri), text, variable }));
      })
      .filter(({ variable }) => session.models.some((model) => couldName(variable, model)))
      .slice(0, mostVariables);
  }
}
