import * as vscode from "vscode";
import { whereMade } from "../../describe/modelIndex.js";
import { onTarget } from "../ask/target.js";
import { revealInCode } from "../editor/reveal.js";

export const run = onTarget(async ({ session, model, module }) => {
  const location = whereMade(model, module);
  if (location) await revealInCode(location, session);
  else void vscode.window.showInformationMessage(vscode.l10n.t("It is not known where this module was made."));
});
