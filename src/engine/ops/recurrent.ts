import { composed, defineOperation, defineView, named } from "../dispatch/index.js";
import type { ElementArray } from "../dtype.js";
import { RuntimeError } from "../errors.js";
import { denseValues } from "../kernels/elementwise.js";
import {
  gateCount,
  recurrentBackward,
  recurrentForward,
  type RecurrentMode,
  type RecurrentSizes,
  type RecurrentTrace,
  type RecurrentWeights,
} from "../kernels/recurrent.js";
import { contiguousStrides, product } from "../size.js";
import { Storage } from "../storage.js";
import { Tensor } from "../tensor.js";
import { dropout } from "./dropout.js";
import { cat, stack } from "./joining.js";
import { transpose } from "./shape.js";
import { computes, views } from "../operation.js";
import { linear } from "./matmul.js";

export type { RecurrentMode } from "../kernels/recurrent.js";

/** The parameters of one layer in one direction. `projection` is null unless the state is projected (LSTM alone). */
export interface LayerWeights {
  readonly inputWeight: Tensor;
  readonly hiddenWeight: Tensor;
  readonly inputBias: Tensor | null;
  readonly hiddenBias: Tensor | null;
  readonly projection: Tensor | null;
}

type LayerArgs = [
  x: Tensor,
  h0: Tensor,
  c0: Tensor | null,
  inputWeight: Tensor,
  hiddenWeight: Tensor,
  inputBias: Tensor | null,
  hiddenBias: Tensor | null,
  projection: Tensor | null,
  mode: RecurrentMode,
  reverse: boolean,
  keepsOutput: boolean,
];

function sizesOf([x, , , inputWeight, hiddenWeight, , , , mode, reverse]: LayerArgs): RecurrentSizes {
  const [steps, batch, input] = x.sizes as [number, number, number];
  return { mode, steps, batch, input, hidden: inputWeight.sizes[0]! / gateCount[mode], state: hiddenWeight.sizes[1]!, reverse };
}

function weightsOf([, , , inputWeight, hiddenWeight, , , projection]: LayerArgs): RecurrentWeights {
  return { inputWeight: denseValues(inputWeight), hiddenWeight: denseValues(hiddenWeight), projection: projection && denseValues(projection) };
}

/** Elements of all states, before the last cell. */
function stateCount({ steps, batch, state }: RecurrentSizes): number {
  return steps * batch * state;
}

/** One step of a layer in operations: the next state and, for LSTM, the next cell. */
function recurrentStep(input: Tensor, h: Tensor, c: Tensor | null, [, , , , hiddenWeight, , hiddenBias, projection, mode]: LayerArgs): [Tensor, Tensor | null] {
  const hidden = linear(h, hiddenWeight, hiddenBias);
  switch (mode) {
    case "rnnTanh":
      return [input.add(hidden).tanh(), null];
    case "rnnRelu":
      return [input.add(hidden).relu(), null];
    case "gru": {
      const [resetX, updateX, newX] = input.chunk(3, -1) as [Tensor, Tensor, Tensor];
      const [resetH, updateH, newH] = hidden.chunk(3, -1) as [Tensor, Tensor, Tensor];
      const candidate = newX.add(resetX.add(resetH).sigmoid().mul(newH)).tanh();
      return [candidate.add(updateX.add(updateH).sigmoid().mul(h.sub(candidate))), null];
    }
    case "lstm": {
      const [i, f, g, o] = input.add(hidden).chunk(4, -1) as [Tensor, Tensor, Tensor, Tensor];
      const cell = f.sigmoid().mul(c!).add(i.sigmoid().mul(g.tanh()));
      const state = o.sigmoid().mul(cell.tanh());
      return [projection === null ? state : linear(state, projection), cell];
    }
  }
}

