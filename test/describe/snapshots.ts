/** Models as snapshots, made without the engine: what the page's tests show. */
import {
  type Distribution,
  type Initialization,
  type ModelSnapshot,
  type ModuleSnapshot,
  type TensorSnapshot,
  type TensorStatistics,
  type TraceStep,
  type TraceValue,
  operationNamed,
} from "../../src/protocol/index.js";
import { layer as described } from "../support/layers.js";

export const modelFile = "/workspace/parameter-management.ts";

/** What a layer is made of; `place` gives it a path. */
export interface Layer {
  readonly type: string;
  readonly arguments?: string;
  readonly parameters?: readonly { readonly name: string; readonly tensor: Tensor }[];
  readonly children?: readonly (readonly [name: string, layer: Layer])[];
  /** Output's shape from the input's; containers pass through their children. */
  readonly output?: (input: readonly number[]) => readonly number[];
  /** Equal numbers: one and the same module. */
  readonly identity?: number;
}

/** A parameter's content; the same object in two layers is one shared parameter. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly initialization: Initialization;
  readonly values: Float32Array;
  readonly requiresGrad: boolean;
}

/** Numbers that look random and are the same every time (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const random = generator(7);

function sample(distribution: Distribution): number {
  switch (distribution.kind) {
    case "uniform":
      return distribution.low + (distribution.high - distribution.low) * random();
    case "constant":
      return distribution.value;
    default:
      return distribution.mean + distribution.std * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  }
}

export interface TensorOptions {
  readonly function?: string;
  readonly arguments?: Readonly<Record<string, number | string>>;
  readonly by?: "constructor" | "code" | "layerscope";
  readonly modifiedBy?: readonly string[];
  readonly requiresGrad?: boolean;
}

export function tensor(shape: readonly number[], distribution: Distribution, options: TensorOptions = {}): Tensor {
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => sample(distribution));
  return {
    shape,
    values,
    requiresGrad: options.requiresGrad ?? true,
    initialization: {
      kind: "recorded",
      function: options.function ?? "uniform_",
      arguments: options.arguments ?? {},
      distribution,
      by: options.by ?? "constructor",
      location: { file: modelFile, line: 12, column: 3 },
      modifiedBy: options.modifiedBy ?? [],
    },
  };
}

export function linear(inputs: number, outputs: number, weight?: Tensor, bias?: Tensor): Layer {
  const bound = 1 / Math.sqrt(inputs);
  const uniform: Distribution = { kind: "uniform", low: -bound, high: bound };
  return {
    type: "Linear",
    arguments: `in_features=${inputs}, out_features=${outputs}, bias=True`,
    parameters: [
      {
        name: "weight",
        tensor:
          weight ??
          tensor([outputs, inputs], uniform, {
            function: "kaimingUniform_",
            arguments: { a: Math.sqrt(5), mode: "fan_in", nonlinearity: "leaky_relu" },
          }),
      },
      { name: "bias", tensor: bias ?? tensor([outputs], uniform, { arguments: { a: -bound, b: bound } }) },
    ],
    output: (input) => [...input.slice(0, -1), outputs],
  };
}

export const relu = (): Layer => ({ type: "ReLU", output: (input) => input });

export function sequential(...children: (Layer | readonly [string, Layer])[]): Layer {
  return {
    type: "Sequential",
    children: children.map((child, at) => ("type" in child ? [String(at), child] : child)),
  };
}

const bins = 32;

export function statistics(values: Float32Array): TensorStatistics {
  const finite = values.filter(Number.isFinite);
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  for (const value of finite) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  const mean = sum / finite.length;
  const std = Math.sqrt(finite.reduce((total, value) => total + (value - mean) ** 2, 0) / finite.length);
  const counts = new Array<number>(bins).fill(0);
  for (const value of finite) counts[Math.min(bins - 1, Math.floor(((value - min) / (max - min)) * bins))]!++;
  const count = (wanted: (value: number) => boolean) => values.filter(wanted).length;
  return {
    count: values.length,
    sampled: values.length,
    nan: count(Number.isNaN),
    positiveInfinity: count((value) => value === Infinity),
    negativeInfinity: count((value) => value === -Infinity),
    zeros: count((value) => value === 0),
    finite: finite.length > 0 ? { min, max, mean, std } : null,
    histogram: finite.length > 0 && min < max ? { low: min, high: max, bins: counts } : null,
  };
}

/** The values behind a snapshot's tensors, by id; a snapshot that differs from another in its trace alone has the same tensors. */
const valuesOf = new WeakMap<ModelSnapshot["tensors"], readonly Float32Array[]>();

export function tensorValues(model: ModelSnapshot, id: number): Float32Array {
  return valuesOf.get(model.tensors)![id]!;
}

