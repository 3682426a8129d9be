import * as vscode from "vscode";
import type { Finding } from "../../describe/findings/finding.js";
import { type Repair, repairsOfFailure } from "../../describe/repair.js";
import type { Failure, Language } from "../../protocol/index.js";
import { type RepairText, repairText } from "../code/repairText.js";
import { findingsIn } from "../findings.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { documentKey, documentUri, openText } from "../sources/documents.js";
import { diagnosticSource } from "./diagnostics.js";
import { registerForSources } from "./providers.js";

/** Offers to mend what a run found wrong, where it is certain how. */
export function registerQuickFixes(sessions: ModelSessions): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    async provideCodeActions(document, _range, { diagnostics }) {
      const session = sessions.madeFrom(document);
      const ours = diagnostics.filter(({ source }) => source === diagnosticSource);
      if (!session || ours.length === 0) return [];
      const offered = session.models.flatMap((model) =>
        findingsIn(session, model).all.flatMap((finding) => {
          const diagnostic = ours.find((each) => isAbout(each, finding, session, document));
          return diagnostic ? finding.repairs.map((repair) => ({ repair, diagnostic, language: model.language })) : [];
        }),
      );
      const { failure } = session;
      const ended = failure && ours.find(({ code, range }) => code === undefined && isAt(failure, document, range));
      if (ended) {
        const language = openText(document).language ?? "typescript";
        for (const repair of repairsOfFailure(failure)) offered.push({ repair, diagnostic: ended, language });
      }
      const actions = await Promise.all(offered.map(({ repair, diagnostic, language }) => actionOf(session, repair, diagnostic, language)));
      return actions.filter((action) => action !== null);
    },
  };
  const metadata = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
  return registerForSources(sessions.sources, (selector) => vscode.languages.registerCodeActionsProvider(selector, provider, metadata));
}

function isAbout({ code, range }: vscode.Diagnostic, finding: Finding, { code: meaning }: ModelSession, document: vscode.TextDocument): boolean {
  const { location } = finding;
  if (code !== finding.code || location?.file !== documentKey(document.uri)) return false;
  return meaning?.now(openText(document), location).position.line === range.start.line;
}

function isAt({ location }: Failure, document: vscode.TextDocument, range: vscode.Range): boolean {
  return location?.file === documentKey(document.uri) && location.line - 1 === range.start.line;
}

async function actionOf(session: ModelSession, repair: Repair, diagnostic: vscode.Diagnostic, language: Language): Promise<vscode.CodeAction | null> {
  const document = await vscode.workspace.openTextDocument(documentUri(repair.location.file));
  // What ended a run is told where that run saw it; the models that are shown may be of an earlier text.
  const asRun = { position: { line: repair.location.line - 1, character: repair.location.column - 1 }, exact: true };
  const now = repair.kind === "superCall" ? asRun : session.code?.now(openText(document), repair.location);
  if (!now?.exact) return null;
  const changed = repairText(document.getText(), document.offsetAt(new vscode.Position(now.position.line, now.position.character)), repair, language);
  if (!changed) return null;
  const title = titleOf(repair, changed, language);
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.diagnostics = [diagnostic];
  action.isPreferred = true;
  action.edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(document.positionAt(changed.start), document.positionAt(changed.end));
  // What others read too is changed after a look at it.
  const preview = changed.others > 0 ? { needsConfirmation: true, label: title } : undefined;
  action.edit.replace(document.uri, range, changed.text, preview);
  return action;
}

function titleOf(repair: Repair, { name, others }: RepairText, language: Language): string {
  switch (repair.kind) {
    case "argument":
      return others > 0 ? vscode.l10n.t("Change {0} to {1}, for all that read it...", name!, repair.to) : vscode.l10n.t("Change {0} to {1}", name!, repair.to);
    case "flatten":
      return vscode.l10n.t("Insert a Flatten");
    case "removeLayer":
      return vscode.l10n.t("Remove {0}", repair.layer);
    case "superCall":
      return language === "python" ? vscode.l10n.t("Call super().__init__() first") : vscode.l10n.t("Call super() first");
    case "moduleList":
      return vscode.l10n.t("Make {0} an nn.ModuleList", repair.field);
  }
}
