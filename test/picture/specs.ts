/** Models as snapshots, built without the engine: a module is plain data with a forward that records itself. */
import {
  type DTypeName,
  type ModelSnapshot,
  type ModuleSnapshot,
  type Operand,
  type TensorSnapshot,
  type TensorStatistics,
  type TraceFailure,
  type TraceStep,
  type TraceValue,
  type ValueId,
  operationNamed,
  type StepArgument,
} from "../../src/protocol/index.js";
import { layer } from "../support/layers.js";

interface OperationGiven {
  readonly arguments?: readonly StepArgument[];
  readonly bookkeeping?: boolean;
}

const signs: Readonly<Record<string, string>> = { add: "+", sub: "−", mul: "×", div: "÷", matmul: "@", mm: "@", bmm: "@" };

/** What the engine would say of the operation. */
function facts(name: string, { arguments: given = [], bookkeeping = false }: OperationGiven = {}) {
  const sign = signs[name];
  const effect = bookkeeping ? ("view" as const) : ("computes" as const);
  return {
    name: operationNamed(name),
    arguments: given,
    effect,
    view: bookkeeping,
    writes: [],
    multiplyAdds: 0,
    ...(sign === undefined ? {} : { sign }),
    ...(name === "linear" && { between: "@" }),
  };
}

/** A module as data. */
export interface Spec {
  readonly type: string;
  readonly arguments: string;
  readonly parameters: readonly (readonly [string, Weight])[];
  readonly children: readonly (readonly [string, Spec])[];
  forward(run: Run, ...inputs: readonly ValueId[]): ValueId | readonly ValueId[];
}

export interface Weight {
  readonly shape: readonly number[];
  readonly fill: "uniform" | "normal" | "constant";
}

export class FixtureError extends Error {}

type Forward = Spec["forward"];

export function spec(type: string, args: string, children: Record<string, Spec>, forward: Forward, parameters: Record<string, Weight> = {}): Spec {
  return { type, arguments: args, children: Object.entries(children), forward, parameters: Object.entries(parameters) };
}

export function weight(shape: readonly number[], fill: Weight["fill"] = "normal"): Weight {
  return { shape, fill };
}

/** Records a forward pass. Child names are relative to the module whose forward runs. */
export class Run {
  readonly values: TraceValue[] = [];
  readonly steps: TraceStep[] = [];
  readonly #open: { step: number; path: string; spec: Spec }[] = [];
  readonly #tensors = new Map<Weight, ValueId>();
  readonly #root: Spec;
  failure: TraceFailure | null = null;

  constructor(
    root: Spec,
    readonly tensorIds: ReadonlyMap<Weight, number>,
  ) {
    this.#root = root;
  }

  shape(value: ValueId): readonly number[] {
    return this.values[value]!.shape;
  }

  value(shape: readonly number[], source: TraceValue["source"], dtype: DTypeName = "float32"): ValueId {
    this.values.push({ shape, dtype, source });
    return this.values.length - 1;
  }

  constant(shape: readonly number[]): ValueId {
    return this.value(shape, { kind: "constant", name: null });
  }

  tensor(weight: Weight): ValueId {
    let value = this.#tensors.get(weight);
    if (value === undefined) this.#tensors.set(weight, (value = this.value(weight.shape, { kind: "tensor", tensor: this.tensorIds.get(weight)! })));
    return value;
  }

  op(name: string, inputs: readonly ValueId[], shape: readonly number[], more: OperationGiven = {}): ValueId {
    return this.ops(name, inputs, [shape], more)[0]!;
  }

