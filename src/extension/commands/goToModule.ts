import * as vscode from "vscode";
import { parametersText } from "../../describe/counts.js";
import { indexOf } from "../../describe/modelIndex.js";
import type { Command } from "../command.js";
import { revealInCode } from "../editor/reveal.js";

/** Lets the user pick a module of the current file's models by path, type or size; selects it in every view and shows where it is made. */
export const run: Command = async ({ sessions }) => {
  const session = sessions.current;
  if (!session || session.models.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("There is no model yet. Run a model file first."));
    return;
  }
  const items = session.models.flatMap((model) =>
    indexOf(model).modules.map((module) => {
      const { parameters } = indexOf(model).totals(module.path);
      return {
        label: [model.name, ...(module.path === "" ? [] : [module.path])].join("."),
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
  const location = picked.module.location ?? (picked.module.path === "" ? picked.model.location : null);
  if (location) await revealInCode(location, session);
};
