import type {
  Initialization,
  ModelSnapshot,
  ModuleSnapshot,
  ModuleStep,
  Operand,
  OperationStep,
  SourceLocation,
  StepId,
  TensorId,
  TensorSnapshot,
  TensorUse,
  ValueId,
} from "../protocol/index.js";

/** A module's use of a tensor: the place and its own name for it. */
export interface TensorPlace {
  readonly path: string;
  readonly name: string;
}

/** Sums over a module and everything beneath it. */
export interface ModuleTotals {
  /** Modules by identity, the module itself included. */
  readonly modules: number;
  /** Elements of parameters, each tensor once. */
  readonly parameters: number;
  readonly trainable: number;
  readonly bytes: number;
  readonly bufferBytes: number;
  /** Elements of parameters that a place outside uses too. */
  readonly sharedOutside: number;
  /** Multiply-adds of every call beneath; null without a trace. */
  readonly multiplyAdds: number | null;
  /** Parameters whose shape a lazy module has yet to see. */
  readonly unknownShapes: number;
}

/**
 * Whether the shown pass ran a module, or one in it. "used": it was not called, and operations took its parameters or those of a module in it, as attention takes its output
 * projection's. "ranElsewhere": it was called under another name.
 */
export type RunStatus = "ran" | "used" | "ranElsewhere" | "notRun";

export interface ModuleCall {
  readonly id: StepId;
  readonly step: ModuleStep;
}

/** An operation that takes a tensor of a module which is not called. */
export interface DirectUse {
  readonly step: StepId;
  /** The module's own name for the tensor. */
  readonly tensor: string;
}

/** What gave a tensor values. */
export interface Filling {
  readonly tensor: TensorSnapshot;
  readonly initialization: Exclude<Initialization, { readonly kind: "unknown" }>;
}

/** A place of the tree, and where it stands in the list of all. */
interface Entry {
  readonly module: ModuleSnapshot;
  readonly parent: ModuleSnapshot | null;
  readonly at: number;
  /** Places beneath it and itself. */
  size: number;
}

/** One model with what everybody looks up in it. Built once per snapshot; everything but the tree is computed when first asked for. */
export class ModelIndex {
  /** Every place, in declaration order, parents before children. */
  readonly modules: readonly ModuleSnapshot[];
  readonly #entries = new Map<string, Entry>();
  readonly #totals = new Map<string, ModuleTotals>();
  #places: Map<TensorId, TensorPlace[]> | undefined;
  #paths: Map<number, string[]> | undefined;
  #made: ReadonlyMap<string, readonly ModuleSnapshot[]> | undefined;
  #initialized: ReadonlyMap<string, readonly Filling[]> | undefined;
  #stepsAt: ReadonlyMap<string, readonly StepId[]> | undefined;
  #calls: Map<string, ModuleCall[]> | undefined;
  #directUses: Map<string, DirectUse[]> | undefined;
  #used: Set<TensorId> | undefined;
  #multiplyAdds: Map<string, number> | undefined;
  #ran: { readonly ran: ReadonlySet<string>; readonly used: ReadonlySet<string>; readonly identities: ReadonlySet<number> } | undefined;

  constructor(readonly model: ModelSnapshot) {
    const entries: Entry[] = [];
    const pending: Pick<Entry, "module" | "parent">[] = [{ module: model.root, parent: null }];
    for (let next = pending.pop(); next; next = pending.pop()) {
      const { module, parent } = next;
      const entry = { module, parent, at: entries.length, size: 1 };
      entries.push(entry);
      this.#entries.set(module.path, entry);
      for (const child of module.children.toReversed()) pending.push({ module: child, parent: module });
    }
    // Children come after their parents, so from the end each size is complete before it is passed up.
    for (const { parent, size } of entries.toReversed()) if (parent) this.#entries.get(parent.path)!.size += size;
    this.modules = entries.map(({ module }) => module);
  }

  module(path: string): ModuleSnapshot | undefined {
    return this.#entries.get(path)?.module;
  }

  parent(path: string): ModuleSnapshot | undefined {
    return this.#entries.get(path)?.parent ?? undefined;
  }

  /** The module itself and everything beneath it, in declaration order. */
  within(path: string): readonly ModuleSnapshot[] {
    const entry = this.#entries.get(path);
    return entry ? this.modules.slice(entry.at, entry.at + entry.size) : [];
  }

