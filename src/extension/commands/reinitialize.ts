import * as vscode from "vscode";
import {
  type InitializationChoice,
  type InitializationScheme,
  type InitializationTarget,
  initializationSchemes,
  type Language,
  type ModelSnapshot,
} from "../../protocol/index.js";
import { writeArguments } from "../../describe/arguments.js";
import { formatCount } from "../../describe/format.js";
import { indexOf } from "../../describe/modelIndex.js";
import { parametersText } from "../../describe/counts.js";
import { askForArgument, askForSeed } from "../ask/inputs.js";
import { onTarget, type Target } from "../ask/target.js";

/** Asks what to reinitialize and how, and does it. */
export const run = onTarget(async ({ session, model, module }) => {
  session.require("reinitialize");
  const target = await pickTarget(model, module);
  if (!target) return;
  const title = vscode.l10n.t("Reinitialize {0}", describe(target, model));
  const choice = await pickScheme(title, model.language);
  if (!choice) return;
  const seed = await askForSeed(title);
  if (seed === undefined) return;
  await session.reinitialize(model.name, { target, choice, seed });
});

async function pickTarget(model: ModelSnapshot, module: Target["module"]): Promise<InitializationTarget | undefined> {
  const items: (vscode.QuickPickItem & { readonly target: InitializationTarget })[] = [];
  if (module.path !== "") {
    items.push({
      label: vscode.l10n.t("Module {0}", module.path),
      description: `${module.type}, ${parametersText(indexOf(model).totals(module.path).parameters)}`,
      target: { kind: "module", path: module.path },
    });
  }
  items.push({
    label: vscode.l10n.t("Whole model {0}", model.name),
    description: parametersText(model.totals.parameters),
    target: { kind: "model" },
  });
  for (const [type, count] of indexOf(model).typesWithParameters()) {
    items.push({
      label: vscode.l10n.t("All modules of type {0}", type),
      description: count === 1 ? vscode.l10n.t("1 module") : vscode.l10n.t("{0} modules", formatCount(count)),
      target: { kind: "type", type },
    });
  }
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Reinitialize"), placeHolder: vscode.l10n.t("What is to be reinitialized?") });
  return picked?.target;
}

async function pickScheme(title: string, language: Language): Promise<InitializationChoice | undefined> {
  const asConstructed = { label: vscode.l10n.t("As constructed"), description: vscode.l10n.t("each layer's own default"), scheme: null };
  const schemes = initializationSchemes.map((scheme) => ({ label: scheme.function, ...explain(scheme, language), scheme }));
  const picked: { readonly scheme: InitializationScheme | null } | undefined = await vscode.window.showQuickPick([asConstructed, ...schemes], {
    title,
    placeHolder: vscode.l10n.t("How?"),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (!picked) return undefined;
  const { scheme } = picked;
  if (!scheme) return { kind: "asConstructed" };
  const values: Record<string, number | string> = {};
  for (const argument of scheme.arguments) {
    const value = await askForArgument(`${title}: ${scheme.function}`, argument);
    if (value === undefined) return undefined;
    values[argument.name] = value;
  }
  return { kind: "scheme", function: scheme.function, arguments: values };
}

function explain({ arguments: args, minDimensions }: InitializationScheme, language: Language): { readonly description: string; readonly detail?: string } {
  return {
    description: writeArguments(Object.fromEntries(args.map(({ name, default: value }) => [name, value])), language),
    ...(minDimensions > 1 ? { detail: vscode.l10n.t("Parameters with fewer than {0} dimensions, such as biases, stay as they are.", minDimensions) } : {}),
  };
}

function describe(target: InitializationTarget, model: ModelSnapshot): string {
  switch (target.kind) {
    case "model":
      return model.name;
    case "module":
      return `${model.name}.${target.path}`;
    case "type":
      return vscode.l10n.t("every {0} of {1}", target.type, model.name);
  }
}
