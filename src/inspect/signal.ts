import * as l10n from "@vscode/l10n";
import type { Flow, LayerSignal, ParameterSignal, Signal, StepId, TensorId } from "../protocol/index.js";
import { operationNamed } from "../protocol/index.js";
import { callModule, type Engine, type Module, type Operation, type Tensor } from "./engine.js";
import type { PassWatcher } from "./passWatcher.js";
import type { Recorder } from "./recorder.js";
import { defaultBins, sample, sampleLimit, tensorStatistics } from "./statistics.js";
import { eachTensor, withTensors } from "./structured.js";
import { thrownText } from "./thrown.js";

/** Columns of an activation in which samples are compared. */
const comparedColumns = 1 << 16;
const comparedSamples = 256;
/** Gradients of units count as equal up to rounding. */
const roundingError = 1e-5;
/** A value this near to a bound, as a share of the width between both, counts as saturated. */
const nearBound = 0.01;

type ActivationFacts = ReturnType<NonNullable<Operation["activates"]>>;

/**
 * Runs a model forward and backward on each of the batches that `batch` makes, and says what became of the signal on its way. Parameters, buffers and
 * the generator are the caller's to preserve; `grad` of no tensor is touched. `tell` hears of every module that gave something out, and that a gradient came back to.
 */
export function measureSignal(
  engine: Engine,
  recorder: Recorder,
  root: Module,
  batch: () => readonly unknown[],
  of: Pick<Signal, "input" | "seed" | "trial">,
  idOf: (tensor: Tensor) => TensorId | undefined,
  tell: (path: string) => void = () => undefined,
): Signal {
  const count = of.input.kind === "random" ? Math.max(1, of.input.batches) : 1;
  let all: Signal | null = null;
  for (let i = 0; i < count && (all === null || all.failure === null); i++) {
    engine.manualSeed(of.seed + i);
    const one: Signal = { ...of, ...new Measurement(engine, idOf, tell).of(recorder, root, batch()) };
    all = all === null ? one : together(all, one, i);
  }
  return all!;
}

/** Inputs like those of another pass: standard normal numbers, and integers up to the largest there. */
export function randomLike(engine: Engine, args: readonly unknown[]): readonly unknown[] {
  return withTensors(
    engine,
    args,
    once((tensor) => {
      const { sizes, dtype } = tensor;
      if (dtype.isFloatingPoint) return engine.randn(sizes, { dtype });
      if (dtype === engine.bool) return engine.randint(2, sizes).to(dtype);
      const largest = tensor.isMeta || tensor.numel() === 0 ? 0 : (tensorStatistics(engine, tensor).finite?.max ?? 0);
      return engine.randint(largest + 1, sizes, { dtype });
    }),
  );
}

/** What is one tensor in several places stays one. */
function once(replace: (tensor: Tensor) => Tensor): (tensor: Tensor) => Tensor {
  const known = new Map<Tensor, Tensor>();
  return (tensor) => {
    let other = known.get(tensor);
    if (!other) known.set(tensor, (other = replace(tensor)));
    return other;
  };
}

interface Entry extends Omit<LayerSignal, "parameters" | "gradient"> {
  gradient: Flow | null;
  readonly module: Module | null;
}

/** One pass there and back. */
class Measurement implements PassWatcher {
  readonly #entries: Entry[] = [];
  readonly #calls = new Map<string, number>();
  /** The calls that something ran in. */
  readonly #around = new Set<StepId>();
  /** What gave out a tensor, where that is a function that neurons end in. */
  readonly #facts = new WeakMap<Tensor, ActivationFacts>();

  constructor(
    private readonly engine: Engine,
    private readonly idOf: (tensor: Tensor) => TensorId | undefined,
    private readonly tell: (path: string) => void,
  ) {}

  of(recorder: Recorder, root: Module, given: readonly unknown[]): Omit<Signal, "input" | "seed" | "trial"> {
    const { engine } = this;
    // The pass may write to its inputs, and must not give gradients to them.
    const args = withTensors(
      engine,
      given,
      once((tensor) => tensor.detach().clone()),
    );
    const input = firstFloating(engine, args);
    const before = input && this.#flow(input, null);
    let output: unknown;
    const { error: thrown } = recorder.record(root, () => void (output = engine.enableGrad(() => callModule(root, args))), this);
    const failure = thrown === undefined ? null : thrownText(thrown);
    const gradients = failure === null ? this.#sendBack(root, output) : null;
    return {
      given: before,
      layers: this.#entries.map(({ module, ...entry }) => ({ ...entry, parameters: module ? this.#parameters(module, gradients) : [] })),
      gradientMissing: gradients === null && failure === null ? l10n.t("Nothing that the model gives out depends on a parameter that is trained.") : null,
      failure,
    };
  }

