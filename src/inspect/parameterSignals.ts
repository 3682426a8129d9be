import type { ParameterSignal, TensorId } from "../protocol/index.js";
import type { Engine, Module, Tensor } from "./engine.js";
import { sampleLimit, tensorStatistics } from "./statistics.js";

/** Gradients of units count as equal up to rounding. */
const roundingError = 1e-5;

/** What is known of a parameter, and of its gradient when that came back. */
interface Known {
  readonly norm: number;
  gradientNorm: number | null;
  /** By the axis that counts outputs, which is another in another module that has it too. */
  readonly units: Map<number, { readonly equalUnits: boolean; equalGradients: boolean }>;
}

/**
 * The parameters that a pass had, and the gradients that came back to them. Each is looked at once, however many modules and calls have it; its gradient when
 * that is whole, so that nobody has to hold it for the rest of the pass.
 */
export class ParameterSignals {
  readonly #named = new Map<Module, readonly { readonly name: string; readonly parameter: Tensor; readonly tensor: TensorId; readonly units: number }[]>();
  readonly #known = new Map<Tensor, Known>();

  constructor(
    private readonly engine: Engine,
    idOf: (tensor: Tensor) => TensorId | undefined,
    modules: Iterable<Module>,
  ) {
    const { nn } = engine;
    for (const module of modules) {
      const axes = axesOf(nn, module);
      const named = [...nn.parametersByName(module)].flatMap(([name, parameter]) => {
        const tensor = parameter && idOf(parameter);
        if (!parameter || tensor == null || !parameter.requiresGrad || nn.isUninitialized(parameter)) return [];
        return [{ name, parameter, tensor, units: parameter.ndim >= 2 ? (axes[name]?.indexOf("out") ?? -1) : -1 }];
      });
      this.#named.set(module, named);
      for (const { parameter, units } of named) {
        let known = this.#known.get(parameter);
        if (!known) this.#known.set(parameter, (known = { norm: this.#norm(parameter), gradientNorm: null, units: new Map() }));
        if (!known.units.has(units)) known.units.set(units, { equalUnits: units >= 0 && slicesAreEqual(parameter, units, 0), equalGradients: false });
      }
    }
  }

  /** Looks at the gradients of `parameters` that come back in `body`, which gets others in their place, of the same shapes and without values of their own. */
  watching(parameters: readonly Tensor[], body: () => void): void {
    const handles = parameters.map((parameter) =>
      parameter.registerHook((gradient) => {
        const known = this.#known.get(parameter);
        if (known) {
          known.gradientNorm = this.#norm(gradient);
          for (const [units, found] of known.units) found.equalGradients = found.equalUnits && slicesAreEqual(gradient, units, roundingError);
        }
        return this.engine.zeros([], { dtype: gradient.dtype }).expand(gradient.sizes);
      }),
    );
    try {
      body();
    } finally {
      for (const handle of handles) handle.remove();
    }
  }

  of(module: Module): ParameterSignal[] {
    return (this.#named.get(module) ?? []).map(({ name, parameter, tensor, units }) => {
      const { norm, gradientNorm, units: found } = this.#known.get(parameter)!;
      return { name, tensor, norm, gradientNorm, ...found.get(units)! };
    });
  }

  /** What lies together is looked at as a whole: that takes no longer than to gather a sample. */
  #norm(tensor: Tensor): number {
    const { finite, count } = tensorStatistics(this.engine, tensor, 0, tensor.isContiguous() ? Infinity : sampleLimit);
    return finite ? Math.sqrt(count) * Math.hypot(finite.mean, finite.std) : 0;
  }
}

function axesOf(nn: Engine["nn"], module: Module): ReturnType<Engine["nn"]["layerFacts"]>["axes"] {
  try {
    return nn.layerFacts(module).axes;
  } catch {
    return {}; // A layer whose parts were replaced by others may not be what its class says.
  }
}

/** Whether a tensor is the same wherever it is cut along a dimension, but for an error as a share of its largest element. False where there is one slice only. */
function slicesAreEqual(tensor: Tensor, dim: number, error: number): boolean {
  const { sizes, strides, offset, storage } = tensor;
  if (tensor.isMeta || sizes[dim]! < 2 || tensor.numel() === 0) return false;
  const { data } = storage;
  const others = sizes.map((size, at) => (at === dim ? 1 : size));
  const columns = others.reduce((product, size) => product * size, 1);
  let [largest, farthest] = [0, 0];
  for (let column = 0; column < columns; column++) {
    let start = offset;
    for (let at = others.length - 1, rest = column; at >= 0; at--) {
      start += (rest % others[at]!) * strides[at]!;
      rest = Math.floor(rest / others[at]!);
    }
    const first = data[start]!;
    for (let slice = 0; slice < sizes[dim]!; slice++) {
      const value = data[start + slice * strides[dim]!]!;
      const apart = Math.abs(value - first);
      if (error === 0 ? value !== first : !(apart < Infinity)) return false;
      largest = Math.max(largest, Math.abs(value));
      farthest = Math.max(farthest, apart);
    }
  }
  return farthest <= error * largest;
}
