import * as l10n from "@vscode/l10n";
import type { Flow, LayerSignal, Signal, StepId, TensorId } from "../protocol/index.js";
import { operationNamed } from "../protocol/index.js";
import { callModule, type Engine, type Module, type Operation, type Tensor } from "./engine.js";
import { ParameterSignals } from "./parameterSignals.js";
import type { PassWatcher } from "./passWatcher.js";
import type { Recorder } from "./recorder.js";
import { defaultBins, sample, sampleLimit, tensorStatistics } from "./statistics.js";
import { eachTensor, withTensors } from "./structured.js";
import { thrownText } from "./thrown.js";

/** Columns of an activation in which samples are compared. */
const comparedColumns = 1 << 16;
const comparedSamples = 256;
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
    const before = input && this.#flow(input, "activation");
    let output: unknown;
    const { error: thrown } = recorder.record(root, () => void (output = engine.enableGrad(() => callModule(root, args))), this);
    const failure = thrown === undefined ? null : thrownText(thrown);
    const parameters = new ParameterSignals(engine, this.idOf, new Set(this.#entries.flatMap(({ module }) => module ?? [])));
    const isSentBack = failure === null && this.#sendBack(root, output, parameters);
    return {
      given: before,
      layers: this.#entries.map(({ module, ...entry }) => ({ ...entry, parameters: module ? parameters.of(module) : [] })),
      gradientMissing: !isSentBack && failure === null ? l10n.t("Nothing that the model gives out depends on a parameter that is trained.") : null,
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
      activation: tensor && this.#flow(tensor, "activation", facts),
      gradient: null,
      nonlinearity: facts && { gain: facts.gain, slope: facts.slope ?? null, rectifies: facts.bounds[0] === 0 && facts.bounds[1] === null },
    };
    this.#entries.push(entry);
    if (tensor?.requiresGrad) {
      tensor.registerHook((gradient) => {
        entry.gradient = this.#flow(gradient, "gradient");
        if (place.module) this.tell(place.path);
      });
    }
  }

  /** False where there is nothing that a gradient can be sent back from. */
  #sendBack(root: Module, output: unknown, parameters: ParameterSignals): boolean {
    const { engine } = this;
    const outputs: Tensor[] = [];
    eachTensor(engine, output, (tensor) => {
      if (tensor.dtype.isFloatingPoint && tensor.requiresGrad && !outputs.includes(tensor)) outputs.push(tensor);
    });
    const trained = [...engine.nn.namedParametersOf(root)].flatMap(([, parameter]) => (parameter.requiresGrad && parameter.numel() > 0 ? [parameter] : []));
    if (outputs.length === 0 || trained.length === 0) return false;
    const watching = engine.observe(null);
    try {
      const sent = outputs.map(({ sizes, dtype }) => (sizes.every((size) => size === 1) ? engine.ones(sizes, { dtype }) : engine.randn(sizes, { dtype })));
      parameters.watching(trained, () => {
        engine.autograd.grad(outputs, trained, { gradOutputs: sent, allowUnused: true });
      });
      return true;
    } finally {
      engine.observe(watching);
    }
  }

  #flow(tensor: Tensor, of: "activation" | "gradient", facts: ActivationFacts | null = null): Flow | null {
    if (tensor.isMeta || tensor.numel() === 0) return null;
    const { count, sampled, nan, positiveInfinity, zeros, finite, histogram } = tensorStatistics(this.engine, tensor, defaultBins);
    return {
      count,
      finite,
      zeros: zeros / sampled,
      nonFinite: (nan + positiveInfinity) / sampled,
      saturated: facts && saturation(tensor, facts.bounds),
      variation: of === "activation" ? variation(tensor) : null,
      histogram,
    };
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
  const starts = new Int32Array(Math.ceil(columns / step));
  for (let i = 0; i < starts.length; i++) {
    starts[i] = offset;
    for (let dim = others.length - 1, rest = i * step; dim >= 0; dim--) {
      starts[i]! += (rest % others[dim]!) * strides[dim]!;
      rest = Math.floor(rest / others[dim]!);
    }
  }
  // Sample by sample, as they lie in memory: a column's own elements are far from each other.
  const means = new Float64Array(starts.length);
  const stride = strides[along]!;
  for (let sample = 0; sample < samples; sample++) for (let i = 0; i < starts.length; i++) means[i]! += data[starts[i]! + sample * stride]!;
  for (let i = 0; i < means.length; i++) means[i]! /= samples;
  let [apart, total] = [0, 0];
  for (let sample = 0; sample < samples; sample++) {
    for (let i = 0; i < starts.length; i++) {
      const value = data[starts[i]! + sample * stride]!;
      const from = value - means[i]!;
      total += value * value;
      apart += from * from;
    }
  }
  const share = Math.sqrt(apart / total);
  return Number.isFinite(share) ? share : null;
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
