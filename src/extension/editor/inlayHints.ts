import * as vscode from "vscode";
import { formatCompact, formatCount } from "../../describe/format.js";
import { type LineShapes, lineShapes } from "../code/lineShapes.js";
import { DimensionLooks } from "../sessions/dimensionLooks.js";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { settings } from "../settings.js";
import { openText } from "../sources/documents.js";
import { MeaningChanges, registerForSources } from "./providers.js";

/** Shows at the end of lines what the last run gave there: shapes, and parameters where they are asked for. Lines that were edited since have none. */
export function registerInlayHints(sessions: ModelSessions): vscode.Disposable {
  const names = new DimensionLooks(sessions);
  const changes = new MeaningChanges(sessions, settings.inlayHintsChanged, names.onDidChange);
  const provider: vscode.InlayHintsProvider = {
    onDidChangeInlayHints: changes.onDidChange,
    provideInlayHints(document, range, cancelled) {
      const shown = settings.inlayHints(document.uri);
      if (!shown.layers && !shown.statements && !shown.parameters) return [];
      const session = sessions.madeFrom(document);
      const code = session?.code;
      if (!code) return [];
      if (shown.names) names.want(session);
      const text = openText(document);
      const hints: vscode.InlayHint[] = [];
      for (let line = range.start.line; line <= range.end.line && !cancelled.isCancellationRequested; line++) {
        const meaning = code.at(text, line);
        if (!meaning || (meaning.modules.length === 0 && meaning.calls.length === 0)) continue;
        hints.push(...hintsOf(lineShapes(meaning), shown, document.lineAt(line).range.end));
      }
      return hints;
    },
  };
  return vscode.Disposable.from(
    names,
    changes,
    registerForSources(sessions.sources, (selector) => vscode.languages.registerInlayHintsProvider(selector, provider)),
  );
}

function hintsOf(
  { layers, statement, parameters }: LineShapes,
  shown: ReturnType<typeof settings.inlayHints>,
  end: vscode.Position,
): readonly vscode.InlayHint[] {
  const hint = (label: string, tooltip: string): vscode.InlayHint => {
    const made = new vscode.InlayHint(end, label, vscode.InlayHintKind.Type);
    made.paddingLeft = true;
    made.tooltip = tooltip;
    return made;
  };
  return [
    ...(statement !== null && shown.statements ? [hint(statement, vscode.l10n.t("Shape in the last forward pass"))] : []),
    // A line that both makes and calls says what came out of it once.
    ...(layers !== null && statement === null && shown.layers
      ? [hint(`→ ${layers}`, vscode.l10n.t("Shape that the layer gave in the last forward pass"))]
      : []),
    ...(parameters !== null && shown.parameters
      ? [hint(vscode.l10n.t("{0} params", formatCompact(parameters)), vscode.l10n.t("{0} parameters", formatCount(parameters)))]
      : []),
  ];
}
