import { basename } from "node:path";
import * as vscode from "vscode";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";

/** Milliseconds after which the user is told, and can cancel. */
const patience = 1000;

/** Shows a notification with a cancel button for whatever a session does that takes longer than a second, where no view is in sight that says so. */
export function showProgress(sessions: ModelSessions): vscode.Disposable {
  const waiting = new Map<ModelSession, NodeJS.Timeout>();
  const clear = (session: ModelSession): void => {
    clearTimeout(waiting.get(session));
    waiting.delete(session);
  };
  const subscription = sessions.onDidChange(({ session, change }) => {
    if (session.activity === "idle") clear(session);
    else if (change.kind === "activity") {
      clear(session);
      waiting.set(
        session,
        setTimeout(() => sessions.isSeen(session) || notify(session), patience),
      );
    }
  });
  return new vscode.Disposable(() => {
    subscription.dispose();
    for (const session of [...waiting.keys()]) clear(session);
  });
}

function notify(session: ModelSession): void {
  const { activity } = session;
  if (activity === "idle") return;
  const file = basename(session.file);
  const title = {
    running: vscode.l10n.t("Running {0}", file),
    forward: vscode.l10n.t("Running a forward pass of {0}", file),
    reinitialize: vscode.l10n.t("Reinitializing {0}", file),
  }[activity];
  void vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: session.can("stop") }, (_progress, cancelled) => {
    cancelled.onCancellationRequested(() => session.stop());
    return new Promise<void>((resolve) => {
      const subscription = session.onDidChange(() => {
        if (session.activity === activity) return;
        subscription.dispose();
        resolve();
      });
    });
  });
}
