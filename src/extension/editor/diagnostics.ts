import * as vscode from "vscode";
import { isFailureOfPass, placeOfFailure } from "../../describe/failure.js";
import { indexOf } from "../../describe/modelIndex.js";
import type { Failure, SourceLocation } from "../../protocol/index.js";
import type { CodeIndex } from "../code/codeIndex.js";
import { documentUri, openText } from "../sources/documents.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";

/** Puts what failed into the Problems view: runs that ended early, and forward passes that threw. */
export class Diagnostics implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection("layerscope");
  readonly #subscriptions: vscode.Disposable[];
  readonly #found = new Map<ModelSession, readonly Problem[]>();

  constructor(sessions: ModelSessions) {
    this.#subscriptions = [
      this.#collection,
      sessions.onDidChange(({ session, change }) => {
        // Between runs the editor moves the marks along with the text.
        if ((change.kind === "state" && change.ran) || change.kind === "model") this.#set(session, problems(session));
      }),
      sessions.onDidClose((session) => this.#set(session, [])),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #set(session: ModelSession, problems: readonly Problem[]): void {
    this.#found.set(session, problems);
    if (problems.length === 0) this.#found.delete(session);
    // A file that two sessions run may have problems from both.
    const files = new Map<string, [vscode.Uri, vscode.Diagnostic[]]>();
    for (const [uri, diagnostic] of [...this.#found.values()].flat()) {
      const key = uri.toString();
      files.set(key, [uri, [...(files.get(key)?.[1] ?? []), diagnostic]]);
    }
    this.#collection.clear();
    this.#collection.set([...files.values()]);
  }
}

type Problem = readonly [vscode.Uri, vscode.Diagnostic];

function problems({ file, failure, models, code }: ModelSession): readonly Problem[] {
  const ofRun = failure && failure.kind !== "cancelled" ? ofFailure(file, failure) : null;
  const found: Problem[] = ofRun ? [ofRun] : [];
  for (const model of models) {
    const thrown = model.trace?.failure;
    if (!thrown) continue;
    const place = placeOfFailure(thrown, model) ?? { file, line: 1, column: 1 };
    // What ended the run is not said a second time.
    const known = failure !== null && isFailureOfPass(failure, model) ? ofRun : null;
    const own = known ?? problem(place, vscode.l10n.t("Forward pass of {0}: {1}", model.name, thrown.message), code);
    if (!known) found.push(own);
    const made = indexOf(model).moduleOf(thrown.step);
    if (made?.location) {
      own[1].relatedInformation = [
        new vscode.DiagnosticRelatedInformation(toLocation(made.location, code), vscode.l10n.t("{0} ({1}) was made here", made.path || model.name, made.type)),
        ...(own[1].relatedInformation ?? []),
      ];
    }
  }
  return found;
}

function ofFailure(file: string, failure: Failure): Problem {
  const message = failure.hint === null ? failure.message : `${failure.message}\n${failure.hint}`;
  const place = failure.location ?? { file, line: 1, column: 1 };
  const found = problem(place, message, null);
  found[1].relatedInformation = failure.stack
    .filter(({ location }) => location.file !== place.file || location.line !== place.line)
    .map((frame) => {
      const name = frame.function || vscode.l10n.t("top level");
      return new vscode.DiagnosticRelatedInformation(toLocation(frame.location, null), vscode.l10n.t("called from {0}", name));
    });
  return found;
}

function problem(place: SourceLocation, message: string, code: CodeIndex | null): Problem {
  const { uri, range } = toLocation(place, code);
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
  diagnostic.source = "Layerscope";
  return [uri, diagnostic];
}

/** From the location to the end of its line: an error names a point, and a point cannot be seen. */
function toLocation(place: SourceLocation, code: CodeIndex | null): vscode.Location {
  const uri = documentUri(place.file);
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  const now = document && code?.now(openText(document), place).position;
  const start = new vscode.Position(now?.line ?? place.line - 1, now?.character ?? place.column - 1);
  const end = document && start.line < document.lineCount ? document.lineAt(start.line).range.end : start;
  return new vscode.Location(uri, new vscode.Range(start, end.isAfter(start) ? end : start.translate(0, 1)));
}
