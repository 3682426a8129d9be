import type { Initialization, ModelSnapshot, ModuleSnapshot, ModuleStep, Operand, TensorSnapshot } from "../protocol/index.js";

/** Questions that the editor features ask of a snapshot. */

/** A module in one of its places, with the model it is in. */
export interface Place {
  readonly model: ModelSnapshot;
  readonly module: ModuleSnapshot;
}

/** Every place of the tree, parents before children. */
export function* modulesOf(root: ModuleSnapshot): Generator<ModuleSnapshot> {
  yield root;
  for (const child of root.children) yield* modulesOf(child);
}

/** The module at a dotted path; undefined when there is none. */
export function moduleAt(model: ModelSnapshot, path: string): ModuleSnapshot | undefined {
  return pathTo(model, path)?.at(-1);
}

/** The modules from the root down to `path`, both included. */
export function pathTo(model: ModelSnapshot, path: string): readonly ModuleSnapshot[] | undefined {
  const found = [model.root];
  while (found.at(-1)!.path !== path) {
    const next = found.at(-1)!.children.find((child) => child.path === path || path.startsWith(`${child.path}.`));
    if (!next) return undefined;
    found.push(next);
  }
  return found;
}

/** Elements of the parameters of a module and all beneath it, each counted once. */
export function parameterCount(model: ModelSnapshot, module: ModuleSnapshot): number {
  const tensors = new Set<number>();
  for (const { parameters } of modulesOf(module)) for (const { tensor } of parameters) tensors.add(tensor);
  return [...tensors].reduce((sum, tensor) => sum + model.tensors[tensor]!.count, 0);
}

/** The class names of all modules that have parameters of their own, with how many modules (by identity) there are. */
export function typesWithParameters(model: ModelSnapshot): ReadonlyMap<string, number> {
  const identities = new Map<string, Set<number>>();
  for (const module of modulesOf(model.root)) {
    if (module.parameters.length === 0) continue;
    identities.set(module.type, (identities.get(module.type) ?? new Set()).add(module.identity));
  }
  return new Map([...identities].map(([type, modules]) => [type, modules.size]));
}

/** The calls of the module at `path` in the traced pass. */
export function callsOf(model: ModelSnapshot, path: string): readonly ModuleStep[] {
  return (model.trace?.steps ?? []).filter((step): step is ModuleStep => step.kind === "module" && step.path === path);
}

export function shapesOf(model: ModelSnapshot, operands: readonly Operand[]): readonly (readonly number[])[] {
  return operands.map(({ value }) => model.trace!.values[value]!.shape);
}

function callText({ function: name, arguments: values }: Extract<Initialization, { readonly kind: "recorded" }>): string {
  return `${name}(${Object.entries(values)
    .map(([key, value]) => `${key}=${numberText(value)}`)
    .join(", ")})`;
}

/** "xavierUniform_(gain=1)", "randn(4, 8).mul(0.02)"; undefined when it is not known how the values came about. */
export function initializationText(initialization: Initialization): string | undefined {
  if (initialization.kind === "unknown") return undefined;
  return [initialization.kind === "made" ? initialization.expression : callText(initialization), ...initialization.modifiedBy].join(", ");
}

/** The other names of a shared tensor, seen from the module at `path`. */
export function sharedWith(tensor: TensorSnapshot, path: string, name: string): readonly string[] {
  const own = path === "" ? name : `${path}.${name}`;
  return tensor.names.filter((other) => other !== own);
}

function numberText(value: number | string | boolean): string {
  return typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(6))) : String(value);
}
