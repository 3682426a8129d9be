import * as vscode from "vscode";
import { parametersText } from "../../describe/counts.js";
import { formatBytes, formatCount } from "../../describe/format.js";
import { indexOf } from "../../describe/modelIndex.js";
import { shapesText } from "../../describe/shapes.js";
import type { ModelSnapshot } from "../../protocol/index.js";
import type { ModuleReference } from "../ask/target.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { settings } from "../settings.js";
import { documentKey, openText } from "../sources/documents.js";
import { classDeclaredIn } from "../code/constructions.js";
import { MeaningChanges, registerForSources } from "./providers.js";

/** Above every model: how many parameters it has, what goes in and comes out, its memory; and what can be done with it. */
export function registerCodeLenses(sessions: ModelSessions): vscode.Disposable {
  const changes = new MeaningChanges(sessions, settings.codeLensChanged);
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changes.onDidChange,
    provideCodeLenses(document) {
      const session = settings.codeLens(document.uri) ? sessions.madeFrom(document) : undefined;
      if (!session) return [];
      const ofModels = modelLenses(session, document);
      return [...ofModels, ...classLenses(session, document, new Set(ofModels.map(({ range }) => range.start.line)))];
    },
  };
  return vscode.Disposable.from(
    changes,
    registerForSources(sessions.sources, (selector) => vscode.languages.registerCodeLensProvider(selector, provider)),
  );
}

function modelLenses(session: ModelSession, document: vscode.TextDocument): vscode.CodeLens[] {
  const key = documentKey(document.uri);
  const text = openText(document);
  const byLine = new Map<number, ModelSnapshot[]>();
  for (const model of session.models) {
    const now = model.location?.file === key ? session.code?.now(text, model.location) : undefined;
    if (now?.exact) byLine.set(now.position.line, [...(byLine.get(now.position.line) ?? []), model]);
  }
  return [...byLine].flatMap(([line, models]) => {
    const range = new vscode.Range(line, 0, line, 0);
    // A loop may make many on one line: the first stands for them.
    const [model] = models as [ModelSnapshot];
    const reference: ModuleReference = { file: session.file, model: model.name, path: "" };
    const lens = (title: string, command: string, tooltip?: string): vscode.CodeLens =>
      new vscode.CodeLens(range, { title, command, arguments: [reference], ...(tooltip && { tooltip }) });
    const more = models.length > 1 ? ` ${vscode.l10n.t("(and {0} more models)", formatCount(models.length - 1))}` : "";
    return [
      lens(`${modelText(model)}${more}`, "layerscope.select", vscode.l10n.t("Reveal in Model View")),
      ...(session.can("reinitialize") ? [lens(vscode.l10n.t("Reinitialize"), "layerscope.reinitialize")] : []),
      ...(session.can("forward") && model.hasForward ? [lens(vscode.l10n.t("Run Forward"), "layerscope.forward")] : []),
    ];
  });
}

/** "49 parameters · 2×4 → 2×1 · 196 B". */
function modelText(model: ModelSnapshot): string {
  const { trace, totals } = model;
  const shapes = (of: "inputs" | "outputs"): string => (trace && shapesText(model, trace[of])) || "?";
  return [
    parametersText(totals.parameters),
    ...(trace ? [trace.failure ? vscode.l10n.t("forward failed") : `${shapes("inputs")} → ${shapes("outputs")}`] : []),
    formatBytes(totals.parameterBytes + totals.bufferBytes),
  ].join(" · ");
}

/** Above a class whose modules are in the models: how many there are, and the parameters of one. `told`: lines where a model says so of itself. */
function classLenses(session: ModelSession, document: vscode.TextDocument, told: ReadonlySet<number>): vscode.CodeLens[] {
  const found: vscode.CodeLens[] = [];
  for (let line = 0; line < document.lineCount; line++) {
    const name = classDeclaredIn(document.lineAt(line).text);
    if (name === null) continue;
    const places = session.code!.placesOf(name);
    const [first] = places;
    if (!first) continue;
    const modules = new Set(places.map(({ model, module }) => `${module.identity} ${model.name}`)).size;
    // The one that an exported class was made into.
    if (modules === 1 && told.has(line)) continue;
    const counts = new Set(places.map(({ model, module }) => indexOf(model).totals(module.path).parameters));
    const each =
      counts.size === 1
        ? parametersText([...counts][0]!)
        : vscode.l10n.t("{0} to {1} parameters", ...[Math.min(...counts), Math.max(...counts)].map(formatCount));
    const title = modules === 1 ? each : vscode.l10n.t("{0} modules of {1}", formatCount(modules), each);
    const reference: ModuleReference = { file: session.file, model: first.model.name, path: first.module.path };
    found.push(new vscode.CodeLens(new vscode.Range(line, 0, line, 0), { title, command: "layerscope.select", arguments: [reference] }));
  }
  return found;
}
