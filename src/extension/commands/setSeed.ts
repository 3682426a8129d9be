import * as vscode from "vscode";
import { askFor, readSeed } from "../ask/inputs.js";
import type { Command } from "../command.js";

export const run: Command = async ({ sessions }) => {
  const session = sessions.current;
  if (!session) return;
  session.require("setSeed");
  const seed = await askFor({ title: vscode.l10n.t("Set Seed"), prompt: vscode.l10n.t("What torch.manualSeed is called with"), value: "0" }, readSeed);
  if (seed === undefined) return;
  await session.setSeed(seed);
  vscode.window.setStatusBarMessage(vscode.l10n.t("Seed {0}: what next draws random numbers without a seed of its own begins with it.", seed), 8000);
};