  left(step: StepId, within: StepId | null, path: string, module: Module, output: unknown): void {
    if (within !== null) this.#around.add(within);
    this.#add({ path, operation: null, call: this.#nth(path), isContainer: this.#around.has(step), module }, output);
    this.tell(path);
  }

  ran(operation: Operation, args: readonly unknown[], output: unknown, within: StepId, path: string, byCode: boolean): void {
    const facts = operation.activates?.(args);
    if (!facts || !(output instanceof this.engine.Tensor)) return;
    this.#facts.set(output, facts);
    if (!byCode) return;
    this.#around.add(within);
    this.#add({ path, operation: operationNamed(operation.name), call: this.#nth(`${within} ${operation.name}`), isContainer: false, module: null }, output);
  }

  #nth(key: string): number {
    const count = this.#calls.get(key) ?? 0;
    this.#calls.set(key, count + 1);
    return count;
  }

  #add(place: Pick<Entry, "path" | "operation" | "call" | "isContainer" | "module">, output: unknown): void {
    const tensor = firstFloating(this.engine, output);
    const facts = (tensor && this.#facts.get(tensor)) ?? null;
    const entry: Entry = {
      ...place,
      activation: tensor && this.#flow(tensor, facts),
      gradient: null,
      nonlinearity: facts && { gain: facts.gain, slope: facts.slope ?? null, rectifies: facts.bounds[0] === 0 && facts.bounds[1] === null },
    };
    this.#entries.push(entry);
    if (tensor?.requiresGrad) {
      tensor.registerHook((gradient) => {
        entry.gradient = this.#flow(gradient, null);
        if (place.module) this.tell(place.path);
      });
    }
  }

  /** Null where there is nothing that a gradient can be sent back from. */
  #sendBack(root: Module, output: unknown): ReadonlyMap<Tensor, Tensor> | null {
    const { engine } = this;
    const outputs: Tensor[] = [];
    eachTensor(engine, output, (tensor) => {
      if (tensor.dtype.isFloatingPoint && tensor.requiresGrad && !outputs.includes(tensor)) outputs.push(tensor);
    });
    const trained = [...engine.nn.namedParametersOf(root)].flatMap(([, parameter]) => (parameter.requiresGrad && parameter.numel() > 0 ? [parameter] : []));
    if (outputs.length === 0 || trained.length === 0) return null;
    const watching = engine.observe(null);
    try {
      const sent = outputs.map(({ sizes, dtype }) => (sizes.every((size) => size === 1) ? engine.ones(sizes, { dtype }) : engine.randn(sizes, { dtype })));
      const [first] = outputs as [Tensor];
      const gradients =
        outputs.length === 1
          ? engine.autograd.grad(first, trained, { gradOutputs: sent[0]!, allowUnused: true })
          : engine.autograd.grad(
              engine.enableGrad(() => outputs.map((each, i) => each.mul(sent[i]!).sum()).reduce((sum, each) => sum.add(each))),
              trained,
              { allowUnused: true },
            );
      return new Map(trained.flatMap((parameter, i) => (gradients[i] ? [[parameter, gradients[i]] as const] : [])));
    } finally {
      engine.observe(watching);
    }
  }

  #parameters(module: Module, gradients: ReadonlyMap<Tensor, Tensor> | null): ParameterSignal[] {
    const { nn } = this.engine;
    const axes = axesOf(nn, module);
    return [...nn.parametersByName(module)].flatMap(([name, parameter]) => {
      const tensor = parameter && this.idOf(parameter);
      if (!parameter || tensor == null || !parameter.requiresGrad || nn.isUninitialized(parameter)) return [];
      const gradient = gradients?.get(parameter) ?? null;
      const units = parameter.ndim >= 2 ? (axes[name]?.indexOf("out") ?? -1) : -1;
      const equalUnits = units >= 0 && slicesAreEqual(parameter, units, 0);
      return {
        name,
        tensor,
        norm: this.#norm(parameter),
        gradientNorm: gradient && this.#norm(gradient),
        equalUnits,
        equalGradients: equalUnits && gradient !== null && slicesAreEqual(gradient, units, roundingError),
      };
    });
  }

  #norm(tensor: Tensor): number {
    const { finite, count } = tensorStatistics(this.engine, tensor, 0);
    return finite ? Math.sqrt(count) * Math.hypot(finite.mean, finite.std) : 0;
  }

  #flow(tensor: Tensor, facts: ActivationFacts | null): Flow | null {
    if (tensor.isMeta || tensor.numel() === 0) return null;
    const { count, sampled, nan, positiveInfinity, zeros, finite, histogram } = tensorStatistics(this.engine, tensor, defaultBins);
    return {
      count,
      finite,
      zeros: zeros / sampled,
      nonFinite: (nan + positiveInfinity) / sampled,
      saturated: facts && saturation(tensor, facts.bounds),
      variation: variation(tensor),
      histogram,
    };
  }
}

