import * as vscode from "vscode";
import type { ModelPanels } from "./views/modelPanel.js";
import { ModelView } from "./views/modelView.js";
import { filePath, isRunnable } from "./sources/modelFile.js";
import { revealInCode } from "./editor/reveal.js";
import type { Session } from "./sessions/modelSession.js";
import type { Sessions } from "./sessions/modelSessions.js";
import { type ModuleReference, resolveTarget, type Target } from "./ask/target.js";

export interface CommandContext {
  readonly context: vscode.ExtensionContext;
  readonly sessions: Sessions;
  readonly panels: ModelPanels;
  readonly output: vscode.OutputChannel;
}

/** The palette's and the menus' commands. What asks the user several questions is loaded when it is first used. */
export function registerCommands({ context, sessions, panels, output }: CommandContext): vscode.Disposable {
  const onTarget = (action: (target: Target) => unknown) => async (argument?: unknown) => {
    const target = await resolveTarget(sessions, argument);
    if (target) await action(target);
  };

  const commands: Readonly<Record<string, (argument?: unknown) => unknown>> = {
    openModelView: () => vscode.commands.executeCommand(`${ModelView.id}.focus`),
    openInEditor: () => {
      const session = sessions.current;
      if (session) panels.open(session);
      else void vscode.window.showInformationMessage(vscode.l10n.t("Open a TypeScript file that imports layerscope first."));
    },
    run: (argument) => runFile(sessions, argument),
    stop: () => {
      for (const session of sessions.all) session.stop();
    },
    reinitialize: onTarget(async (target) => (await import("./commands/reinitialize.js")).reinitialize(target)),
    undoReinitialize: onTarget(({ session, model }) => session.undoReinitialize(model.name)),
    forward: onTarget(async (target) => (await import("./commands/forward.js")).forward(target)),
    setSeed: async () => {
      const { askFor, readSeed } = await import("./ask/inputs.js");
      const session = sessions.current;
      if (!session) return;
      const seed = await askFor({ title: vscode.l10n.t("Set Seed"), prompt: vscode.l10n.t("What torch.manualSeed is called with"), value: "0" }, readSeed);
      if (seed !== undefined) await session.setSeed(seed);
    },
    revealInCode: onTarget(async ({ session, model, module }) => {
      const location = module.location ?? (module.path === "" ? model.location : null);
      if (location) await revealInCode(location, session);
      else void vscode.window.showInformationMessage(vscode.l10n.t("It is not known where this module was made."));
    }),
    copySummary: onTarget(async ({ model }) => (await import("./commands/copySummary.js")).copySummary(model)),
    createExample: async () => (await import("./commands/createExample.js")).createExample(context),
    installEnginePackage: async () => (await import("./commands/installEnginePackage.js")).installEnginePackage(context, output),
    showOutput: () => output.show(true),
    select: async (argument) => {
      const reference = argument as ModuleReference;
      const session = reference.file === undefined ? sessions.current : sessions.get(reference.file);
      if (!session) return;
      sessions.show(session);
      await vscode.commands.executeCommand(`${ModelView.id}.focus`);
      session.select({ model: reference.model, path: reference.path }, null);
    },
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, command]) =>
      vscode.commands.registerCommand(`layerscope.${name}`, async (argument?: unknown) => {
        try {
          await command(argument);
        } catch (error) {
          await showError(error);
        }
      }),
    ),
  );
}

/** Runs the file of the editor's title bar or context menu, else the active editor's, else the current one. */
async function runFile(sessions: Sessions, argument: unknown): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    await vscode.commands.executeCommand("workbench.trust.manage");
    return;
  }
  const session = sessionToRun(sessions, argument);
  if (!session) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Open a TypeScript or JavaScript file to run it. It has to be saved to disk once."));
    return;
  }
  sessions.show(session);
  await session.run();
}

function sessionToRun(sessions: Sessions, argument: unknown): Session | null {
  if (argument instanceof vscode.Uri) return sessions.open(filePath(argument));
  if (typeof argument === "object" && argument !== null && "file" in argument && typeof argument.file === "string") return sessions.open(argument.file);
  const document = vscode.window.activeTextEditor?.document;
  // An open helper file is not what a user means who looks at the model that uses it.
  if (document && isRunnable(document) && !sessions.current?.dependsOn(filePath(document.uri))) return sessions.open(filePath(document.uri));
  return sessions.current;
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
