import * as vscode from "vscode";
import { compared, diffFiles, formatFileDiff } from "../../describe/modelDiff.js";
import type { ModelSnapshot } from "../../protocol/index.js";
import { noModelText } from "../ask/target.js";
import type { Command } from "../command.js";
import type { ModelSession } from "../sessions/modelSession.js";
import { documentKey, documentUri } from "../sources/documents.js";

interface Choice extends vscode.QuickPickItem {
  /** What is compared with what; undefined where the user changed their mind. */
  readonly choose: () => Promise<Sides | undefined>;
}

/** Two versions of models, by what the user calls them. `after`: default all that the file has. */
interface Sides {
  readonly name: string;
  readonly before: readonly ModelSnapshot[];
  readonly after?: readonly ModelSnapshot[];
}

/** Shows what became of the models that are shown, beside the last save of the file, a commit of it, or another file. */
export const run: Command = async ({ context, sessions }) => {
  const session = sessions.current;
  if (!session || session.models.length === 0) {
    void vscode.window.showInformationMessage(noModelText());
    return;
  }
  const choices: readonly Choice[] = [
    { label: vscode.l10n.t("Last Commit"), choose: () => commit(session, "HEAD") },
    { label: vscode.l10n.t("Another Commit..."), choose: () => askForCommit(session) },
    { label: vscode.l10n.t("Last Save"), choose: () => looked(session, vscode.l10n.t("last save"), new Map()) },
    { label: vscode.l10n.t("Another File..."), choose: () => askForFile(session) },
    ...(session.models.length > 1 ? [{ label: vscode.l10n.t("Another Model..."), choose: () => askForModel(session) }] : []),
  ];
  const title = vscode.l10n.t("Compare With...");
  const chosen = await (await vscode.window.showQuickPick(choices, { title }))?.choose();
  if (!chosen) return;
  const { before, after = session.models } = chosen;
  const here = vscode.workspace.asRelativePath(documentUri(session.file));
  const found = diffFiles(before, after);
  for (const diff of found.models) session.showCompared(compared(diff, chosen.name));
  const content = [`--- ${chosen.name}`, `+++ ${here}`, "", formatFileDiff(found), ""].join("\n");
  await vscode.window.showTextDocument(await comparison(context, `${chosen.name} - ${here}`, content), { viewColumn: vscode.ViewColumn.Beside });
};

const scheme = "layerscope-comparison";
/** What each comparison says, by its URI; null before the first one. */
let comparisons: Map<string, string> | null = null;

/** A document that is there to be read: closing it asks for nothing. */
async function comparison(context: vscode.ExtensionContext, title: string, content: string): Promise<vscode.TextDocument> {
  if (!comparisons) {
    const texts = (comparisons = new Map<string, string>());
    const provider: vscode.TextDocumentContentProvider = { provideTextDocumentContent: (uri) => texts.get(uri.toString()) };
    context.subscriptions.push(vscode.workspace.registerTextDocumentContentProvider(scheme, provider));
  }
  const uri = vscode.Uri.from({ scheme, path: `/${title.replaceAll(/[\\/:]/g, "_")}.diff`, query: String(comparisons.size) });
  comparisons.set(uri.toString(), content);
  return vscode.workspace.openTextDocument(uri);
}

async function askForCommit(session: ModelSession): ReturnType<Choice["choose"]> {
  const reference = await vscode.window.showInputBox({
    title: vscode.l10n.t("Another Commit..."),
    prompt: vscode.l10n.t("A commit, branch or tag, such as HEAD~1 or main"),
  });
  return reference ? commit(session, reference) : undefined;
}

/** The models that other texts make, or another file. */
async function looked(session: ModelSession, name: string, texts: ReadonlyMap<string, string>, file?: string): Promise<Sides> {
  return { name, before: await session.modelsOf(texts, file) };
}

/** Another model of the file, beside the one that is shown. */
async function askForModel(session: ModelSession): ReturnType<Choice["choose"]> {
  const { shown } = session;
  const others = session.models.filter((model) => model !== shown);
  const name = await vscode.window.showQuickPick(
    others.map((model) => model.name),
    { title: vscode.l10n.t("Another Model...") },
  );
  const before = others.find((model) => model.name === name);
  return before && shown ? { name: before.name, before: [before], after: [shown] } : undefined;
}

async function askForFile(session: ModelSession): ReturnType<Choice["choose"]> {
  const [uri] = (await vscode.window.showOpenDialog({ title: vscode.l10n.t("Another File...") })) ?? [];
  return uri && looked(session, vscode.workspace.asRelativePath(uri), new Map(), documentKey(uri));
}

/** The part of the interface of VS Code's own git extension that is used here. */
interface GitApi {
  getRepository(uri: vscode.Uri): { show(reference: string, path: string): Promise<string> } | null;
}

/** The file, and what went into it, as they were at a commit; what it does not have is taken as it is now. */
async function commit(session: ModelSession, reference: string): ReturnType<Choice["choose"]> {
  const extension = vscode.extensions.getExtension<{ getAPI(version: 1): GitApi }>("vscode.git");
  const repository = (await extension?.activate())?.getAPI(1).getRepository(documentUri(session.file));
  if (!repository) throw new Error(vscode.l10n.t("The file is in no git repository that is open."));
  const texts = new Map<string, string>();
  for (const document of session.documents) {
    const text = await repository.show(reference, documentUri(document).fsPath).catch(() => null);
    if (text !== null) texts.set(document, text);
  }
  if (!texts.has(session.file)) throw new Error(vscode.l10n.t("{0} does not have the file.", reference));
  return looked(session, reference, texts);
}