  /** From the root down to the module itself. */
  ancestry(path: string): readonly ModuleSnapshot[] {
    const line: ModuleSnapshot[] = [];
    for (let module = this.module(path); module; module = this.parent(module.path)) line.push(module);
    return line.reverse();
  }

  /** The module at `path`, else the nearest place above it that exists. */
  nearest(path: string): ModuleSnapshot {
    for (let end = path.length; end > 0; end = path.lastIndexOf(".", end - 1)) {
      const module = this.module(path.slice(0, end));
      if (module) return module;
    }
    return this.model.root;
  }

  /** The modules whose constructor was called on a line of a file, in declaration order. */
  madeAt(file: string, line: number): readonly ModuleSnapshot[] {
    this.#made ??= groupBy(this.modules, ({ location }) => lineKey(location));
    return this.#made.get(`${line} ${file}`) ?? [];
  }

  /** What gave a parameter or buffer values on a line of a file, those too that others took the place of. */
  initializedAt(file: string, line: number): readonly Filling[] {
    this.#initialized ??= groupBy(this.model.tensors.flatMap(fillingsOf), ({ initialization }) => lineKey(initialization.location));
    return this.#initialized.get(`${line} ${file}`) ?? [];
  }

  /** What the traced pass called on a line of a file, in order. */
  stepsAt(file: string, line: number): readonly StepId[] {
    const steps = this.model.trace?.steps ?? [];
    this.#stepsAt ??= groupBy([...steps.keys()], (step) => lineKey(steps[step]!.location));
    return this.#stepsAt.get(`${line} ${file}`) ?? [];
  }

  tensor(use: TensorUse): TensorSnapshot {
    const tensor = this.model.tensors[use.tensor];
    if (!tensor) throw new Error(`${this.model.name} has no tensor ${use.tensor}, which a module names "${use.name}".`);
    return tensor;
  }

  /** The parameters of a module and of everything beneath it in each of their places, named as seen from the module. */
  parameterPlacesWithin(path: string): readonly { readonly path: string; readonly use: TensorUse; readonly name: string }[] {
    const around = path === "" ? 0 : path.length + 1;
    return this.within(path).flatMap((module) =>
      module.parameters.map((use) => ({ path: module.path, use, name: nameIn(module.path, use.name).slice(around) })),
    );
  }

  /** The parameters of a module and of everything beneath it, each once. */
  parametersWithin(path: string): readonly TensorSnapshot[] {
    return [...new Set(this.within(path).flatMap(({ parameters }) => parameters.map((use) => this.tensor(use))))];
  }

  /** The other names of a tensor, seen from the module at `path`. */
  otherNames(path: string, use: TensorUse): readonly string[] {
    const own = nameIn(path, use.name);
    return this.tensor(use).names.filter((name) => name !== own);
  }

  /** The class names of all modules that have parameters of their own, with how many modules (by identity) there are. */
  typesWithParameters(): ReadonlyMap<string, number> {
    const identities = new Map<string, Set<number>>();
    for (const { type, identity, parameters } of this.modules) {
      if (parameters.length > 0) identities.set(type, (identities.get(type) ?? new Set()).add(identity));
    }
    return new Map([...identities].map(([type, modules]) => [type, modules.size]));
  }

  /** Every place that uses the tensor, in declaration order. */
  places(tensor: TensorId): readonly TensorPlace[] {
    if (!this.#places) {
      this.#places = new Map();
      for (const module of this.modules) {
        for (const use of [...module.parameters, ...module.buffers]) {
          const place = { path: module.path, name: use.name };
          const places = this.#places.get(use.tensor);
          if (places) places.push(place);
          else this.#places.set(use.tensor, [place]);
        }
      }
    }
    return this.#places.get(tensor) ?? [];
  }

  /** Every place that holds this very module, in declaration order. */
  samePlaces(module: ModuleSnapshot): readonly string[] {
    if (!this.#paths) {
      this.#paths = new Map();
      for (const { identity, path } of this.modules) {
        const paths = this.#paths.get(identity);
        if (paths) paths.push(path);
        else this.#paths.set(identity, [path]);
      }
    }
    return this.#paths.get(module.identity) ?? [];
  }

  /** The calls of the place in the traced pass, in order. */
  calls(path: string): readonly ModuleCall[] {
    return this.#callsByPath().get(path) ?? [];
  }