/** The snapshot of a model whose forward pass takes an input of this shape through its layers in order; without a pass if null. */
export function snapshot(name: string, root: Layer, input: readonly number[] | null): ModelSnapshot {
  const tensors: TensorSnapshot[] = [];
  const ids = new Map<Tensor, number>();
  const raw: Float32Array[] = [];
  const identities = new Map<Layer, number>();
  const structures = new Map<string, number>();
  const number = <K>(map: Map<K, number>, key: K) => map.get(key) ?? (map.set(key, map.size), map.size - 1);

  const place = (layer: Layer, path: string, own: string): ModuleSnapshot => {
    const parameters = (layer.parameters ?? []).map((use) => {
      const full = path === "" ? use.name : `${path}.${use.name}`;
      let id = ids.get(use.tensor);
      if (id === undefined) {
        ids.set(use.tensor, (id = tensors.length));
        raw.push(use.tensor.values);
        tensors.push({
          id,
          kind: "parameter",
          names: [full],
          shape: use.tensor.shape,
          dtype: "float32",
          device: "cpu",
          requiresGrad: use.tensor.requiresGrad,
          count: use.tensor.values.length,
          bytes: use.tensor.values.byteLength,
          initialization: use.tensor.initialization,
          statistics: statistics(use.tensor.values),
          gradient: null,
        });
      } else {
        tensors[id] = { ...tensors[id]!, names: [...tensors[id]!.names, full] };
      }
      return { name: use.name, tensor: id };
    });
    const children = (layer.children ?? []).map(([child, inner]) => place(inner, path === "" ? child : `${path}.${child}`, child));
    const shape = [layer.type, layer.arguments, ...children.map((child) => `${child.name}:${child.structure}`)].join("|");
    return {
      path,
      name: own,
      type: layer.type,
      ...described(layer.type, layer.arguments ?? ""),
      identity: layer.identity ?? 1000 + number(identities, layer),
      structure: number(structures, shape),
      training: true,
      called: true,
      parameters,
      buffers: [],
      children,
      location: { file: modelFile, line: 10 + tensors.length, column: 13 },
    };
  };

  const module = place(root, "", name);
  const values: TraceValue[] = [];
  const steps: TraceStep[] = [];
  const run = (layer: Layer, at: ModuleSnapshot, parent: number | null, value: number): number => {
    const id = steps.length;
    const operands = (of: number) => [{ value: of, label: "" }];
    steps.push({ kind: "module", path: at.path, parent, inputs: operands(value), outputs: [], location: at.location, duration: 0.1, multiplyAdds: 0 });
    let output = value;
    at.children.forEach((child, place) => (output = run(layer.children![place]![1], child, id, output)));
    if (layer.output) {
      const shape = layer.output(values[value]!.shape);
      const step = steps.length;
      output = values.length;
      values.push({
        shape,
        dtype: "float32",
        source: { kind: "step", step },
        statistics: { finite: { mean: 0.12, std: 0.48 }, zeros: layer.type === "ReLU" ? 0.5 : 0, nonFinite: 0, negativeInfinity: 0 },
      });
      steps.push({
        kind: "operation",
        name: operationNamed(layer.type.toLowerCase()),
        arguments: [],
        effect: "computes",
        view: false,
        writes: [],
        multiplyAdds: (at.parameters[0] ? tensors[at.parameters[0].tensor]!.count : 0) * (values[value]!.shape[0] ?? 1),
        parent: id,
        inputs: operands(value),
        outputs: operands(output),
        location: at.location,
      });
    }
    const weight = at.parameters[0] ? tensors[at.parameters[0].tensor]! : null;
    steps[id] = {
      ...(steps[id] as Extract<TraceStep, { kind: "module" }>),
      outputs: operands(output),
      multiplyAdds: (weight?.count ?? 0) * (values[value]!.shape[0] ?? 1),
    };
    return output;
  };
  let output = 0;
  if (input) {
    values.push({ shape: input, dtype: "float32", source: { kind: "input" } });
    output = run(root, module, null, 0);
  }

  const total = (of: (tensor: TensorSnapshot) => number) => tensors.reduce((sum, each) => sum + of(each), 0);
  const count = (at: ModuleSnapshot): number[] => [at.identity, ...at.children.flatMap(count)];
  const model: ModelSnapshot = {
    formatVersion: 1,
    language: "typescript",
    name,
    location: { file: modelFile, line: 9, column: 7 },
    root: module,
    tensors,
    totals: {
      modules: new Set(count(module)).size,
      parameters: total((each) => each.count),
      trainableParameters: total((each) => (each.requiresGrad ? each.count : 0)),
      parameterBytes: total((each) => each.bytes),
      bufferBytes: 0,
      multiplyAdds: input ? steps.reduce((sum, step) => sum + (step.kind === "module" ? step.multiplyAdds : 0), 0) : null,
    },
    trace: input
      ? {
          origin: "recorded",
          values,
          inputs: [{ value: 0, label: "" }],
          outputs: [{ value: output, label: "" }],
          steps,
          failure: null,
          truncatedSteps: 0,
          inferredFrom: null,
          changedSince: [],
        }
      : null,
    traceMissing: input ? null : "The first layer does not say which input it takes.",
    ownPass: input ? "recorded" : null,
    hasForward: true,
    undoDepth: 0,
    signal: null,
  };
  valuesOf.set(model.tensors, raw);
  return model;
}

const block = () => sequential(linear(4, 8), relu(), linear(8, 4), relu());

/** The chapter's three models: an MLP, nested blocks, tied layers. */
export const net = () => snapshot("net", sequential(linear(4, 8), relu(), linear(8, 1)), [2, 4]);

export const rgnet = () => snapshot("rgnet", sequential(sequential(...[0, 1, 2, 3].map((at) => [`block ${at}`, block()] as const)), linear(4, 1)), [2, 4]);

export const tied = () => {
  const shared = linear(8, 8);
  return snapshot("tied", sequential(linear(4, 8), relu(), shared, relu(), shared, relu(), linear(8, 1)), [2, 4]);
};
