import type { Command } from "../command.js";

export const run: Command = ({ sessions }) => {
  for (const session of sessions.all) session.stop();
};
