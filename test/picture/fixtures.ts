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

/** Models as snapshots, built without the engine: a module is plain data with a forward that records itself. */
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

// Layers

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

// Models

/** The chapter's first net. */
export const mlp = () => snapshot("net", sequential([linear(4, 8), relu(), linear(8, 1)]), { inputs: [[2, 4]] });

/** Layers and activations in turns of two, between layers of other sizes. */
export const alternating = (turns = 6) =>
  snapshot("alternating", sequential([linear(4, 8), relu(), ...Array.from({ length: turns }, () => [linear(8, 8), relu()]).flat(), linear(8, 2)]), {
    inputs: [[2, 4]],
  });

const chapterBlock = () => sequential([linear(4, 8), relu(), linear(8, 4), relu()]);

/** The chapter's nested net. */
export const rgnet = () =>
  snapshot("rgnet", sequential([sequential(Object.fromEntries([0, 1, 2, 3].map((i) => [`block ${i}`, chapterBlock()]))), linear(4, 1)]), { inputs: [[2, 4]] });

/** The chapter's net with one Linear in two places. */
export function tied(): ModelSnapshot {
  const shared = linear(8, 8);
  return snapshot("tied", sequential([linear(4, 8), relu(), shared, relu(), shared, relu(), linear(8, 1)]), { inputs: [[2, 4]] });
}

function bottleneck(from: number, width: number, to: number, stride: number): Spec {
  const children: Record<string, Spec> = {
    conv1: conv(from, width, 1),
    bn1: batchNorm(width),
    conv2: conv(width, width, 3, stride),
    bn2: batchNorm(width),
    conv3: conv(width, to, 1),
    bn3: batchNorm(to),
    relu: elementwise("ReLU", "inplace=True"),
  };
  const downsamples = stride !== 1 || from !== to;
  if (downsamples) children.downsample = sequential([conv(from, to, 1, stride), batchNorm(to)]);
  return spec("Bottleneck", "", children, (run, x) => {
    let y = run.call("relu", run.call("bn1", run.call("conv1", x)));
    y = run.call("relu", run.call("bn2", run.call("conv2", y)));
    y = run.call("bn3", run.call("conv3", y));
    const skip = downsamples ? run.call("downsample", x) : x;
    return run.call("relu", run.op("add", [y, skip], run.shape(y)));
  });
}

export function resnet(blocks: readonly number[] = [3, 4, 6, 3]): ModelSnapshot {
  let from = 64;
  const layers = blocks.map((count, stage) => {
    const width = 64 << stage;
    return sequential(
      Array.from({ length: count }, (_, i) => {
        const block = bottleneck(from, width, width * 4, i === 0 && stage > 0 ? 2 : 1);
        from = width * 4;
        return block;
      }),
    );
  });
  const children: Record<string, Spec> = {
    conv1: conv(3, 64, 7, 2),
    bn1: batchNorm(64),
    relu: elementwise("ReLU", "inplace=True"),
    maxpool: spec("MaxPool2d", "kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False", {}, (run, x) => {
      const [n, c, h, w] = run.shape(x) as [number, number, number, number];
      return run.op("maxPool2d", [x], [n, c, h / 2, w / 2]);
    }),
  };
  layers.forEach((layer, i) => (children[`layer${i + 1}`] = layer));
  children.avgpool = spec("AdaptiveAvgPool2d", "output_size=(1, 1)", {}, (run, x) => run.op("adaptiveAvgPool2d", [x], [...run.shape(x).slice(0, 2), 1, 1]));
  children.fc = linear(from, 1000);
  const names = Object.keys(children).slice(0, -1);
  return snapshot(
    "resnet50",
    spec("ResNet", "", children, (run, x) => {
      const features = names.reduce((value, name) => run.call(name, value), x);
      return run.call("fc", run.op("flatten", [features], [run.shape(features)[0]!, from], { bookkeeping: true, arguments: [{ name: "startDim", value: 1 }] }));
    }),
    { inputs: [[1, 3, 224, 224]] },
  );
}

export interface GptOptions {
  readonly blocks?: number;
  readonly width?: number;
  readonly unique?: boolean;
}

