import * as vscode from "vscode";
import type { PythonHelp } from "../pythonHelp/help.js";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { registerForSources } from "./providers.js";

/**
 * Completions, signatures and hovers for `torch` in Python that runs with Layerscope, from the one description of what it offers; nothing where a language server
 * resolves torch itself (pythonHelp/languageServers.ts). All of it is loaded when the first question comes.
 */
export function registerPythonHelp(context: vscode.ExtensionContext, sessions: ModelSessions): vscode.Disposable {
  let made: PythonHelp | undefined;
  const help = async (): Promise<PythonHelp> => {
    const { PythonHelp: Help } = await import("../pythonHelp/help.js");
    return (made ??= new Help(context, sessions));
  };
  const register = (selector: vscode.DocumentSelector): vscode.Disposable =>
    vscode.Disposable.from(
      vscode.languages.registerCompletionItemProvider(
        selector,
        { provideCompletionItems: async (document, position, cancelled) => (await help()).completions(document, position, cancelled) },
        ".",
      ),
      vscode.languages.registerSignatureHelpProvider(
        selector,
        { provideSignatureHelp: async (document, position, cancelled) => (await help()).signatures(document, position, cancelled) },
        "(",
        ",",
      ),
      vscode.languages.registerHoverProvider(selector, {
        provideHover: async (document, position, cancelled) => (await help()).hover(document, position, cancelled),
      }),
    );
  return vscode.Disposable.from(
    new vscode.Disposable(() => made?.dispose()),
    registerForSources(sessions.sources, register, (source) => source.runsCodeOf !== undefined),
  );
}
