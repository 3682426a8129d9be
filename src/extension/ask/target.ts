import * as vscode from "vscode";
import type { ModelSnapshot, ModuleSnapshot } from "../../protocol/index.js";
import type { Command } from "../command.js";
import { indexOf } from "../../describe/modelIndex.js";
import type { ModuleNode } from "../views/moduleTree.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";

/** A module named in a command's arguments: by a link in a hover, or by the page's context menu (without `file`: the current one). */
export interface ModuleReference {
  readonly file?: string;
  readonly model: string;
  readonly path: string;
}

/** What a command works on. */
export interface Target {
  readonly session: ModelSession;
  readonly model: ModelSnapshot;
  readonly module: ModuleSnapshot;
}

/** What is said where a model is asked for before there is one. */
export const noModelText = (): string => vscode.l10n.t("There is no model yet. Run a model file first.");

/** A command that works on a module. */
export function onTarget(action: (target: Target) => unknown): Command {
  return async ({ sessions }, argument) => {
    const target = resolveTarget(sessions, argument);
    if (target) await action(target);
  };
}

/**
 * What a command was called on: a node of the tree, a reference, or nothing; then it is what is selected in the model that is shown, or that model.
 * Undefined when there is none.
 */
function resolveTarget(sessions: ModelSessions, argument: unknown): Target | undefined {
  if (isNode(argument)) {
    const { session, model, module } = argument;
    return find(session, { model: model.name, path: module.path });
  }
  const session = isReference(argument) && argument.file !== undefined ? sessions.get(argument.file) : sessions.current;
  const model = session?.shown;
  if (!session || !model) {
    void vscode.window.showInformationMessage(noModelText());
    return undefined;
  }
  return isReference(argument) ? find(session, argument) : { session, model, module: session.selected ?? model.root };
}

function find(session: ModelSession, { model: name, path }: ModuleReference): Target | undefined {
  const model = session.model(name);
  const module = model && indexOf(model).module(path);
  return module && { session, model, module };
}

function isNode(argument: unknown): argument is ModuleNode {
  return typeof argument === "object" && argument !== null && "session" in argument && "module" in argument;
}

export function isReference(argument: unknown): argument is ModuleReference {
  return (
    typeof argument === "object" &&
    argument !== null &&
    "model" in argument &&
    typeof argument.model === "string" &&
    "path" in argument &&
    typeof argument.path === "string"
  );
}
