import { onTarget } from "../ask/target.js";
import type { Command } from "../command.js";

/** Shows how a signal goes through a model, beneath the picture: the page measures it, tells how far it has come, and can stop it. */
export const run: Command = (context, argument) =>
  onTarget(async ({ session, model, module }) => {
    session.require("showSignal");
    context.sessions.show(session);
    if (session.shown?.name !== model.name) session.select({ model: model.name, path: module.path }, null);
    await context.pages.perform("measure", session);
  })(context, argument);
