import * as vscode from "vscode";
import type { DTypeName, Fill, ForwardInput, ModelSnapshot, StatedInput } from "../../protocol/index.js";
import { formatShape } from "../../describe/format.js";
import { inputSourceText } from "../../describe/shapeSource.js";
import { parseShape } from "../../describe/shapeText.js";
import { askFor, askForSeed, readNumber } from "../ask/inputs.js";
import { onTarget } from "../ask/target.js";

/** Asks for the inputs and runs the model forward. */
export const run = onTarget(async ({ session, model }) => {
  session.require("forward");
  if (!model.hasForward) {
    const message = vscode.l10n.t("{0} defines no forward, so there is nothing to run: it holds modules and parameters for other code.", model.name);
    void vscode.window.showInformationMessage(message);
    return;
  }
  const title = vscode.l10n.t("Run {0} forward", model.name);
  const choice = await pickInputs(title, model);
  if (choice === "own") await session.showOwnPass(model.name);
  if (choice === undefined || choice === "own") return;
  const input: ForwardInput | undefined = choice === "shown" ? { kind: "recorded" } : await stateInputs(title, model);
  if (!input) return;
  const seed = await askForSeed(title);
  if (seed === undefined) return;
  await session.forward({ model: model.name, input, seed });
});

/** "own": those that the model came with. */
type InputChoice = "shown" | "own" | "stated";

/** Asks only where there is a choice. */
async function pickInputs(title: string, { trace, ownPass }: ModelSnapshot): Promise<InputChoice | undefined> {
  if (!trace) return "stated";
  const items: (vscode.QuickPickItem & { readonly choice: InputChoice })[] = [
    {
      label:
        trace.origin === "inferred" ? vscode.l10n.t("Inputs inferred from {0}", inputSourceText(trace.inferredFrom)) : vscode.l10n.t("The same inputs again"),
      description: trace.inputs
        .map(({ value }) => trace.values[value]!)
        .map(({ shape, dtype }) => `${formatShape(shape)} ${dtype}`)
        .join("; "),
      choice: "shown",
    },
  ];
  if (trace.origin === "stated" && ownPass !== null) {
    const label = ownPass === "recorded" ? vscode.l10n.t("Back to the Recorded Inputs") : vscode.l10n.t("Back to the Inferred Inputs");
    items.push({ label, description: ownPass === "recorded" ? vscode.l10n.t("as your code ran it") : "", choice: "own" });
  }
  items.push({ label: vscode.l10n.t("Inputs of my own"), description: vscode.l10n.t("shape, values and seed"), choice: "stated" });
  return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t("With what?"), ignoreFocusOut: true }))?.choice;
}

async function stateInputs(title: string, { trace }: ModelSnapshot): Promise<ForwardInput | undefined> {
  const last = trace?.inputs.map(({ value }) => trace.values[value]!) ?? [];
  const shapes = await askFor(
    {
      title,
      prompt: vscode.l10n.t("Shape of the input. Several inputs are separated by semicolons."),
      placeHolder: "2, 4",
      value: last.map(({ shape }) => `[${shape.join(", ")}]`).join("; "),
    },
    readShapes,
  );
  if (!shapes) return undefined;
  const inputs: StatedInput[] = [];
  for (const [index, shape] of shapes.entries()) {
    const label = trace?.inputs[index]?.label || vscode.l10n.t("input {0}", index + 1);
    const input = await pickFill(shapes.length === 1 ? title : `${title}: ${label}`, shape, last[index]?.dtype ?? "float32");
    if (!input) return undefined;
    inputs.push(input);
  }
  return { kind: "stated", inputs };
}

async function pickFill(title: string, shape: readonly number[], dtype: DTypeName): Promise<StatedInput | undefined> {
  const integers = dtype !== "float32" && dtype !== "float64";
  const item = (fill: Fill, description: string, of: DTypeName) => ({ label: fill, description: `${description} (${of})`, fill, dtype: of });
  const float = integers ? "float32" : dtype;
  const integer = integers ? dtype : "int64";
  const floats = [item("rand", vscode.l10n.t("uniform over [0, 1)"), float), item("randn", vscode.l10n.t("standard normal"), float)];
  const whole = [item("randint", vscode.l10n.t("whole numbers, e.g. token ids"), integer)];
  const plain = [
    item("zeros", vscode.l10n.t("all 0"), dtype),
    item("ones", vscode.l10n.t("all 1"), dtype),
    item("arange", vscode.l10n.t("0, 1, 2, ..."), dtype),
  ];
  const picked = await vscode.window.showQuickPick(integers ? [...whole, ...plain, ...floats] : [...floats, ...plain, ...whole], {
    title,
    placeHolder: vscode.l10n.t("Values of the input of shape {0}", formatShape(shape)),
    ignoreFocusOut: true,
  });
  if (!picked) return undefined;
  const input = { shape, dtype: picked.dtype, fill: picked.fill };
  if (picked.fill !== "randint") return input;
  const high = await askFor({ title, prompt: vscode.l10n.t("Every number is less than"), value: "10" }, (text) => {
    const read = readNumber(text, { minimum: 1 });
    return typeof read === "string" || Number.isSafeInteger(read.value) ? read : vscode.l10n.t("Give a whole number.");
  });
  return high === undefined ? undefined : { ...input, high };
}

function readShapes(text: string): { readonly value: readonly (readonly number[])[] } | string {
  const shapes: (readonly number[])[] = [];
  for (const part of text.replace(/;\s*$/, "").split(";")) {
    const { shape, problem } = parseShape(part);
    if (problem !== null) return problem;
    shapes.push(shape);
  }
  return { value: shapes };
}