function axesOf(nn: Engine["nn"], module: Module): ReturnType<Engine["nn"]["layerFacts"]>["axes"] {
  try {
    return nn.layerFacts(module).axes;
  } catch {
    return {}; // A layer whose parts were replaced by others may not be what its class says.
  }
}

function firstFloating(engine: Engine, value: unknown): Tensor | null {
  let first: Tensor | null = null;
  eachTensor(engine, value, (tensor) => {
    if (first === null && tensor.dtype.isFloatingPoint) first = tensor;
  });
  return first;
}

function saturation(tensor: Tensor, [low, high]: ActivationFacts["bounds"]): number | null {
  if (low === null || high === null || low >= high) return null;
  const near = (high - low) * nearBound;
  const values = sample(tensor, sampleLimit);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! <= low + near || values[i]! >= high - near) count++;
  return count / values.length;
}

/** See Flow. */
function variation({ sizes, strides, offset, storage: { data } }: Tensor): number | null {
  const along = sizes.length === 0 ? -1 : sizes[0]! > 1 ? 0 : sizes.length === 3 && sizes[1]! > 1 ? 1 : -1;
  if (along < 0) return null;
  const samples = Math.min(sizes[along]!, comparedSamples);
  const others = sizes.map((size, dim) => (dim === along ? 1 : size));
  const columns = others.reduce((product, size) => product * size, 1);
  const step = Math.ceil(columns / comparedColumns);
  let [apart, total] = [0, 0];
  for (let column = 0; column < columns; column += step) {
    let start = offset;
    for (let dim = others.length - 1, rest = column; dim >= 0; dim--) {
      start += (rest % others[dim]!) * strides[dim]!;
      rest = Math.floor(rest / others[dim]!);
    }
    let sum = 0;
    for (let i = 0; i < samples; i++) sum += data[start + i * strides[along]!]!;
    const mean = sum / samples;
    for (let i = 0; i < samples; i++) {
      const value = data[start + i * strides[along]!]!;
      total += value * value;
      apart += (value - mean) ** 2;
    }
  }
  const share = Math.sqrt(apart / total);
  return Number.isFinite(share) ? share : null;
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

/** The signals of `batches` batches and of one more. */
function together(all: Signal, one: Signal, batches: number): Signal {
  const keyOf = ({ path, operation, call }: LayerSignal): string => JSON.stringify([path, operation, call]);
  const others = new Map(one.layers.map((layer) => [keyOf(layer), layer]));
  const mean = (a: number, b: number): number => (a * batches + b) / (batches + 1);
  const each = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : mean(a, b));
  return {
    ...all,
    given: pooled(all.given, one.given),
    gradientMissing: all.gradientMissing ?? one.gradientMissing,
    failure: one.failure,
    layers: all.layers.map((layer) => {
      const other = others.get(keyOf(layer));
      if (!other) return layer;
      return {
        ...layer,
        activation: pooled(layer.activation, other.activation),
        gradient: pooled(layer.gradient, other.gradient),
        parameters: layer.parameters.map((parameter, i) => {
          const its = other.parameters[i]!;
          return { ...parameter, gradientNorm: each(parameter.gradientNorm, its.gradientNorm), equalGradients: parameter.equalGradients && its.equalGradients };
        }),
      };
    }),
  };
}

/** Two samples of one thing, as one. */
function pooled(a: Flow | null, b: Flow | null): Flow | null {
  if (a === null || b === null) return a ?? b;
  const count = a.count + b.count;
  const share = (of: (flow: Flow) => number): number => (of(a) * a.count + of(b) * b.count) / count;
  const both = (of: (flow: Flow) => number | null): number | null => (of(a) === null || of(b) === null ? null : share((flow) => of(flow)!));
  const [x, y] = [a.finite, b.finite];
  const mean = x && y ? share(({ finite }) => finite!.mean) : 0;
  const deviation = ({ finite }: Flow): number => Math.hypot(finite!.std, finite!.mean - mean);
  // The larger is taken out, as the square of what is small or large may be no number any more.
  const largest = x && y ? Math.max(deviation(a), deviation(b)) : 0;
  const std = largest === 0 ? 0 : largest * Math.sqrt(share((flow) => (deviation(flow) / largest) ** 2));
  return {
    count,
    finite: x && y ? { min: Math.min(x.min, y.min), max: Math.max(x.max, y.max), mean, std } : (x ?? y),
    zeros: share(({ zeros }) => zeros),
    nonFinite: share(({ nonFinite }) => nonFinite),
    saturated: both(({ saturated }) => saturated),
    variation: both((flow) => flow.variation),
    histogram: a.histogram,
  };
}