  ops(name: string, inputs: readonly ValueId[], shapes: readonly (readonly number[])[], more: OperationGiven = {}): ValueId[] {
    const step = this.steps.length;
    const outputs = shapes.map((shape) => this.value(shape, { kind: "step", step }));
    this.#record({
      kind: "operation",
      ...facts(name, more),
      inputs: operands(inputs),
      outputs: operands(outputs),
    });
    return outputs;
  }

  /** An operation that throws. */
  fail(name: string, inputs: readonly ValueId[], message: string): never {
    this.failure = { step: this.steps.length, message, location: null };
    this.#record({ kind: "operation", ...facts(name), inputs: operands(inputs), outputs: [] });
    throw new FixtureError(message);
  }

  /** Throws in the code of the module whose forward runs. */
  failInCode(message: string): never {
    this.failure = { step: this.#open.at(-1)!.step, message, location: null };
    throw new FixtureError(message);
  }

  call(name: string, ...inputs: readonly ValueId[]): ValueId {
    const around = this.#open.at(-1);
    let module = around?.spec ?? this.#root;
    for (const part of name === "" ? [] : name.split(".")) module = module.children.find(([child]) => child === part)![1];
    return this.callAt([around?.path, name].filter(Boolean).join("."), module, inputs)[0]!;
  }

  callAt(path: string, module: Spec, inputs: readonly ValueId[]): readonly ValueId[] {
    const step = this.steps.length;
    const outputs: Operand[] = [];
    this.#record({ kind: "module", path, duration: 0.1, multiplyAdds: 0, inputs: operands(inputs), outputs });
    this.#open.push({ step, path, spec: module });
    try {
      const result = module.forward(this, ...inputs);
      const list = typeof result === "number" ? [result] : result;
      outputs.push(...operands(list));
      return list;
    } finally {
      this.#open.pop();
    }
  }

  #record(step: DistributiveOmit<TraceStep, "parent" | "location">): void {
    this.steps.push({ ...step, parent: this.#open.at(-1)?.step ?? null, location: null });
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const operands = (values: readonly ValueId[]): Operand[] => values.map((value) => ({ value, label: "" }));
const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

export interface SnapshotOptions {
  readonly inputs?: readonly (readonly number[])[] | null;
  readonly inputLabels?: readonly string[];
  readonly inputType?: DTypeName;
}

/** The snapshot of a model; with `inputs`, of a forward pass too. */
export function snapshot(name: string, root: Spec, { inputs = null, inputLabels = [], inputType = "float32" }: SnapshotOptions = {}): ModelSnapshot {
  const identities = new Map<Spec, number>();
  const structures = new Map<string, number>();
  const tensorIds = new Map<Weight, number>();
  const names: string[][] = [];
  const number = <Key>(map: Map<Key, number>, key: Key) => {
    let id = map.get(key);
    if (id === undefined) map.set(key, (id = map.size));
    return id;
  };

  const module = (node: Spec, path: string, own: string): ModuleSnapshot => {
    const parameters = node.parameters.map(([use, tensor]) => {
      const id = number(tensorIds, tensor);
      (names[id] ??= []).push(path ? `${path}.${use}` : use);
      return { name: use, tensor: id };
    });
    const children = node.children.map(([child, childSpec]) => module(childSpec, path ? `${path}.${child}` : child, child));
    const sign = JSON.stringify([
      node.type,
      node.arguments,
      node.parameters.map(([use, tensor]) => [use, tensor.shape]),
      children.map((child) => [child.name, child.structure]),
    ]);
    return {
      path,
      name: own,
      type: node.type,
      ...layer(node.type, node.arguments),
      identity: number(identities, node),
      structure: number(structures, sign),
      training: true,
      called: true,
      parameters,
      buffers: [],
      children,
      location: null,
    };
  };
  const rootSnapshot = module(root, "", name);
  const tensors = [...tensorIds].map(
    ([tensor, id]): TensorSnapshot => ({
      id,
      kind: "parameter",
      names: names[id]!,
      shape: tensor.shape,
      dtype: "float32",
      device: "cpu",
      requiresGrad: true,
      count: product(tensor.shape),
      bytes: 4 * product(tensor.shape),
      initialization: { kind: "unknown" },
      statistics: statistics(tensor),
      gradient: null,
    }),
  );

  let trace: ModelSnapshot["trace"] = null;
  if (inputs) {
    const run = new Run(root, tensorIds);
    const given = inputs.map((shape) => run.value(shape, { kind: "input" }, inputType));
    let outputs: readonly ValueId[] = [];
    try {
      outputs = run.callAt("", root, given);
    } catch (error) {
      if (!(error instanceof FixtureError)) throw error;
    }
    trace = {
      origin: "recorded",
      values: run.values,
      inputs: given.map((value, i) => ({ value, label: inputLabels[i] ?? "" })),
      outputs: operands(outputs),
      steps: run.steps,
      failure: run.failure,
      truncatedSteps: 0,
      inferredFrom: null,
      changedSince: [],
    };
  }
  const total = tensors.reduce((sum, tensor) => sum + tensor.count, 0);
  return {
    formatVersion: 1,
    language: "typescript",
    name,
    location: null,
    root: rootSnapshot,
    tensors,
    trace,
    traceMissing: trace ? null : "No forward pass ran.",
    ownPass: trace && "recorded",
    hasForward: true,
    undoDepth: 0,
    signal: null,
    totals: { modules: identities.size, parameters: total, trainableParameters: total, parameterBytes: 4 * total, bufferBytes: 0, multiplyAdds: null },
  };
}

function statistics({ shape, fill }: Weight): TensorStatistics {
  const count = product(shape);
  const shared = { count, sampled: count, nan: 0, positiveInfinity: 0, negativeInfinity: 0, zeros: 0 };
  if (fill === "constant") return { ...shared, finite: { min: 1, max: 1, mean: 1, std: 0 }, histogram: null };
  const bins = Array.from({ length: 32 }, (_, i) => {
    const x = (i - 15.5) / 16;
    const ripple = 1 + 0.12 * Math.sin(i * 12.9898 + count);
    return Math.round(count * (fill === "normal" ? Math.exp(-6 * x * x) : 1) * ripple);
  });
  return { ...shared, finite: { min: -1, max: 1, mean: 0, std: 0.4 }, histogram: { low: -1, high: 1, bins } };
}

export function linear(from: number, to: number, more: { bias?: boolean; weight?: Weight } = {}): Spec {
  const parameters: Record<string, Weight> = { weight: more.weight ?? weight([to, from], "uniform") };
  if (more.bias !== false) parameters.bias = weight([to], "uniform");
  return spec(
    "Linear",
    `in_features=${from}, out_features=${to}, bias=${more.bias === false ? "False" : "True"}`,
    {},
    (run, x) => {
      const shape = run.shape(x);
      const used = [x, ...Object.values(parameters).map((tensor) => run.tensor(tensor))];
      if (shape.at(-1) !== from)
        run.fail("linear", used, `mat1 and mat2 shapes cannot be multiplied (${product(shape.slice(0, -1))}x${shape.at(-1)} and ${from}x${to})`);
      return run.op("linear", used, [...shape.slice(0, -1), to]);
    },
    parameters,
  );
}

export function elementwise(type: string, args = ""): Spec {
  return spec(type, args, {}, (run, x) => run.op(type.toLowerCase(), [x], run.shape(x)));
}

export const relu = () => elementwise("ReLU");

export function layerNorm(size: number): Spec {
  const parameters = { weight: weight([size], "constant"), bias: weight([size], "constant") };
  return spec(
    "LayerNorm",
    `(${size},), eps=1e-05, elementwise_affine=True`,
    {},
    (run, x) => run.op("layerNorm", [x, ...Object.values(parameters).map((tensor) => run.tensor(tensor))], run.shape(x)),
    parameters,
  );
}

export function conv(from: number, to: number, kernel: number, stride = 1): Spec {
  const padding = (kernel - 1) >> 1;
  const parameters = { weight: weight([to, from, kernel, kernel]) };
  const args = `${from}, ${to}, kernel_size=(${kernel}, ${kernel}), stride=(${stride}, ${stride})${padding ? `, padding=(${padding}, ${padding})` : ""}, bias=False`;
  return spec(
    "Conv2d",
    args,
    {},
    (run, x) => {
      const [n, , h, w] = run.shape(x) as [number, number, number, number];
      return run.op("conv2d", [x, run.tensor(parameters.weight)], [n, to, Math.ceil(h / stride), Math.ceil(w / stride)]);
    },
    parameters,
  );
}

export function batchNorm(size: number): Spec {
  const parameters = { weight: weight([size], "constant"), bias: weight([size], "constant") };
  return spec(
    "BatchNorm2d",
    `${size}, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True`,
    {},
    (run, x) => run.op("batchNorm", [x], run.shape(x)),
    parameters,
  );
}

export function embedding(count: number, size: number, table = weight([count, size])): Spec {
  return spec("Embedding", `${count}, ${size}`, {}, (run, x) => run.op("embedding", [x, run.tensor(table)], [...run.shape(x), size]), { weight: table });
}

export function sequential(children: readonly Spec[] | Record<string, Spec>, type = "Sequential"): Spec {
  const named = Array.isArray(children)
    ? Object.entries(Object.fromEntries(children.map((child, i) => [i, child] as const)))
    : Object.entries(children as Record<string, Spec>);
  return {
    type,
    arguments: "",
    parameters: [],
    children: named as [string, Spec][],
    forward: (run, x) => named.reduce((value, [name]) => run.call(name, value), x),
  };
}

export function moduleList(children: readonly Spec[]): Spec {
  return {
    ...sequential(children, "ModuleList"),
    forward: () => {
      throw new Error("ModuleList is not called");
    },
  };
}