/** A GPT whose mask feeds every block and whose head is tied to the embedding. `unique`: no two blocks are equal, so that nothing folds. */
export function gpt({ blocks = 12, width = 768, unique = false }: GptOptions = {}): ModelSnapshot {
  const length = 64;
  const heads = width / 64;
  const attention = (): Spec =>
    spec(
      "CausalSelfAttention",
      "",
      {
        c_attn: linear(width, 3 * width),
        c_proj: linear(width, width),
        attn_dropout: elementwise("Dropout", "p=0.1, inplace=False"),
        resid_dropout: elementwise("Dropout", "p=0.1, inplace=False"),
      },
      (run, x, mask) => {
        const parts = run.ops(
          "split",
          [run.call("c_attn", x)],
          [0, 1, 2].map(() => run.shape(x)),
          { bookkeeping: true },
        );
        const [q, k, v] = parts.map((part) =>
          run.op("transpose", [run.op("view", [part], [1, length, heads, 64], { bookkeeping: true })], [1, heads, length, 64], { bookkeeping: true }),
        );
        const turned = run.op("transpose", [k!], [1, heads, 64, length], { bookkeeping: true });
        const scores = run.op("div", [run.op("matmul", [q!, turned], [1, heads, length, length])], [1, heads, length, length]);
        const masked = run.op("maskedFill", [scores, mask], [1, heads, length, length], { arguments: [{ name: "value", value: { code: "-Infinity" } }] });
        const weights = run.call("attn_dropout", run.op("softmax", [masked], [1, heads, length, length], { arguments: [{ name: "dim", value: -1 }] }));
        const mixed = run.op("matmul", [weights, v!], [1, heads, length, 64]);
        const joined = run.op("reshape", [run.op("transpose", [mixed], [1, length, heads, 64], { bookkeeping: true })], [1, length, width], {
          bookkeeping: true,
        });
        return run.call("resid_dropout", run.call("c_proj", joined));
      },
    );
  const block = (i: number): Spec =>
    spec(
      "Block",
      unique ? `layer=${i}` : "",
      {
        ln_1: layerNorm(width),
        attn: attention(),
        ln_2: layerNorm(width),
        mlp: spec(
          "MLP",
          "",
          {
            c_fc: linear(width, 4 * width),
            gelu: elementwise("GELU", "approximate='none'"),
            c_proj: linear(4 * width, width),
            dropout: elementwise("Dropout", "p=0.1, inplace=False"),
          },
          (run, x) => run.call("dropout", run.call("c_proj", run.call("gelu", run.call("c_fc", x)))),
        ),
      },
      (run, x, mask) => {
        const attended = run.op("add", [x, run.call("attn", run.call("ln_1", x), mask)], run.shape(x));
        return run.op("add", [attended, run.call("mlp", run.call("ln_2", attended))], run.shape(x));
      },
    );
  const table = weight([50257, width]);
  const root = spec(
    "GPT",
    "",
    {
      wte: embedding(50257, width, table),
      wpe: embedding(1024, width),
      drop: elementwise("Dropout", "p=0.1, inplace=False"),
      h: moduleList(Array.from({ length: blocks }, (_, i) => block(i))),
      ln_f: layerNorm(width),
      lm_head: linear(width, 50257, { bias: false, weight: table }),
    },
    (run, tokens) => {
      const positions = run.constant([length]);
      const mask = run.op("tril", [run.constant([length, length])], [length, length]);
      let x = run.call("drop", run.op("add", [run.call("wte", tokens), run.call("wpe", positions)], [1, length, width]));
      for (let i = 0; i < blocks; i++) x = run.call(`h.${i}`, x, mask);
      return run.call("lm_head", run.call("ln_f", x));
    },
  );
  return snapshot("gpt2", root, { inputs: [[1, length]], inputLabels: ["tokens"], inputType: "int64" });
}

/** Skips over all levels, joined by cat. */
export function unet(levels = 4): ModelSnapshot {
  const double = (from: number, to: number) =>
    spec("DoubleConv", "", { conv1: conv(from, to, 3), relu1: relu(), conv2: conv(to, to, 3), relu2: relu() }, (run, x) =>
      ["conv1", "relu1", "conv2", "relu2"].reduce((value, name) => run.call(name, value), x),
    );
  const pool = () =>
    spec("MaxPool2d", "kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False", {}, (run, x) => {
      const [n, c, h, w] = run.shape(x) as [number, number, number, number];
      return run.op("maxPool2d", [x], [n, c, h / 2, w / 2]);
    });
  const up = (from: number, to: number) =>
    spec(
      "ConvTranspose2d",
      `${from}, ${to}, kernel_size=(2, 2), stride=(2, 2)`,
      {},
      (run, x) => {
        const [n, , h, w] = run.shape(x) as [number, number, number, number];
        return run.op("convTranspose2d", [x], [n, to, h * 2, w * 2]);
      },
      { weight: weight([from, to, 2, 2]), bias: weight([to]) },
    );
  const children: Record<string, Spec> = {};
  for (let i = 0; i < levels; i++) {
    children[`down${i + 1}`] = double(i === 0 ? 3 : 32 << i, 64 << i);
    children[`pool${i + 1}`] = pool();
  }
  children.bottom = double(32 << levels, 64 << levels);
  for (let i = levels - 1; i >= 0; i--) {
    children[`up${i + 1}`] = up(128 << i, 64 << i);
    children[`merge${i + 1}`] = double(128 << i, 64 << i);
  }
  children.head = conv(64, 2, 1);
  return snapshot(
    "unet",
    spec("UNet", "", children, (run, x) => {
      const skips: ValueId[] = [];
      let y = x;
      for (let i = 0; i < levels; i++) {
        skips.push((y = run.call(`down${i + 1}`, y)));
        y = run.call(`pool${i + 1}`, y);
      }
      y = run.call("bottom", y);
      for (let i = levels - 1; i >= 0; i--) {
        const raised = run.call(`up${i + 1}`, y);
        const [n, c, h, w] = run.shape(raised) as [number, number, number, number];
        y = run.call(`merge${i + 1}`, run.op("cat", [skips[i]!, raised], [n, c * 2, h, w], { arguments: [{ name: "dim", value: 1 }] }));
      }
      return run.call("head", y);
    }),
    { inputs: [[1, 3, 256, 256]] },
  );
}

