import * as vscode from "vscode";
import type { ModelSession } from "./sessions/modelSession.js";
import type { ModelSessions } from "./sessions/modelSessions.js";
import { documentKey } from "./sources/documents.js";
import { unsavedTexts } from "./sources/runners.js";

/** Lets assistants in the editor ask about models. Where an answer needs the file to be run, the user is asked first. */
export function registerAssistantTools({ extension }: vscode.ExtensionContext, sessions: ModelSessions): vscode.Disposable {
  const { contributes } = extension.packageJSON as { readonly contributes: { readonly languageModelTools: readonly { readonly name: string }[] } };
  return vscode.Disposable.from(...contributes.languageModelTools.map(({ name }) => vscode.lm.registerTool(name, new AssistantTool(name, sessions))));
}

/** What the tools say, which is loaded when one of them is first used. */
function describe(): Promise<typeof import("../describe/tools.js")> {
  return import("../describe/tools.js");
}

class AssistantTool implements vscode.LanguageModelTool<object> {
  constructor(
    private readonly name: string,
    private readonly sessions: ModelSessions,
  ) {}

  async prepareInvocation({ input }: vscode.LanguageModelToolInvocationPrepareOptions<object>): Promise<vscode.PreparedToolInvocation> {
    const { readInput } = await describe();
    const { file } = readInput(input);
    const session = this.#session(file);
    const name = vscode.workspace.asRelativePath(file);
    return {
      invocationMessage: vscode.l10n.t("Looking into the models of {0}", name),
      ...(needsRun(session) && {
        confirmationMessages: {
          title: vscode.l10n.t("Run {0}?", name),
          message: vscode.l10n.t("Layerscope runs the file to look inside its models. It is a program on your machine."),
        },
      }),
    };
  }

  async invoke({ input: given }: vscode.LanguageModelToolInvocationOptions<object>): Promise<vscode.LanguageModelToolResult> {
    const { readInput, textOf, tools } = await describe();
    const tool = tools.find(({ name }) => `layerscope_${name}` === this.name)!;
    const input = readInput(given);
    const session = this.#session(input.file);
    if (!session) throw new Error(`${input.file} is no model file of the workspace.`);
    if (needsRun(session)) await session.run({ asked: false });
    if (session.models.length === 0) throw new Error(session.failure?.message ?? "The file ran, and no module was alive at its end.");
    const changed = tool.takesText ? await session.modelsOf(new Map([...unsavedTexts(), [session.file, textOf(input)]])) : [];
    const answer = tool.answer(session.models, input, changed);
    const text = typeof answer === "string" ? answer : JSON.stringify(session.failure ? { answer, runFailed: session.failure.message } : answer, null, 1);
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
  }

  /** Of a file in one of the workspace's folders; null of any other. */
  #session(file: string): ModelSession | null {
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      const uri = file.startsWith("/") || /^[a-z]:/i.test(file) ? vscode.Uri.file(file) : vscode.Uri.joinPath(folder.uri, file);
      if (vscode.workspace.getWorkspaceFolder(uri)) return this.sessions.open(documentKey(uri));
    }
    return null;
  }
}

function needsRun(session: ModelSession | null): boolean {
  return session !== null && session.can("run") && (!session.hasRun || session.stale);
}
