import path from "node:path";
import { pathToFileURL } from "node:url";
import { convolutions, lstm, powers, products, type CaseName, type Peer, type Prepare } from "./cases.js";

interface Session {
  run(feeds: Record<string, unknown>): Promise<unknown>;
}
interface OnnxRuntime {
  env: { wasm: { numThreads: number } };
  Tensor: new (type: "float32" | "bool", data: Float32Array | Uint8Array, dims: readonly number[]) => unknown;
  InferenceSession: { create(model: Uint8Array, options: { executionProviders: string[] }): Promise<Session> };
}

interface Input {
  readonly dims: readonly number[];
  /** Of all elements; random ones where it is left out. */
  readonly value?: number;
  readonly isTruth?: boolean;
}

const of = (...dims: number[]): Input => ({ dims });

/** ONNX Runtime Web, one thread, models of one operator each. */
export async function loadOnnxRuntime(folder: string): Promise<Peer> {
  const onnx = (await import(pathToFileURL(path.join(folder, "node_modules/onnxruntime-web/dist/ort.wasm.min.mjs")).href)) as OnnxRuntime;
  onnx.env.wasm.numThreads = 1;

  const running =
    (operator: string, inputs: readonly Input[], outputDims: number, attributes: readonly Uint8Array[] = [], givesTruth = false): Prepare =>
    async () => {
      const session = await onnx.InferenceSession.create(model(operator, inputs, outputDims, attributes, givesTruth), { executionProviders: ["wasm"] });
      const feeds = Object.fromEntries(
        inputs.map(({ dims, value, isTruth = false }, i) => {
          const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => value ?? Math.random());
          return [`x${i}`, isTruth ? new onnx.Tensor("bool", Uint8Array.from(data, Math.round), dims) : new onnx.Tensor("float32", data, dims)];
        }),
      );
      return async () => void (await session.run(feeds));
    };
  const cases: Partial<Record<CaseName, Prepare>> = {
    "add 1e7": running("Add", [of(1e7), of(1e7)], 1),
    "relu 1e7": running("Relu", [of(1e7)], 1),
    "softmax 1e4 x 1e3": running("Softmax", [of(1e4, 1e3)], 2),
    "layer norm 1e4 x 1e3": running("LayerNormalization", [of(1e4, 1e3), of(1e3), of(1e3)], 2),
    "pow of two tensors of 1e6": running("Pow", [of(1e6), of(1e6)], 1),
    "gt of two tensors of 1e6": running("Greater", [of(1e6), of(1e6)], 1, [], true),
    "where of 1e6": running("Where", [{ dims: [1e6], isTruth: true }, of(1e6), of(1e6)], 1),
    "masked fill of 1e6": running("Where", [{ dims: [1e6], isTruth: true }, { dims: [1], value: 0.5 }, of(1e6)], 1),
    "LSTM 128, batch 32, 30 steps, forward": running(
      "LSTM",
      [of(lstm.steps, lstm.batch, lstm.units), of(1, 4 * lstm.units, lstm.units), of(1, 4 * lstm.units, lstm.units), of(1, 8 * lstm.units)],
      4,
      [integerAttribute("hidden_size", lstm.units)],
    ),
  };
  for (const [name, value] of Object.entries(powers) as [keyof typeof powers, number][]) cases[name] = running("Pow", [of(1e6), { dims: [1], value }], 1);
  for (const [name, n] of Object.entries(products) as [keyof typeof products, number][]) cases[name] = running("MatMul", [of(n, n), of(n, n)], 2);
  for (const [name, [channels, size]] of Object.entries(convolutions) as [keyof typeof convolutions, readonly [number, number]][]) {
    cases[name] = running("Conv", [of(1, channels, size, size), of(channels, channels, 3, 3)], 4, [integersAttribute("pads", [1, 1, 1, 1])]);
  }
  return { name: "onnxruntime-web", cases };
}

// ONNX models are protocol buffers (onnx.proto): the few fields that a model of one operator needs.

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128);
  return [...bytes, rest];
}

function integer(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(field << 3), ...varint(value)]);
}

function nested(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = parts.flatMap((part) => [...part]);
  return Uint8Array.from([...varint((field << 3) | 2), ...varint(body.length), ...body]);
}

function text(field: number, value: string): Uint8Array {
  return nested(field, new TextEncoder().encode(value));
}

function integersAttribute(name: string, values: readonly number[]): Uint8Array {
  return nested(5, text(1, name), ...values.map((value) => integer(8, value)), integer(20, 7));
}

function integerAttribute(name: string, value: number): Uint8Array {
  return nested(5, text(1, name), integer(3, value), integer(20, 2));
}

function valueInfo(field: number, name: string, dims: number, isTruth = false): Uint8Array {
  const shape = nested(2, ...Array.from({ length: dims }, (_, i) => nested(1, text(2, `${name}_${i}`))));
  return nested(field, text(1, name), nested(2, nested(1, integer(1, isTruth ? 9 : 1), shape)));
}

function model(operator: string, inputs: readonly Input[], outputDims: number, attributes: readonly Uint8Array[], givesTruth: boolean): Uint8Array {
  const node = nested(1, ...inputs.map((_, i) => text(1, `x${i}`)), text(2, "y"), text(4, operator), ...attributes);
  const inputInfos = inputs.map(({ dims, isTruth }, i) => valueInfo(11, `x${i}`, dims.length, isTruth));
  const graph = nested(7, node, text(2, "graph"), ...inputInfos, valueInfo(12, "y", outputDims, givesTruth));
  const operators = nested(8, integer(2, 17));
  return Uint8Array.from([...integer(1, 8), ...graph, ...operators]);
}
