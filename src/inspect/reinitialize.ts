import * as l10n from "@vscode/l10n";
import { initializationSchemes, type InitializationChoice, type InitializationScheme, type InitializationTarget } from "../protocol/index.js";
import { classNameOf, type Engine, type Module, type Tensor } from "./engine.js";
import type { Initializations } from "./initializations.js";
import type { Recording } from "./recording.js";

const undoDepthLimit = 20;
const undoBytesLimit = 512e6;

interface Undo {
  readonly bytes: number;
  readonly tensors: ReadonlySet<Tensor>;
  readonly restore: () => void;
}

/** A reinitialization that can be undone. `before`: the values that there were. */
interface Done extends Undo {
  readonly before: number;
}

/** The modules that a target names, each object once. Throws where there are none. */
function targetModules({ nn }: Engine, root: Module, target: InitializationTarget): Module[] {
  switch (target.kind) {
    case "model":
      return [...nn.modulesOf(root)];
    case "module":
      return [...nn.modulesOf(root.getSubmodule(target.path))];
    case "type": {
      const modules = [...nn.modulesOf(root)].filter((module) => classNameOf(module) === target.type);
      if (modules.length === 0) throw new Error(l10n.t("The model has no module of type {0}.", target.type));
      return modules;
    }
    case "search": {
      if (target.paths.length === 0) throw new Error(l10n.t("The search {0} finds no module.", target.query));
      return [...new Set(target.paths.map((path) => root.getSubmodule(path)))];
    }
  }
}

/**
 * Fills parameters anew, and can undo that exactly.
 *
 * A scheme fills weights of two and more dimensions as far as it takes them, and zeroes the biases of the modules whose weights it filled, as one does
 * by hand, unless they are to be kept. One-dimensional weights, those of normalization layers, keep their values unless a scheme that takes them is asked for such a layer or
 * for the type of such layers. "asConstructed" calls each layer's `resetParameters`.
 */
export class Reinitializer {
  readonly #engine: Engine;
  readonly #initializations: Initializations;
  readonly #undo: Done[] = [];
  /** Which values the parameters have: a number for each reinitialization, and that of before where it is undone. */
  #values = 0;
  #latestValues = 0;
  /** Which values each forward pass ran with. */
  readonly #passes = new WeakMap<Recording, number>();
  /** Of the parameters that were filled or put back, the version that they then had. */
  readonly #versions = new Map<Tensor, number>();

  constructor(engine: Engine, initializations: Initializations) {
    this.#engine = engine;
    this.#initializations = initializations;
  }

  get undoDepth(): number {
    return this.#undo.length;
  }