/** Throws in a Linear that does not fit, three boxes deep. */
export const failing = () =>
  snapshot(
    "broken",
    sequential({
      stem: sequential([linear(16, 32), relu()]),
      body: sequential({ first: sequential([linear(32, 32), relu(), linear(32, 10)]), second: sequential([linear(32, 32), relu()]) }),
      head: linear(32, 4),
    }),
    { inputs: [[8, 16]] },
  );

/** Throws in the code of a block, between its modules. */
export const failingInCode = () =>
  snapshot(
    "broken",
    spec(
      "Net",
      "",
      {
        first: linear(4, 8),
        block: spec("Block", "", { fc: linear(8, 8), out: linear(8, 8) }, (run, x) => {
          run.call("fc", x);
          return run.failInCode("Cannot read properties of undefined (reading 'shape')");
        }),
        last: linear(8, 2),
      },
      (run, x) => run.call("last", run.call("block", run.call("first", x))),
    ),
    { inputs: [[2, 4]] },
  );

/** A module called once per step of a sequence. */
export function unrolled(steps = 5): ModelSnapshot {
  const cell = spec("Cell", "", { input: linear(16, 32), state: linear(32, 32), tanh: elementwise("Tanh") }, (run, x, h) =>
    run.call("tanh", run.op("add", [run.call("input", x), run.call("state", h)], [1, 32])),
  );
  return snapshot(
    "recurrent",
    spec("Unrolled", "", { cell, out: linear(32, 4) }, (run, x) => {
      const parts = run.ops(
        "unbind",
        [x],
        Array.from({ length: steps }, () => [1, 16]),
        { bookkeeping: true, arguments: [{ name: "dim", value: 0 }] },
      );
      let h = run.constant([1, 32]);
      for (const part of parts) h = run.call("cell", part, h);
      return run.call("out", h);
    }),
    { inputs: [[steps, 1, 16]] },
  );
}

/** A gate and experts in parallel. */
export function mixture(experts = 64): ModelSnapshot {
  const expert = () => sequential([linear(64, 256), elementwise("SiLU"), linear(256, 64)], "Expert");
  return snapshot(
    "moe",
    spec("MixtureOfExperts", "", { norm: layerNorm(64), gate: linear(64, experts), experts: moduleList(Array.from({ length: experts }, expert)) }, (run, x) => {
      const normal = run.call("norm", x);
      const scores = run.op("softmax", [run.call("gate", normal)], [32, experts]);
      const parts = Array.from({ length: experts }, (_, i) => run.call(`experts.${i}`, normal));
      const stacked = run.op("stack", parts, [32, experts, 64]);
      return run.op("add", [x, run.op("einsum", [scores, stacked], [32, 64])], [32, 64]);
    }),
    { inputs: [[32, 64]] },
  );
}

/** Every layer feeds all later ones. */
export function dense(layers = 12): ModelSnapshot {
  const children = Object.fromEntries(Array.from({ length: layers }, (_, i) => [`layer${i}`, linear(16 * (i + 1), 16)]));
  return snapshot(
    "densenet",
    spec("DenseNet", "", children, (run, x) => {
      const features = [x];
      for (let i = 0; i < layers; i++) {
        const joined = features.length > 1 ? run.op("cat", features, [1, 16 * features.length]) : features[0]!;
        features.push(run.call(`layer${i}`, joined));
      }
      return features.at(-1)!;
    }),
    { inputs: [[1, 16]] },
  );
}

export const withoutTrace = () => snapshot("net", sequential([linear(4, 8), relu(), linear(8, 1)]));

/** Adds x to itself. */
export const doubled = () =>
  snapshot(
    "doubled",
    spec("Double", "", { fc: linear(4, 4) }, (run, x) => {
      const y = run.call("fc", x);
      return run.op("add", [y, y], run.shape(y));
    }),
    { inputs: [[2, 4]] },
  );

/** One layer in many places (ALBERT). */
export function sharedLayer(places = 12): ModelSnapshot {
  const layer = sequential([linear(64, 64), elementwise("GELU"), linear(64, 64)], "Layer");
  return snapshot(
    "albert",
    spec("Albert", "", { embed: linear(32, 64), layers: moduleList(Array.from({ length: places }, () => layer)), head: linear(64, 2) }, (run, x) => {
      let y = run.call("embed", x);
      for (let i = 0; i < places; i++) y = run.call(`layers.${i}`, y);
      return run.call("head", y);
    }),
    { inputs: [[1, 32]] },
  );
}

/** About 10,000 modules: 715 blocks of 14. */
export const tenThousand = (unique = false) => gpt({ blocks: 715, width: 128, unique });
