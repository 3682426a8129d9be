import * as vscode from "vscode";
import type { ModelSessions } from "../sessions/modelSessions.js";
import type { ModelSource } from "../sources/modelSource.js";
import type { ModelSources } from "../sources/modelSources.js";

/** Registers a provider for the documents of every source, or of those that `isWanted` takes; those too that are added later. */
export function registerForSources(
  sources: ModelSources,
  register: (selector: vscode.DocumentSelector) => vscode.Disposable,
  isWanted: (source: ModelSource) => boolean = () => true,
): vscode.Disposable {
  const registerAll = (): vscode.Disposable => vscode.Disposable.from(...sources.all.filter(isWanted).map(({ selector }) => register(selector)));
  let registered = registerAll();
  return vscode.Disposable.from(
    sources.onDidChange(() => {
      registered.dispose();
      registered = registerAll();
    }),
    new vscode.Disposable(() => void registered.dispose()),
  );
}

/** Says when a provider has to be asked again: what the code of some document means may have changed, or the settings of what is shown of it. */
export class MeaningChanges implements vscode.Disposable {
  readonly #changes = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changes.event;
  readonly #subscriptions: vscode.Disposable;

  /** `other`: fires too when it has to be asked again. */
  constructor(sessions: ModelSessions, isSettingOf: (event: vscode.ConfigurationChangeEvent) => boolean, other?: vscode.Event<void>) {
    const fire = (): void => this.#changes.fire();
    this.#subscriptions = vscode.Disposable.from(
      this.#changes,
      sessions.onDidChange(({ change }) => {
        if ((change.kind === "state" && change.ran) || change.kind === "model") fire();
      }),
      ...(other ? [other(fire)] : []),
      sessions.onDidChangeCurrent(fire),
      sessions.onDidClose(fire),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (isSettingOf(event)) fire();
      }),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}
