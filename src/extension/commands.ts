import * as vscode from "vscode";
import type { Command, CommandContext } from "./command.js";
import { revealInCode } from "./editor/reveal.js";

/** Registers the commands that package.json contributes, each from its own file, which is loaded when it is first used. */
export function registerCommands(context: CommandContext): vscode.Disposable {
  const { contributes } = context.context.extension.packageJSON as { readonly contributes: { readonly commands: readonly { readonly command: string }[] } };
  return vscode.Disposable.from(
    ...contributes.commands.map(({ command: id }) =>
      vscode.commands.registerCommand(id, async (argument?: unknown) => {
        try {
          const { run } = await load(id.slice("layerscope.".length));
          await run(context, argument);
        } catch (error) {
          await showError(error);
        }
      }),
    ),
  );
}

/** The bundle holds every file that the pattern fits. */
function load(name: string): Promise<{ readonly run: Command }> {
  return import(`./commands/${name}.ts`) as Promise<{ readonly run: Command }>;
}

/** Shows what went wrong; what the user cancelled himself is not worth a word. */
async function showError(error: unknown): Promise<void> {
  const { RunnerError } = await import("../runner/client.js");
  if (error instanceof RunnerError) {
    const { kind, message, hint, location } = error.failure;
    if (kind === "cancelled") return;
    const reveal = vscode.l10n.t("Reveal in Code");
    void vscode.window.showErrorMessage(hint ? `${message} ${hint}` : message, ...(location ? [reveal] : [])).then((picked) => {
      if (picked && location) void revealInCode(location, null);
    });
    return;
  }
  void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
}
