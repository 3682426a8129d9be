import * as vscode from "vscode";
import { parametersText } from "../../describe/counts.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";

/** Says in the status bar what the current model file is doing, and how many parameters its models have. */
export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem("layerscope.status", vscode.StatusBarAlignment.Right, 90);
  readonly #subscriptions: vscode.Disposable[];
  /** Since when something is under way, and the clock that says for how long. */
  #busy: { readonly session: ModelSession; readonly since: number; readonly clock: NodeJS.Timeout } | null = null;

  constructor(sessions: ModelSessions) {
    this.#item.name = "Layerscope";
    this.#item.command = "layerscope.openModelView";
    this.#subscriptions = [
      this.#item,
      sessions.onDidChangeCurrent((session) => this.#show(session)),
      sessions.onDidChange(({ session }) => {
        if (session === sessions.current) this.#show(session);
      }),
    ];
    this.#show(sessions.current);
  }

  dispose(): void {
    this.#time(null);
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #show(session: ModelSession | null): void {
    if (!session) {
      this.#item.hide();
      return;
    }
    const { icon, text, detail, failed } = describe(session);
    this.#time(session.activity === "idle" ? null : session);
    const seconds = this.#busy ? Math.floor((Date.now() - this.#busy.since) / 1000) : 0;
    this.#item.text = seconds > 0 ? `$(${icon}) ${vscode.l10n.t("{0} {1} s", text, seconds)}` : `$(${icon}) ${text}`;
    this.#item.tooltip = `Layerscope: ${detail}`;
    this.#item.accessibilityInformation = { label: `Layerscope: ${text}. ${detail}` };
    this.#item.backgroundColor = failed ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    this.#item.show();
  }

  /** Counts the seconds of what `session` does; null: of nothing. */
  #time(session: ModelSession | null): void {
    if (this.#busy?.session === session) return;
    if (this.#busy) clearInterval(this.#busy.clock);
    this.#busy = session && { session, since: Date.now(), clock: setInterval(() => this.#show(session), 1000) };
  }
}

function describe(session: ModelSession): { readonly icon: string; readonly text: string; readonly detail: string; readonly failed?: boolean } {
  const file = vscode.workspace.asRelativePath(session.file, false);
  const models = session.models.map(({ name, totals }) => `${name}: ${parametersText(totals.parameters)}`);
  const { shown } = session;
  const picture = shown ? `${shown.name}: ${parametersText(shown.totals.parameters)}` : "";
  if (!vscode.workspace.isTrusted) return { icon: "shield", text: "Layerscope", detail: vscode.l10n.t("Nothing runs in Restricted Mode.") };
  switch (session.activity) {
    case "running":
      return { icon: "loading~spin", text: vscode.l10n.t("Running"), detail: vscode.l10n.t("Running {0}", file) };
    case "forward":
      return { icon: "loading~spin", text: vscode.l10n.t("Forward pass"), detail: vscode.l10n.t("Running a forward pass") };
    case "reinitialize":
      return { icon: "loading~spin", text: vscode.l10n.t("Reinitializing"), detail: vscode.l10n.t("Reinitializing") };
    case "idle":
  }
  if (session.failure?.kind === "cancelled") return { icon: "debug-stop", text: vscode.l10n.t("Stopped"), detail: vscode.l10n.t("{0} was stopped", file) };
  if (session.failure) return { icon: "error", text: vscode.l10n.t("Failed"), detail: session.failure.message, failed: true };
  if (!session.hasRun) return { icon: "type-hierarchy-sub", text: vscode.l10n.t("Not run"), detail: vscode.l10n.t("{0} has not been run yet", file) };
  if (models.length === 0) return { icon: "type-hierarchy-sub", text: vscode.l10n.t("No model"), detail: vscode.l10n.t("{0} builds no model", file) };
  if (session.lookEnd !== null) return { icon: "eye", text: picture, detail: session.lookEnd };
  if (session.stale) return { icon: "history", text: picture, detail: vscode.l10n.t("{0} changed since it ran", file) };
  return { icon: "type-hierarchy-sub", text: picture, detail: models.join("\n") };
}
