import * as vscode from "vscode";
import { isFailureOfPass } from "../../describe/failure.js";
import type { Finding } from "../../describe/findings/finding.js";
import { formatCount } from "../../describe/format.js";
import { indexOf } from "../../describe/modelIndex.js";
import type { Failure, FindingSeverity, ModelSnapshot, SourceLocation } from "../../protocol/index.js";
import type { CodeIndex } from "../code/codeIndex.js";
import { findingsIn, findingText } from "../findings.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { currentLocation } from "./locations.js";

/** Tells our problems from those of others. */
export const diagnosticSource = "Layerscope";

/** Puts runs that ended early, and findings about models, into the Problems view. */
export class Diagnostics implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection("layerscope");
  readonly #subscriptions: vscode.Disposable[];
  readonly #found = new Map<ModelSession, readonly Problem[]>();

  constructor(sessions: ModelSessions) {
    this.#subscriptions = [
      this.#collection,
      sessions.onDidChange(({ session, change }) => {
        // Between runs the editor moves the marks along with the text.
        if ((change.kind === "state" && change.ran) || change.kind === "model" || change.kind === "findings") this.#set(session, problems(session));
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

function problems(session: ModelSession): readonly Problem[] {
  const { file, models, code } = session;
  // What was stopped, or Layerscope lacks, is no fault of the code: the view says it.
  const failure = session.failure && session.failure.kind !== "cancelled" && session.failure.kind !== "lacking" ? session.failure : null;
  // What ended the run is not said a second time.
  let isTold = failure === null;
  const found: Problem[] = [];
  for (const model of models) {
    for (const { finding, more } of byLine(findingsIn(session, model).all, model)) {
      const { place, severity } = finding;
      const ended = failure && place.step === model.trace?.failure?.step && isFailureOfPass(failure, model) ? failure : null;
      isTold ||= ended !== null;
      const text = more === 0 ? findingText(finding) : `${findingText(finding)} ${vscode.l10n.t("The same holds in {0} more places.", formatCount(more))}`;
      const location = finding.location ?? model.location ?? { file, line: 1, column: 1 };
      const own = problem(location, ended?.hint ? `${text}\n${ended.hint}` : text, code, severities[severity]);
      own[1].code = finding.code;
      found.push(own);
      const made = indexOf(model).module(place.path);
      const related = [
        ...(made?.location ? [{ location: made.location, text: vscode.l10n.t("{0} ({1}) was made here", made.path || model.name, made.type) }] : []),
        ...finding.related,
        ...(ended ? callsOf(ended) : []),
      ];
      own[1].relatedInformation = relatedInformation(related, location, code);
    }
  }
  if (failure && !isTold) found.unshift(ofFailure(file, failure));
  return found;
}

interface Related {
  readonly text: string;
  readonly location: SourceLocation;
}

/** Each line once, the one of the problem itself left out. */
function relatedInformation(related: readonly Related[], own: SourceLocation, code: CodeIndex | null): vscode.DiagnosticRelatedInformation[] {
  const told = [own];
  return related.flatMap(({ text, location }) => {
    if (told.some((other) => isSameLine(other, location))) return [];
    told.push(location);
    return [new vscode.DiagnosticRelatedInformation(currentLocation(location, code), text)];
  });
}

function callsOf({ stack }: Failure): readonly Related[] {
  return stack.map((frame) => ({ location: frame.location, text: vscode.l10n.t("called from {0}", frame.function || vscode.l10n.t("top level")) }));
}

const severities: Readonly<Record<FindingSeverity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** A loop that makes many layers has one line for all of them: the first finding of a kind there stands for the others. */
function byLine(findings: readonly Finding[], model: ModelSnapshot): Iterable<{ readonly finding: Finding; readonly more: number }> {
  const lines = new Map<string, { finding: Finding; more: number }>();
  for (const finding of findings) {
    const { file, line } = finding.location ?? model.location ?? { file: "", line: 1 };
    const key = `${finding.code} ${line} ${file}`;
    const known = lines.get(key);
    if (known) known.more++;
    else lines.set(key, { finding, more: 0 });
  }
  return lines.values();
}

function isSameLine(a: SourceLocation, b: SourceLocation): boolean {
  return a.file === b.file && a.line === b.line;
}

function ofFailure(file: string, failure: Failure): Problem {
  const message = failure.hint === null ? failure.message : `${failure.message}\n${failure.hint}`;
  const place = failure.location ?? { file, line: 1, column: 1 };
  const found = problem(place, message, null);
  found[1].relatedInformation = relatedInformation(callsOf(failure), place, null);
  return found;
}

function problem(place: SourceLocation, message: string, code: CodeIndex | null, severity = vscode.DiagnosticSeverity.Error): Problem {
  const { uri, range } = currentLocation(place, code);
  const diagnostic = new vscode.Diagnostic(range, message, severity);
  diagnostic.source = diagnosticSource;
  return [uri, diagnostic];
}