/** The states of all steps one after the other and, for LSTM, the last cell: an operation gives one tensor, whose parts are views. */
const layerOperation = defineOperation<LayerArgs, RecurrentTrace>({
  name: "recurrentLayer",
  effect: computes,
  arguments: ["input", "h0", "c0", "inputWeight", "hiddenWeight", "inputBias", "hiddenBias", "projection", null, ["reverse", false], null],
  multiplyAdds: ([x, , , inputWeight, hiddenWeight, , , projection]) =>
    product(x.sizes.slice(0, -1)) * (product(inputWeight.sizes) + product(hiddenWeight.sizes) + (projection === null ? 0 : product(projection.sizes))),
  infer(...args) {
    const [x, h0, c0, inputWeight] = args;
    for (const tensor of [x, h0, c0]) {
      if (tensor !== null && tensor.dtype !== inputWeight.dtype) {
        throw new RuntimeError(`expected scalar type ${inputWeight.dtype.scalarType} but found ${tensor.dtype.scalarType}`);
      }
    }
    const sizes = sizesOf(args);
    return { sizes: [stateCount(sizes) + (c0 === null ? 0 : sizes.batch * sizes.hidden)], dtype: x.dtype };
  },
  forward(output, ...args) {
    const [x, h0, c0, , , inputBias, hiddenBias] = args;
    const sizes = sizesOf(args);
    const out = output.storage.data;
    const biases = { input: inputBias && denseValues(inputBias), hidden: hiddenBias && denseValues(hiddenBias) };
    const trace = recurrentForward(sizes, denseValues(x), denseValues(h0), c0 && denseValues(c0), weightsOf(args), biases, out.subarray(0, stateCount(sizes)));
    if (c0 !== null) {
      const lastStep = sizes.reverse ? 0 : sizes.steps - 1;
      const cellSize = sizes.batch * sizes.hidden;
      out.set(trace.inner.subarray(lastStep * cellSize, (lastStep + 1) * cellSize), stateCount(sizes));
    }
    return trace;
  },
  reads: [0, 1, 2, 3, 4, 5, 6, 7, "output"],
  // PyTorch's steps keep no biases, nor the states that they give, and a copy of an input that turns.
  copies: (...args) => [...(args[10] ? [] : (["output"] as const)), ...(args[0].isContiguous() ? [] : [0]), ...(args[8] === "lstm" && args[10] ? [] : [5, 6])],
  backward(gradient, { args, output, saved }) {
    const [x, h0, c0, inputWeight, hiddenWeight, inputBias, hiddenBias, projection] = args;
    const sizes = sizesOf(args);
    const count = stateCount(sizes);
    const g = denseValues(gradient);
    const gradients = recurrentBackward(
      sizes,
      denseValues(x),
      denseValues(h0),
      c0 && denseValues(c0),
      weightsOf(args),
      denseValues(output).subarray(0, count),
      saved,
      g.subarray(0, count),
      c0 && g.subarray(count),
    );
    const wrap = (like: Tensor | null, values: ElementArray): Tensor | null =>
      like && new Tensor(Storage.wrap(like.dtype, values), like.sizes, contiguousStrides(like.sizes), 0);
    return [
      wrap(x, gradients.x),
      wrap(h0, gradients.h0),
      wrap(c0, gradients.c0),
      wrap(inputWeight, gradients.inputWeight),
      wrap(hiddenWeight, gradients.hiddenWeight),
      wrap(inputBias, gradients.inputBias),
      wrap(hiddenBias, gradients.hiddenBias),
      wrap(projection, gradients.projection),
    ];
  },
  recordedBackward: composed((args) => {
    const [x, h0, c0, inputWeight, , inputBias, , , , reverse] = args;
    const inputs = linear(x, inputWeight, inputBias).unbind();
    const states: Tensor[] = [];
    let [h, c]: [Tensor, Tensor | null] = [h0, c0];
    for (const input of reverse ? inputs.reverse() : inputs) {
      [h, c] = recurrentStep(input, h, c, args);
      states.push(h);
    }
    const parts = (reverse ? states.reverse() : states).map((state) => state.reshape(-1));
    return cat(c === null ? parts : [...parts, c.reshape(-1)]);
  }),
});

/** A part of what a layer gives, in its own shape. Bears the name of the step that PyTorch's graph shows. */
const partOf = defineView<[packed: Tensor, offset: number, sizes: readonly number[], gradientName: string]>({
  name: "recurrentPart",
  effect: views,
  arguments: ["packed", null, "shape", null],
  gradientName: (_packed, _offset, _sizes, gradientName) => gradientName,
  window: (packed, offset, sizes) => ({ sizes, strides: contiguousStrides(sizes), offset: packed.offset + offset }),
});

