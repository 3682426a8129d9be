import * as vscode from "vscode";
import type { PageForm, ViewAction } from "../../protocol/index.js";
import type { Command } from "../command.js";
import { isReference, onTarget, type Target } from "./target.js";

/** What is about the selection: it begins with the box that it was called on. */
const actionsOnSelection: ReadonlySet<ViewAction> = new Set<ViewAction>(["toggleExpansion", "trace", "compare"]);

/** A command that has the page do something with its view; what is about the selection begins with the box that it was called on. */
export function onPage(action: ViewAction): Command {
  return ({ pages, sessions }, argument) => {
    if (actionsOnSelection.has(action) && isReference(argument)) sessions.current?.select({ model: argument.model, path: argument.path }, null);
    return pages.perform(action, sessions.current);
  };
}

/**
 * A command that asks in a form of the page, which is about what the command was called on. `atOnce`: does without it what the argument already says, as that of a
 * keybinding may; null where it says nothing.
 */
export function onForm(form: PageForm, atOnce: (target: Target, argument: Readonly<Record<string, unknown>>) => Promise<void> | null): Command {
  return (context, argument) =>
    onTarget(async (target) => {
      const { session, model, module } = target;
      session.require(form);
      if (form === "forward" && !model.hasForward) {
        const text = vscode.l10n.t("{0} defines no forward, so there is nothing to run: it holds modules and parameters for other code.", model.name);
        void vscode.window.showInformationMessage(text);
        return;
      }
      const done = atOnce(target, (argument ?? {}) as Readonly<Record<string, unknown>>);
      if (done) return done;
      context.sessions.show(session);
      session.select({ model: model.name, path: module.path }, null);
      await context.pages.perform(form, session);
    })(context, argument);
}
