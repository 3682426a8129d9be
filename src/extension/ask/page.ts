import type { ViewAction } from "../../protocol/index.js";
import type { Command } from "../command.js";

/** A command that has the page do something with its view. */
export function onPage(action: ViewAction): Command {
  return ({ pages, sessions }) => pages.perform(action, sessions.current);
}