  #callsByPath(): ReadonlyMap<string, readonly ModuleCall[]> {
    if (!this.#calls) {
      this.#calls = new Map();
      this.model.trace?.steps.forEach((step, id) => {
        if (step.kind !== "module") return;
        const calls = this.#calls!.get(step.path);
        if (calls) calls.push({ id, step });
        else this.#calls!.set(step.path, [{ id, step }]);
      });
    }
    return this.#calls;
  }

  /** What takes the parameters and buffers of a module that the traced pass does not call, as attention takes those of its output projection; by module path, in order. */
  get directUses(): ReadonlyMap<string, readonly DirectUse[]> {
    if (!this.#directUses) {
      this.#directUses = new Map();
      this.model.trace?.steps.forEach((step, id) => {
        if (step.kind === "operation") for (const { value } of step.inputs) this.#addDirectUses(value, id);
      });
    }
    return this.#directUses;
  }

  /** Those of a module and of what lies in it, named as seen from the module. */
  directUsesWithin(path: string): readonly DirectUse[] {
    const prefix = path === "" ? "" : `${path}.`;
    return [...this.directUses].flatMap(([owner, uses]) => {
      if (owner === path) return uses;
      return owner.startsWith(prefix) ? uses.map(({ step, tensor }) => ({ step, tensor: `${owner.slice(prefix.length)}.${tensor}` })) : [];
    });
  }

  /** Whether the traced pass leaves a parameter out, so that training by it would not change it. Not known where the pass failed or is not there whole. */
  isUnused({ id, kind }: TensorSnapshot): boolean {
    const { trace } = this.model;
    return kind === "parameter" && trace !== null && trace.failure === null && trace.truncatedSteps === 0 && !this.#usedTensors().has(id);
  }

  /** Whether something in the traced pass takes a parameter or buffer. */
  isUsed({ id }: TensorSnapshot): boolean {
    return this.#usedTensors().has(id);
  }

  #usedTensors(): ReadonlySet<TensorId> {
    if (!this.#used) {
      this.#used = new Set();
      const { trace } = this.model;
      for (const { inputs } of trace?.steps ?? []) {
        for (const { value } of inputs) {
          const source = trace!.values[value]!.source;
          if (source.kind === "tensor") this.#used.add(source.tensor);
        }
      }
    }
    return this.#used;
  }

  #addDirectUses(value: ValueId, step: StepId): void {
    const source = this.model.trace!.values[value]!.source;
    if (source.kind !== "tensor") return;
    const owners = this.places(source.tensor);
    // A tensor that a module shares and takes itself is not taken from the other places.
    if (owners.some(({ path }) => path === this.enclosing(step))) return;
    for (const { path, name } of owners) {
      if (this.calls(path).length > 0) continue;
      const uses = this.#directUses!.get(path);
      if (uses) uses.push({ step, tensor: name });
      else this.#directUses!.set(path, [{ step, tensor: name }]);
    }
  }

  /** Of a module of a model with a traced pass. */
  runStatus(path: string): RunStatus {
    if (!this.#ran) {
      const ran = this.#withAround(this.#callsByPath().keys());
      this.#ran = { ran, used: this.#withAround(this.directUses.keys()), identities: new Set([...ran].map((each) => this.module(each)!.identity)) };
    }
    const { ran, used, identities } = this.#ran;
    if (ran.has(path)) return "ran";
    if (used.has(path)) return "used";
    return identities.has(this.module(path)?.identity ?? NaN) ? "ranElsewhere" : "notRun";
  }

  /** The modules at paths and all around them, by path. */
  #withAround(paths: Iterable<string>): ReadonlySet<string> {
    const found = new Set<string>();
    for (const path of paths) {
      for (let module = this.module(path); module && !found.has(module.path); module = this.parent(module.path)) found.add(module.path);
    }
    return found;
  }

  /** Whether the module, or one around it, is not what it was when the traced pass ran: its shapes are those of an earlier model. */
  isChanged(path: string): boolean {
    const changed = this.model.trace?.changedSince ?? [];
    return changed.length > 0 && this.ancestry(path).some((module) => changed.includes(module.path));
  }

  /** The module that failed, or in which an operation failed; null where the pass did not fail. */
  get failedPath(): string | null {
    const failure = this.model.trace?.failure;
    return failure ? (this.moduleOf(failure.step)?.path ?? "") : null;
  }

  operation(step: StepId): OperationStep | undefined {
    const found = this.model.trace?.steps[step];
    return found?.kind === "operation" ? found : undefined;
  }

  /** The place whose call a step ran in; the root for a step without one. */
  enclosing(step: StepId): string {
    const steps = this.model.trace?.steps;
    const parent = steps?.[step]?.parent ?? null;
    const call = parent === null ? undefined : steps?.[parent];
    return call?.kind === "module" ? call.path : "";
  }

  /** The module that a step is the call of, or ran in. */
  moduleOf(step: StepId): ModuleSnapshot | undefined {
    const found = this.model.trace?.steps[step];
    return found && this.module(found.kind === "module" ? found.path : this.enclosing(step));
  }

  /** The shape that an operand has in the traced pass. */
  shape(operand: Operand): readonly number[] | null {
    return this.model.trace?.values[operand.value]?.shape ?? null;
  }

  totals(path: string): ModuleTotals {
    const known = this.#totals.get(path);
    if (known) return known;
    if (!this.module(path)) throw new Error(`${this.model.name} has no module "${path}".`);
    const identities = new Set<number>();
    const parameters = new Set<TensorSnapshot>();
    const buffers = new Set<TensorSnapshot>();
    const beneath = new Set<string>();
    let multiplyAdds = 0;
    for (const next of this.within(path)) {
      identities.add(next.identity);
      beneath.add(next.path);
      for (const use of next.parameters) parameters.add(this.tensor(use));
      for (const use of next.buffers) buffers.add(this.tensor(use));
      multiplyAdds += this.#ownMultiplyAdds(next.path);
    }
    const sum = (tensors: Iterable<TensorSnapshot>, of: (tensor: TensorSnapshot) => number) => {
      let total = 0;
      for (const tensor of tensors) total += of(tensor);
      return total;
    };
    const isOutside = (tensor: TensorSnapshot) => tensor.names.length > 1 && this.places(tensor.id).some((place) => !beneath.has(place.path));
    const totals: ModuleTotals = {
      modules: identities.size,
      parameters: sum(parameters, (tensor) => tensor.count),
      trainable: sum(parameters, (tensor) => (tensor.requiresGrad ? tensor.count : 0)),
      bytes: sum(parameters, (tensor) => tensor.bytes),
      bufferBytes: sum(buffers, (tensor) => tensor.bytes),
      sharedOutside: sum(parameters, (tensor) => (isOutside(tensor) ? tensor.count : 0)),
      multiplyAdds: this.model.trace ? multiplyAdds : null,
      unknownShapes: sum(parameters, (tensor) => (tensor.shape === null ? 1 : 0)),
    };
    this.#totals.set(path, totals);
    return totals;
  }

  #ownMultiplyAdds(path: string): number {
    if (!this.#multiplyAdds) {
      this.#multiplyAdds = new Map();
      for (const step of this.model.trace?.steps ?? []) {
        if (step.kind === "module") this.#multiplyAdds.set(step.path, (this.#multiplyAdds.get(step.path) ?? 0) + step.multiplyAdds);
      }
    }
    return this.#multiplyAdds.get(path) ?? 0;
  }
}

