import * as vscode from "vscode";
import { namesOf } from "../code/dimensions.js";
import { isAssigned } from "../code/constructions.js";
import { statementValues, type StatementValue } from "../code/lineShapes.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { settings } from "../settings.js";
import { documentKey, openText } from "../sources/documents.js";
import { registerForSources } from "./providers.js";

/** Tells in hovers what a tensor of the last forward pass was: over a call in `forward`, over a name that is given its value, and over the uses of such a name. */
export function registerValueHover(sessions: ModelSessions): vscode.Disposable {
  const provider: vscode.HoverProvider = {
    async provideHover(document, position, cancelled) {
      const session = settings.hover(document.uri) ? sessions.madeFrom(document) : undefined;
      const word = document.getWordRangeAtPosition(position);
      if (!session || !word) return undefined;
      const values = valuesAt(session, document, word) ?? (await valuesOfDefinition(session, document, position, cancelled));
      const variable = document.getText(word);
      const isDimension = !values && session.models.some((model) => namesOf(model)?.variables.has(variable));
      if (!values && !isDimension) return undefined;
      const { explainDimension, explainValues } = await import("./valueText.js");
      if (!values) return new vscode.Hover(explainDimension(session.models, variable)!, word);
      const text = explainValues(session, values, { uri: document.uri.toString(), line: word.start.line, character: word.start.character });
      return text && new vscode.Hover(text, word);
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
