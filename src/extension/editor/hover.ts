import * as vscode from "vscode";
import { constructionsIn } from "../code/constructions.js";
import { documentKey, openText } from "../sources/documents.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { settings } from "../settings.js";
import type { Subject } from "./hoverText.js";
import { registerForSources } from "./providers.js";

interface Found {
  readonly subject: Subject;
  readonly range: vscode.Range;
}

/** Explains model definitions in hovers. */
export function registerHover(sessions: ModelSessions): vscode.Disposable {
  const provider: vscode.HoverProvider = {
    async provideHover(document, position, cancelled) {
      if (!settings.hover(document.uri)) return undefined;
      const found = await subjectAt(sessions, document, position, cancelled);
      if (!found || cancelled.isCancellationRequested) return undefined;
      const { explain } = await import("./hoverText.js");
      return new vscode.Hover(explain(found.subject), found.range);
    },
  };
  return registerForSources(sessions.sources, (selector) => vscode.languages.registerHoverProvider(selector, provider));
}

async function subjectAt(
  sessions: ModelSessions,
  document: vscode.TextDocument,
  position: vscode.Position,
  cancelled: vscode.CancellationToken,
): Promise<Found | undefined> {
  const running = sessions.madeFrom(document);
  if (!running) return notRun(sessions, document, position);

  const here = subjectOfDefinition(running, document, position);
  if (here) return here;
  // A mere use of a name says something about a model only if it means that model, and not another variable of the same name.
  const range = document.getWordRangeAtPosition(position);
  if (!range || !running.code?.couldName(document.getText(range))) return undefined;
  const definitions = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
    "vscode.executeDefinitionProvider",
    document.uri,
    position,
  );
  for (const definition of definitions ?? []) {
    const [uri, target] =
      "targetUri" in definition ? [definition.targetUri, definition.targetSelectionRange ?? definition.targetRange] : [definition.uri, definition.range];
    if (cancelled.isCancellationRequested) return undefined;
    if (!running.code?.has(documentKey(uri))) continue;
    const found = subjectOfDefinition(running, await vscode.workspace.openTextDocument(uri), target.start);
    if (found) return { subject: found.subject, range };
  }
  return undefined;
}

function subjectOfDefinition(session: ModelSession, document: vscode.TextDocument, position: vscode.Position): Found | undefined {
  const word = document.getWordRangeAtPosition(position);
  const found = session.code?.definitionAt(
    openText(document),
    position,
    document.lineAt(position.line).text,
    word ? { start: word.start.character, end: word.end.character } : null,
  );
  if (!found) return undefined;
  const range = new vscode.Range(position.line, found.span.start, position.line, found.span.end);
  return { subject: found.kind === "edited" ? { kind: "edited", session } : { kind: "places", session, places: found.places }, range };
}

function notRun(sessions: ModelSessions, document: vscode.TextDocument, position: vscode.Position): Found | undefined {
  const found = sessions.sources.of(document);
  if (!found?.source.run || !found.source.opensByItself(document)) return undefined;
  const { file } = found;
  const session = sessions.get(file);
  // While it runs, or after it failed without a model, the status bar and the Problems view say what there is to say.
  if (session?.hasRun || (session && session.activity !== "idle")) return undefined;
  const construction = constructionsIn(document.lineAt(position.line).text, openText(document).language).find(
    ({ start, end }) => start <= position.character && position.character < end,
  );
  if (!construction || !/(?:^|\.)nn\.\w+$/.test(construction.callee)) return undefined;
  return { subject: { kind: "notRun", file }, range: new vscode.Range(position.line, construction.start, position.line, construction.end) };
}
