import * as vscode from "vscode";
import { formatPercent, formatShape, formatValue } from "../../describe/format.js";
import { sourceWord } from "../../describe/shapeSource.js";
import type { Operand } from "../../protocol/index.js";
import { isAssigned } from "../code/constructions.js";
import { statementValues, type StatementValue } from "../code/lineShapes.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { settings } from "../settings.js";
import { documentKey, openText } from "../sources/documents.js";
import { registerForSources } from "./providers.js";

/** Of more different ones the first are told, and that there are more. */
const most = 4;

/** Tells in hovers what a tensor of the last forward pass was: over a call in `forward`, over a name that is given its value, and over the uses of such a name. */
export function registerValueHover(sessions: ModelSessions): vscode.Disposable {
  const provider: vscode.HoverProvider = {
    async provideHover(document, position, cancelled) {
      const session = settings.hover(document.uri) ? sessions.madeFrom(document) : undefined;
      const word = document.getWordRangeAtPosition(position);
      if (!session || !word) return undefined;
      const values = valuesAt(session, document, word) ?? (await valuesOfDefinition(session, document, position, cancelled));
      const text = values && textOf(values);
      return text ? new vscode.Hover(new vscode.MarkdownString(text), word) : undefined;
    },
  };
  return registerForSources(sessions.sources, (selector) => vscode.languages.registerHoverProvider(selector, provider));
}

/** Null where the word neither is called nor gets a value in the last pass. */
function valuesAt({ code }: ModelSession, document: vscode.TextDocument, word: vscode.Range): readonly StatementValue[] | null {
  const { line, character: start } = word.start;
  const text = openText(document);
  const called = code?.at(text, line, { start, end: word.end.character })?.calls ?? [];
  if (called.length > 0) return called.map(({ model, step: { outputs } }) => ({ model, outputs }));
  if (!isAssigned(document.lineAt(line).text, start)) return null;
  const values = statementValues(code?.at(text, line)?.calls ?? []);
  return values.length > 0 ? values : null;
}

async function valuesOfDefinition(
  session: ModelSession,
  document: vscode.TextDocument,
  position: vscode.Position,
  cancelled: vscode.CancellationToken,
): Promise<readonly StatementValue[] | null> {
  // Only a line that took part in a pass has such a name.
  if ((session.code?.at(openText(document), position.line)?.calls ?? []).length === 0) return null;
  const found = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>("vscode.executeDefinitionProvider", document.uri, position);
  for (const definition of found) {
    if (cancelled.isCancellationRequested) return null;
    const [uri, range] =
      "targetUri" in definition ? [definition.targetUri, definition.targetSelectionRange ?? definition.targetRange] : [definition.uri, definition.range];
    if (documentKey(uri) !== documentKey(document.uri)) continue;
    const word = document.getWordRangeAtPosition(range.start);
    const values = word && valuesAt(session, document, word);
    if (values) return values;
  }
  return null;
}

/** "2×8 float32, mean 0.1, std 0.5 (recorded)", each different one on a line; null where it gave no tensor. */
function textOf(values: readonly StatementValue[]): string | null {
  const lines = new Set(values.flatMap(({ model, outputs }) => outputs.map((output) => lineOf({ model, outputs }, output))));
  const shown = [...lines].slice(0, most);
  if (shown.length === 0) return null;
  return [...shown, ...(lines.size > most ? [vscode.l10n.t("and {0} more", lines.size - most)] : [])].join("  \n");
}

function lineOf({ model }: StatementValue, { value, label }: Operand): string {
  const { shape, dtype, statistics } = model.trace!.values[value]!;
  const facts = [
    ...(statistics?.finite ? [vscode.l10n.t("mean {0}, std {1}", formatValue(statistics.finite.mean), formatValue(statistics.finite.std))] : []),
    ...(statistics && statistics.zeros > 0 ? [vscode.l10n.t("{0} zeros", formatPercent(statistics.zeros))] : []),
    ...(statistics && statistics.nonFinite > 0 ? [vscode.l10n.t("{0} not finite", formatPercent(statistics.nonFinite))] : []),
  ];
  return `${label === "" ? "" : `\`${label}\` `}**${formatShape(shape)}** ${dtype}${facts.map((fact) => ` · ${fact}`).join("")} (${sourceWord(model.trace!)})`;
}
