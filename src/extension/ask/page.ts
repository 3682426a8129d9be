import type { ViewAction } from "../../protocol/index.js";
import type { Command } from "../command.js";
import { isReference } from "./target.js";

/** A command that has the page do something with its view; what is about the selection begins with the box that it was called on. */
export function onPage(action: ViewAction): Command {
  return ({ pages, sessions }, argument) => {
    if (action === "trace" && isReference(argument)) sessions.current?.select({ model: argument.model, path: argument.path }, null);
    return pages.perform(action, sessions.current);
  };
}
