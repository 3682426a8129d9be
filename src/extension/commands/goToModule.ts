import * as vscode from "vscode";
import { parametersText } from "../../describe/counts.js";
import { indexOf, nameFromFile, whereMade } from "../../describe/modelIndex.js";
import { noModelText } from "../ask/target.js";
import type { Command } from "../command.js";
import { revealInCode } from "../editor/reveal.js";

/** Lets the user pick a module of the current file's models by path, type or size; selects it in every view and shows where it is made. */
export const run: Command = async ({ sessions }) => {
  const session = sessions.current;
  if (!session || session.models.length === 0) {
    void vscode.window.showInformationMessage(noModelText());
    return;
  }
  const items = session.models.flatMap((model) =>
    indexOf(model).modules.map((module) => {
      const { parameters } = indexOf(model).totals(module.path);
      return {
        label: nameFromFile(model, module),
        description: [module.type, ...(parameters > 0 ? [parametersText(parameters)] : [])].join(" · "),
        model,
        module,
      };
    }),
  );
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Go to Module"),
    placeHolder: vscode.l10n.t("Path, type or number of parameters"),
    matchOnDescription: true,
  });
  if (!picked) return;
  session.select({ model: picked.model.name, path: picked.module.path }, null);
  const location = whereMade(picked.model, picked.module);
  if (location) await revealInCode(location, session);
};