  reinitialize(root: Module, target: InitializationTarget, choice: InitializationChoice): void {
    const undo = this.#fill(root, target, choice);
    this.#undo.push({ ...undo, before: this.#values });
    this.#values = ++this.#latestValues;
    this.#remember(undo);
    while (this.#undo.length > undoDepthLimit || this.#undo.reduce((sum, { bytes }) => sum + bytes, 0) > undoBytesLimit) this.#undo.shift();
  }

  /**
   * Fills parameters for as long as `body` runs; `afterwards` is given what takes it back, and has to call that. Without `values` whoever asks has copies of those, and
   * puts them back.
   */
  during<Result>(
    root: Module,
    target: InitializationTarget,
    choice: InitializationChoice,
    body: () => Result,
    afterwards: (restore: () => void) => void,
    keeps = { values: true },
  ): Result {
    afterwards(this.#fill(root, target, choice, keeps).restore);
    return body();
  }

  #fill(root: Module, target: InitializationTarget, choice: InitializationChoice, keeps = { values: true }): Undo {
    const modules = targetModules(this.#engine, root, target);
    const fills = choice.kind === "asConstructed" ? this.#resets(modules) : this.#schemeFills(modules, choice, target.kind === "model");
    const tensors = new Set(fills.flatMap(({ tensors }) => tensors));
    const undo = this.#save(tensors, keeps);
    this.#initializations.fromEditor = true;
    try {
      for (const { fill } of fills) fill();
    } catch (error) {
      undo.restore();
      throw error;
    } finally {
      this.#initializations.fromEditor = false;
    }
    return undo;
  }

  /** False when there is nothing to undo. */
  undo(): boolean {
    const undo = this.#undo.pop();
    if (undo === undefined) return false;
    undo.restore();
    this.#values = undo.before;
    this.#remember(undo);
    return true;
  }

  /** The code ran on with the same modules. Where it wrote to what was filled, as by training, undoing would take that away: there is nothing to undo any more. */
  codeRanOn(): void {
    if ([...this.#versions].every(([{ version }, known]) => version.value === known)) return;
    this.#undo.length = 0;
    this.#versions.clear();
    this.#values = ++this.#latestValues;
  }

  /** A pass has run, with the values of now unless it is known from before. */
  ran(pass: Recording): void {
    if (!this.#passes.has(pass)) this.#passes.set(pass, this.#values);
  }

  /** Whether a pass gives now the activations that it gave then. */
  areOfNow(pass: Recording): boolean {
    return this.#passes.get(pass) === this.#values;
  }

  #remember({ tensors }: Undo): void {
    for (const tensor of tensors) if (tensor instanceof this.#engine.nn.Parameter) this.#versions.set(tensor, tensor.version.value);
  }

  #resets(modules: readonly Module[]): { tensors: Tensor[]; fill: () => void }[] {
    const { nn } = this.#engine;
    const resets = modules.flatMap((module) => {
      const reset = (module as { resetParameters?: unknown }).resetParameters;
      if (typeof reset !== "function") return [];
      // What a layer resets may lie in its children, and may be statistics.
      return [
        { tensors: [...nn.namedParametersOf(module), ...nn.namedBuffersOf(module)].map(([, tensor]): Tensor => tensor), fill: () => void reset.call(module) },
      ];
    });
    if (resets.length === 0) throw new Error(l10n.t("No layer here knows how it was constructed (none has resetParameters)."));
    return resets;
  }

  #schemeFills(modules: readonly Module[], choice: InitializationChoice & { kind: "scheme" }, wholeModel: boolean): { tensors: Tensor[]; fill: () => void }[] {
    const scheme = initializationSchemes.find(({ function: name }) => name === choice.function);
    if (!scheme) throw new Error(l10n.t("nn.init has no function {0} that can be chosen here.", choice.function));
    const { nn, noGrad } = this.#engine;
    const initialize = nn.init[scheme.function as keyof typeof nn.init] as (tensor: Tensor, args: object) => unknown;
    const args = Object.fromEntries(scheme.arguments.map(({ name, default: value }) => [name, choice.arguments[name] ?? value]));
    const fills: { tensors: Tensor[]; fill: () => void }[] = [];
    const seen = new Set<Tensor>();
    const add = (tensor: Tensor, fill: () => void): void => {
      if (seen.has(tensor)) return;
      seen.add(tensor);
      fills.push({ tensors: [tensor], fill: () => noGrad(fill) });
    };
    for (const module of modules) {
      const own = [...nn.parametersByName(module)].flatMap(([name, parameter]) => (parameter && !nn.isUninitialized(parameter) ? [{ name, parameter }] : []));
      let weights = own.filter(({ parameter }) => parameter.ndim >= 2 && fits(scheme, parameter.ndim));
      if (weights.length === 0 && !wholeModel && own.every(({ parameter }) => parameter.ndim < 2)) {
        weights = own.filter(({ name, parameter }) => !isBias(name) && fits(scheme, parameter.ndim));
      }
      for (const { parameter } of weights) add(parameter, () => void initialize(parameter, args));
      if (weights.length === 0 || choice.biases === "kept") continue;
      for (const { name, parameter } of own) if (isBias(name)) add(parameter, () => void nn.init.zeros_(parameter));
    }
    if (fills.length === 0) throw new Error(misfit(scheme));
    return fills;
  }

  #save(tensors: ReadonlySet<Tensor>, keeps: { readonly values: boolean }): Undo {
    let bytes = 0;
    const restores: (() => void)[] = [];
    for (const tensor of tensors) {
      restores.push(this.#initializations.save(tensor));
      if (tensor.device !== "cpu" || !keeps.values) continue;
      const { storage } = tensor;
      const values = storage.data.slice();
      bytes += values.byteLength;
      restores.push(() => {
        (storage.data as Float64Array).set(values);
        tensor.version.value++;
      });
    }
    return { bytes, tensors, restore: () => restores.forEach((restore) => restore()) };
  }
}

function isBias(name: string): boolean {
  return /bias/i.test(name);
}

function fits(scheme: InitializationScheme, dimensions: number): boolean {
  return dimensions >= scheme.minDimensions && dimensions <= (scheme.maxDimensions ?? Infinity);
}

/** Why a scheme fills nothing. */
function misfit({ function: name, minDimensions, maxDimensions }: InitializationScheme): string {
  if (minDimensions === maxDimensions) return l10n.t("No weight here has the {0} dimensions that {1} needs.", minDimensions, name);
  if (maxDimensions === undefined) return l10n.t("No weight here has the {0} or more dimensions that {1} needs.", Math.max(2, minDimensions), name);
  return l10n.t("No weight here has the {0} to {1} dimensions that {2} needs.", minDimensions, maxDimensions, name);
}
