import type { Command } from "../command.js";

export const run: Command = ({ output }) => output.show(true);
