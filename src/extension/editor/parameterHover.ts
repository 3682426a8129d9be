import * as vscode from "vscode";
import { accessAt, initializedBy, type NamedTensor, tensorsAt } from "../code/parameterAccess.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { settings } from "../settings.js";
import { documentKey, openText } from "../sources/documents.js";
import { registerForSources } from "./providers.js";

/** Tells in hovers what a parameter is, where code gets at it (`net[0].weight`), and what a call of nn.init filled, by which formula with which numbers. */
export function registerParameterHover(sessions: ModelSessions): vscode.Disposable {
  const provider: vscode.HoverProvider = {
    async provideHover(document, position) {
      const session = settings.hover(document.uri) ? sessions.madeFrom(document) : undefined;
      const word = document.getWordRangeAtPosition(position);
      const found = session && word ? await tensorsOf(session, document, word) : [];
      if (!session || !word || found.length === 0) return undefined;
      const { explainParameters } = await import("./parameterText.js");
      return new vscode.Hover(explainParameters(session, found), word);
    },
  };
  return registerForSources(sessions.sources, (selector) => vscode.languages.registerHoverProvider(selector, provider));
}

async function tensorsOf(session: ModelSession, document: vscode.TextDocument, word: vscode.Range): Promise<readonly NamedTensor[]> {
  const { code, models } = session;
  const { line } = word.start;
  if (!code) return [];
  const filled = initializedBy(code, openText(document), line, document.getText(word));
  if (filled.length > 0) return filled;
  const access = accessAt(document.lineAt(line).text, { start: word.start.character, end: word.end.character });
  if (!access) return [];
  const above = Array.from({ length: line + 1 }, (_, each) => document.lineAt(each).text);
  const found = tensorsAt(code, models, access, above);
  if (found.length === 0 || access.root === "this" || access.root === "self") return found;
  // Another variable of the same name is not the model.
  const definitions = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
    "vscode.executeDefinitionProvider",
    document.uri,
    new vscode.Position(line, access.column),
  );
  const lines = (definitions ?? []).map((definition) =>
    "targetUri" in definition
      ? { key: documentKey(definition.targetUri), line: (definition.targetSelectionRange ?? definition.targetRange).start.line }
      : { key: documentKey(definition.uri), line: definition.range.start.line },
  );
  return found.filter(({ model: { location } }) => {
    if (!location || location.file !== documentKey(document.uri) || lines.length === 0) return true;
    const now = code.now(openText(document), location).position.line;
    return lines.some(({ key, line: defined }) => key === location.file && defined === now);
  });
}
