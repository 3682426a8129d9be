import * as vscode from "vscode";
import { indexOf, nameIn } from "../../describe/modelIndex.js";
import type { ModelSnapshot, SourceLocation, TensorId, TensorUse } from "../../protocol/index.js";
import { onTarget, type Target } from "../ask/target.js";
import { currentLocation } from "../editor/locations.js";
import { revealInCode } from "../editor/reveal.js";

/** Shows every line of code that has to do with a parameter or buffer: what made and initialized it, each module that holds it, and each call that takes it. */
export const run = onTarget(async ({ session, model, module }) => {
  const use = await pickTensor(module);
  if (!use) return;
  const locations = usesOf(model, use.tensor);
  const [first] = locations;
  if (!first) {
    void vscode.window.showInformationMessage(vscode.l10n.t("No line of code that uses {0} is known.", nameIn(module.path, use.name)));
    return;
  }
  await revealInCode(first, session);
  const places = locations.map((location) => currentLocation(location, session.code));
  await vscode.commands.executeCommand("editor.action.showReferences", places[0]!.uri, places[0]!.range.start, places);
});

async function pickTensor({ parameters, buffers }: Target["module"]): Promise<TensorUse | undefined> {
  const uses = [...parameters, ...buffers];
  if (uses.length === 0) throw new Error(vscode.l10n.t("The module has no parameters or buffers of its own. Choose one of the modules in it."));
  if (uses.length === 1) return uses[0];
  const items = uses.map((use) => ({ label: use.name, use }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Find Uses of This Weight") }))?.use;
}

/** In the order of a program: made, held, used; each line once. */
function usesOf(model: ModelSnapshot, id: TensorId): readonly SourceLocation[] {
  const index = indexOf(model);
  const { initialization } = model.tensors[id]!;
  const made = initialization.kind === "unknown" ? [] : [initialization.location];
  const places = index.places(id).map(({ path }) => path);
  const held = places.map((path) => index.module(path)?.location ?? null);
  const steps = model.trace?.steps ?? [];
  const isIt = (value: number): boolean => {
    const { source } = model.trace!.values[value]!;
    return source.kind === "tensor" && source.tensor === id;
  };
  const used = steps.filter((step) => (step.kind === "module" && places.includes(step.path)) || step.inputs.some(({ value }) => isIt(value)));
  const lines = new Map<string, SourceLocation>();
  for (const location of [...made, ...held, ...used.map((step) => step.location)])
    if (location && !lines.has(`${location.line} ${location.file}`)) lines.set(`${location.line} ${location.file}`, location);
  return [...lines.values()];
}