/** PyTorch's own name of a tensor: the first of its places. */
export function nameOf({ names }: TensorSnapshot): string {
  return names[0] ?? "";
}

/** Where a module was made; of the root, whose constructor the code may not call, at least where the model was defined. */
export function whereMade(model: ModelSnapshot, { path, location }: ModuleSnapshot): SourceLocation | null {
  return location ?? (path === "" ? model.location : null);
}

/** A module as seen from the model file: "net", "net.0.block". */
export function nameFromFile(model: ModelSnapshot, { path }: ModuleSnapshot): string {
  return path === "" ? model.name : nameIn(model.name, path);
}

/** A tensor's or a child's full name in the model. */
export function nameIn(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function fillingsOf(tensor: TensorSnapshot): readonly Filling[] {
  const { initialization } = tensor;
  if (initialization.kind === "unknown") return [];
  const replaced = initialization.kind === "recorded" ? (initialization.replaced ?? []) : [];
  return [...replaced, initialization].map((each) => ({ tensor, initialization: each }));
}

function lineKey(location: SourceLocation | null): string | null {
  return location && `${location.line} ${location.file}`;
}

/** In order; what has no key is left out. */
function groupBy<Item>(items: Iterable<Item>, keyOf: (item: Item) => string | null): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

const indexes = new WeakMap<ModelSnapshot, ModelIndex>();

/** The index of a snapshot, made once. */
export function indexOf(model: ModelSnapshot): ModelIndex {
  let index = indexes.get(model);
  if (!index) indexes.set(model, (index = new ModelIndex(model)));
  return index;
}