/** States of all steps (steps, batch, state), the last state (batch, state) and, for LSTM, the last cell (batch, hidden). */
interface LayerResult {
  readonly output: Tensor;
  readonly state: Tensor;
  readonly cell: Tensor | null;
}

/** `keepsOutput`: whether PyTorch's own backward reads what it gives, so that nobody may write to it. */
function runLayer(
  mode: RecurrentMode,
  x: Tensor,
  h0: Tensor,
  c0: Tensor | null,
  weights: LayerWeights,
  reverse: boolean,
  keepsOutput = mode === "lstm" && weights.projection === null,
): LayerResult {
  const { inputWeight, hiddenWeight, inputBias, hiddenBias, projection } = weights;
  const args: LayerArgs = [x, h0, c0, inputWeight, hiddenWeight, inputBias, hiddenBias, projection, mode, reverse, keepsOutput];
  const packed = layerOperation(...args);
  const sizes = sizesOf(args);
  const { steps, batch, state, hidden } = sizes;
  const gradientName = mode === "lstm" && weights.projection === null ? "MkldnnRnnLayerBackward0" : "StackBackward0";
  return {
    output: partOf(packed, 0, [steps, batch, state], gradientName),
    state: partOf(packed, (reverse ? 0 : steps - 1) * batch * state, [batch, state], gradientName),
    cell: c0 && partOf(packed, stateCount(sizes), [batch, hidden], gradientName),
  };
}

/**
 * The same for sequences packed step by step, the longest first: x is (sum of lengths, features), and so is the result. Steps that as many
 * sequences have run together.
 */
function runPackedLayer(
  mode: RecurrentMode,
  x: Tensor,
  batchSizes: readonly number[],
  h0: Tensor,
  c0: Tensor | null,
  weights: LayerWeights,
  reverse: boolean,
): LayerResult {
  const runs: { readonly start: number; readonly steps: number; readonly batch: number }[] = [];
  let start = 0;
  batchSizes.forEach((batch, step) => {
    if (step > 0 && batchSizes[step - 1] === batch) runs.push({ ...runs.pop()!, steps: step - batchSizes.indexOf(batch) + 1 });
    else runs.push({ start, steps: 1, batch });
    start += batch;
  });
  const first = (tensor: Tensor | null, batch: number): Tensor | null => tensor && tensor.narrow(0, 0, batch);
  const after = (tensor: Tensor | null, batch: number): Tensor[] =>
    tensor === null || tensor.sizes[0]! <= batch ? [] : [tensor.narrow(0, batch, tensor.sizes[0]! - batch)];
  /** The states of as many sequences as a run has: those that are over stand aside, those that begin join. */
  const ended: { readonly state: Tensor[]; readonly cell: Tensor[] } = { state: [], cell: [] };
  const fitted = (state: Tensor | null, initial: Tensor | null, over: Tensor[], batch: number): Tensor | null => {
    if (state === null) return first(initial, batch);
    over.unshift(...after(state, batch));
    return state.sizes[0]! >= batch ? first(state, batch) : cat([state, ...after(first(initial, batch), state.sizes[0]!)], 0);
  };
  const outputs: Tensor[] = [];
  let state: Tensor | null = null;
  let cell: Tensor | null = null;
  for (const { start: from, steps, batch } of reverse ? [...runs].reverse() : runs) {
    const part = x.narrow(0, from, steps * batch).reshape([steps, batch, x.sizes[1]!]);
    const result = runLayer(mode, part, fitted(state, h0, ended.state, batch)!, fitted(cell, c0, ended.cell, batch), weights, reverse);
    const output = result.output.reshape([steps * batch, result.output.sizes[2]!]);
    if (reverse) outputs.unshift(output);
    else outputs.push(output);
    ({ state, cell } = result);
  }
  return { output: cat(outputs, 0), state: cat([state!, ...ended.state], 0), cell: cell && cat([cell, ...ended.cell], 0) };
}

