import * as vscode from "vscode";
import { indexOf } from "../../describe/modelIndex.js";
import type { SourceLocation } from "../../protocol/index.js";
import { type Construction, constructionsIn, roleOfName } from "../code/constructions.js";
import { documentKey } from "../sources/documents.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { settings } from "../settings.js";
import type { Place, Subject } from "./hoverText.js";

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
  const register = (): vscode.Disposable =>
    vscode.Disposable.from(...sessions.sources.all.map(({ selector }) => vscode.languages.registerHoverProvider(selector, provider)));
  let registered = register();
  return vscode.Disposable.from(
    sessions.sources.onDidChange(() => {
      registered.dispose();
      registered = register();
    }),
    new vscode.Disposable(() => registered.dispose()),
  );
}

async function subjectAt(
  sessions: ModelSessions,
  document: vscode.TextDocument,
  position: vscode.Position,
  cancelled: vscode.CancellationToken,
): Promise<Found | undefined> {
  const file = documentKey(document.uri);
  const running = [...(sessions.current ? [sessions.current] : []), ...sessions.all].find((session) => session.sources?.has(file));
  if (!running) return notRun(sessions, document, position);

  const here = subjectOfDefinition(running, document, position);
  if (here) return here;
  // A mere use of a name says something about a model only if it means that model, and not another variable of the same name.
  const range = document.getWordRangeAtPosition(position);
  if (!range || !couldName(running, document.getText(range))) return undefined;
  const definitions = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
    "vscode.executeDefinitionProvider",
    document.uri,
    position,
  );
  for (const definition of definitions ?? []) {
    const [uri, target] =
      "targetUri" in definition ? [definition.targetUri, definition.targetSelectionRange ?? definition.targetRange] : [definition.uri, definition.range];
    if (cancelled.isCancellationRequested) return undefined;
    if (!running.sources?.has(documentKey(uri))) continue;
    const found = subjectOfDefinition(running, await vscode.workspace.openTextDocument(uri), target.start);
    if (found) return { subject: found.subject, range };
  }
  return undefined;
}

/** What stands at `position` if it is a definition: a `new` expression, a name it is assigned to, or a class. */
function subjectOfDefinition(session: ModelSession, document: vscode.TextDocument, position: vscode.Position): Found | undefined {
  const line = document.lineAt(position.line).text;
  const word = document.getWordRangeAtPosition(position);
  const direct = constructionsIn(line).find(({ start, end }) => start <= position.character && position.character < end);
  const name = word && document.getText(word);
  const role = word && name ? roleOfName(line, word.start.character, name) : undefined;

  if (role?.kind === "class") {
    const places = placesWhere(session, (place) => place.module.type === name);
    return places.length > 0 ? { subject: { kind: "places", session, places }, range: word! } : undefined;
  }
  const construction = direct ?? (role?.kind === "construction" ? role.construction : undefined);
  const lineThen = session.sources!.lineThen(document, position.line);
  const range = direct ? new vscode.Range(position.line, direct.start, position.line, direct.end) : word;
  if (!range) return undefined;
  if (lineThen === null) return construction && isModuleClass(session, construction) ? { subject: { kind: "edited", session }, range } : undefined;

  const here = { file: documentKey(document.uri), line: lineThen + 1 };
  const made = construction ? placesWhere(session, ({ module }) => isAt(module.location, here, construction)) : [];
  if (made.length > 0) return { subject: { kind: "places", session, places: made }, range };
  if (!word || direct) return undefined;
  // A variable that holds a model without making it on this line, e.g. `const net = build();`.
  const held = session.models.filter(({ location }) => isAt(location, here, { start: word.start.character, end: word.end.character }));
  return held.length > 0 ? { subject: { kind: "places", session, places: held.map((model) => ({ model, module: model.root })) }, range: word } : undefined;
}

function notRun(sessions: ModelSessions, document: vscode.TextDocument, position: vscode.Position): Found | undefined {
  const found = sessions.sources.of(document);
  if (!found?.source.run || !found.source.opensByItself(document)) return undefined;
  const { file } = found;
  const session = sessions.get(file);
  // While it runs, or after it failed without a model, the status bar and the Problems view say what there is to say.
  if (session?.hasRun || (session && session.activity !== "idle")) return undefined;
  const construction = constructionsIn(document.lineAt(position.line).text).find(({ start, end }) => start <= position.character && position.character < end);
  if (!construction || !/(?:^|\.)nn\.\w+$/.test(construction.callee)) return undefined;
  return { subject: { kind: "notRun", file }, range: new vscode.Range(position.line, construction.start, position.line, construction.end) };
}

function placesWhere(session: ModelSession, holds: (place: Place) => boolean): readonly Place[] {
  return session.models.flatMap((model) =>
    indexOf(model)
      .modules.map((module) => ({ model, module }))
      .filter(holds),
  );
}

/** Locations of constructor calls point at `new` or, through some source maps, at the class after it. */
function isAt(
  location: SourceLocation | null,
  { file, line }: { readonly file: string; readonly line: number },
  { start, end }: Pick<Construction, "start" | "end">,
): boolean {
  return location?.file === file && location.line === line && location.column - 1 >= start && location.column - 1 < end;
}

/** True when modules of the class were alive after the last run: an edited line that makes one is worth a word. */
function isModuleClass(session: ModelSession, { callee }: Construction): boolean {
  const type = callee.split(".").at(-1);
  return session.models.some((model) => indexOf(model).modules.some((module) => module.type === type));
}

function couldName(session: ModelSession, word: string): boolean {
  return session.models.some((model) => model.name === word || indexOf(model).modules.some(({ name, type }) => name === word || type === word));
}
