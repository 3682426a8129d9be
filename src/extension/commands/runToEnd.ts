import type { Command } from "../command.js";
import { runFile } from "./run.js";

/** The same as a run, without the time limit, which it lifts for this one. */
export const run: Command = (context, argument) => runFile(context, argument, { toEnd: true });