export interface RecurrentOptions {
  /** For packed input: how many sequences have each step. */
  readonly batchSizes?: readonly number[] | null;
  /** Whether the batch is the first dimension; else it is the second. Default false. */
  readonly batchFirst?: boolean;
  /** Probability with which elements between layers are dropped while training. Default 0. */
  readonly dropout?: number;
  readonly training?: boolean;
}

export interface RecurrentResult {
  /** (steps, batch, directions * state), or with the batch first. */
  readonly output: Tensor;
  /** The last states, (layers * directions, batch, state). */
  readonly state: Tensor;
  /** LSTM: the last cells, (layers * directions, batch, hidden); else null. */
  readonly cell: Tensor | null;
}

/**
 * A recurrent network of several layers. `layers` holds each layer's weights, one for each direction; `h0` and `c0` the initial states
 * (layers * directions, batch, size). Packed input and output are (sum of lengths, features).
 */
export function recurrentNetwork(
  mode: RecurrentMode,
  x: Tensor,
  h0: Tensor,
  c0: Tensor | null,
  layers: readonly (readonly LayerWeights[])[],
  options: RecurrentOptions,
): RecurrentResult {
  const { batchFirst = false, dropout: p = 0, training = false, batchSizes = null } = options;
  const turns = batchFirst && batchSizes === null;
  let input = turns ? transpose(x, 0, 1) : x;
  if (input.sizes[0] === 0) throw new RuntimeError("Expected sequence length to be larger than 0 in RNN");
  const states: Tensor[] = [];
  const cells: Tensor[] = [];
  const initial = c0 === null ? h0.unbind(0) : null;
  layers.forEach((directions, layer) => {
    const results = directions.map((weights, direction) => {
      const at = layer * directions.length + direction;
      const [h, c] = [initial?.[at] ?? h0.select(0, at), c0 && c0.select(0, at)];
      return batchSizes === null
        ? runLayer(mode, input, h, c, weights, direction === 1)
        : runPackedLayer(mode, input, batchSizes, h, c, weights, direction === 1);
    });
    for (const { state, cell } of results) {
      states.push(state);
      if (cell !== null) cells.push(cell);
    }
    input =
      results.length === 1
        ? results[0]!.output
        : cat(
            results.map(({ output }) => output),
            -1,
          );
    if (p > 0 && training && layer < layers.length - 1) input = dropout(input, p, true);
  });
  return {
    output: turns ? named(c0 === null ? "TransposeBackward1" : "TransposeBackward0", transpose(input, 0, 1)) : input,
    state: stack(states, 0),
    cell: c0 && stack(cells, 0),
  };
}

/** One step from the state `h` (batch, state) and, for LSTM, the cell `c` (batch, hidden). Input (batch, features). */
export function recurrentCell(mode: RecurrentMode, x: Tensor, h: Tensor, c: Tensor | null, weights: LayerWeights): { state: Tensor; cell: Tensor | null } {
  const { state, cell } = runLayer(mode, x.unsqueeze(0), h, c, weights, false, mode.startsWith("rnn"));
  const steps = { lstm: "MulBackward0", gru: "AddBackward0", rnnTanh: "TanhBackward0", rnnRelu: "ReluBackward0" };
  return { state: named(steps[mode], state), cell: cell && named("AddBackward0", cell) };
}

/** Throws PyTorch's errors for a state that does not fit a cell; `place` is 0 for the state itself, 1 for the cell of LSTM. */
export function checkCellSizes(x: Tensor, h: Tensor, weights: LayerWeights, place: 0 | 1): void {
  const inputSize = weights.inputWeight.sizes[1]!;
  if (x.sizes[1] !== inputSize) throw new RuntimeError(`input has inconsistent input_size: got ${x.sizes[1]} expected ${inputSize}`);
  if (x.sizes[0] !== h.sizes[0]) throw new RuntimeError(`Input batch size ${x.sizes[0]} doesn't match hidden${place} batch size ${h.sizes[0]}`);
  if (h.sizes[1] !== weights.hiddenWeight.sizes[1]) {
    throw new RuntimeError(`hidden${place} has inconsistent hidden_size: got ${h.sizes[1]}, expected ${weights.hiddenWeight.sizes[1]}`);
  }
}
