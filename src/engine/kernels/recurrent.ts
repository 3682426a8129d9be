import type { ElementArray } from "../dtype.js";
import { multiply, type Matrix } from "./matmul.js";

/** One layer of a recurrent network in one direction, over all steps. Sequences are (steps, batch, features), row-major. */

export type RecurrentMode = "rnnTanh" | "rnnRelu" | "lstm" | "gru";

/** Gates, or rows of the weights as a multiple of the hidden size. */
export const gateCount: Readonly<Record<RecurrentMode, number>> = { rnnTanh: 1, rnnRelu: 1, lstm: 4, gru: 3 };

/** The weights of one layer and direction, dense: (gates * hidden, input), (gates * hidden, state), and (state, hidden) where the state is projected. */
export interface RecurrentWeights {
  readonly inputWeight: ElementArray;
  readonly hiddenWeight: ElementArray;
  readonly projection: ElementArray | null;
}

/** Of all gates, (gates * hidden); null for none. */
export interface RecurrentBiases {
  readonly input: ElementArray | null;
  readonly hidden: ElementArray | null;
}

export interface RecurrentSizes {
  readonly mode: RecurrentMode;
  readonly steps: number;
  readonly batch: number;
  readonly input: number;
  readonly hidden: number;
  /** Size of the state: the hidden size unless it is projected. */
  readonly state: number;
  /** Whether the last step comes first. */
  readonly reverse: boolean;
}

/** What backward needs of forward. */
export interface RecurrentTrace {
  /** Gates after their nonlinearities, (steps, batch, gates * hidden). */
  readonly gates: ElementArray;
  /** LSTM: the cells, (steps, batch, hidden). GRU: the hidden part of the new gate before the reset gate. */
  readonly inner: ElementArray;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

function matrix(data: ElementArray, columns: number, offset = 0): Matrix {
  return { data, offset, rowStride: columns, columnStride: 1 };
}

function transposed(data: ElementArray, columns: number, offset = 0): Matrix {
  return { data, offset, rowStride: 1, columnStride: columns };
}

function like(array: ElementArray, length: number): ElementArray {
  return new (array.constructor as new (length: number) => ElementArray)(length);
}

function addBias(rows: ElementArray, bias: ElementArray | null): void {
  if (bias === null) return;
  const { length } = bias;
  for (let start = 0; start < rows.length; start += length) for (let j = 0; j < length; j++) rows[start + j]! += bias[j]!;
}

/** Positions of the steps in the order they run. */
function stepsInOrder({ steps, reverse }: RecurrentSizes): number[] {
  const order = Array.from({ length: steps }, (_, t) => t);
  return reverse ? order.reverse() : order;
}

/**
 * Runs all steps from the state `h0` (batch, state) and, for LSTM, the cell `c0` (batch, hidden). Writes the states to `output` (steps,
 * batch, state).
 */
export function recurrentForward(
  sizes: RecurrentSizes, x: ElementArray, h0: ElementArray, c0: ElementArray | null, weights: RecurrentWeights, biases: RecurrentBiases, output: ElementArray,
): RecurrentTrace {
  const { mode, steps, batch, input, hidden, state } = sizes;
  const width = gateCount[mode] * hidden;
  const gates = like(x, steps * batch * width);
  multiply(gates, 0, steps * batch, width, input, matrix(x, input), transposed(weights.inputWeight, input));
  addBias(gates, biases.input);
  const inner = like(x, mode === "lstm" || mode === "gru" ? steps * batch * hidden : 0);
  const fromState = like(x, batch * width);
  const unprojected = weights.projection === null ? null : like(x, batch * hidden);
  let h: { data: ElementArray; offset: number } = { data: h0, offset: 0 };
  let c: { data: ElementArray; offset: number } | null = c0 && { data: c0, offset: 0 };
  for (const t of stepsInOrder(sizes)) {
    fromState.fill(0);
    multiply(fromState, 0, batch, width, state, matrix(h.data, state, h.offset), transposed(weights.hiddenWeight, state));
    addBias(fromState, biases.hidden);
    const out = t * batch * state;
    for (let n = 0; n < batch; n++) {
      const g = (t * batch + n) * width;
      const u = n * width;
      for (let j = 0; j < hidden; j++) {
        let value: number;
        if (mode === "lstm") {
          const inputGate = logistic(gates[g + j]! + fromState[u + j]!);
          const forgetGate = logistic(gates[g + hidden + j]! + fromState[u + hidden + j]!);
          const cellGate = Math.tanh(gates[g + 2 * hidden + j]! + fromState[u + 2 * hidden + j]!);
          const outputGate = logistic(gates[g + 3 * hidden + j]! + fromState[u + 3 * hidden + j]!);
          const cell = forgetGate * c!.data[c!.offset + n * hidden + j]! + inputGate * cellGate;
          gates[g + j] = inputGate;
          gates[g + hidden + j] = forgetGate;
          gates[g + 2 * hidden + j] = cellGate;
          gates[g + 3 * hidden + j] = outputGate;
          inner[(t * batch + n) * hidden + j] = cell;
          value = outputGate * Math.tanh(cell);
        } else if (mode === "gru") {
          const reset = logistic(gates[g + j]! + fromState[u + j]!);
          const update = logistic(gates[g + hidden + j]! + fromState[u + hidden + j]!);
          const hiddenPart = fromState[u + 2 * hidden + j]!;
          const fresh = Math.tanh(gates[g + 2 * hidden + j]! + reset * hiddenPart);
          gates[g + j] = reset;
          gates[g + hidden + j] = update;
          gates[g + 2 * hidden + j] = fresh;
          inner[(t * batch + n) * hidden + j] = hiddenPart;
          value = fresh + update * (h.data[h.offset + n * hidden + j]! - fresh);
        } else {
          const sum = gates[g + j]! + fromState[u + j]!;
          value = mode === "rnnTanh" ? Math.tanh(sum) : sum > 0 || Number.isNaN(sum) ? sum : 0;
          gates[g + j] = value;
        }
        if (unprojected === null) output[out + n * state + j] = value;
        else unprojected[n * hidden + j] = value;
      }
    }
    if (unprojected !== null) multiply(output, out, batch, state, hidden, matrix(unprojected, hidden), transposed(weights.projection!, hidden));
    h = { data: output, offset: out };
    if (mode === "lstm") c = { data: inner, offset: t * batch * hidden };
  }
  return { gates, inner };
}

export interface RecurrentGradients {
  readonly x: ElementArray;
  readonly h0: ElementArray;
  readonly c0: ElementArray;
  readonly inputWeight: ElementArray;
  readonly hiddenWeight: ElementArray;
  readonly inputBias: ElementArray;
  readonly hiddenBias: ElementArray;
  readonly projection: ElementArray;
}

/** All gradients, from those of the states `dOutput` (steps, batch, state) and, for LSTM, of the last cell `dCell` (batch, hidden). */
export function recurrentBackward(
  sizes: RecurrentSizes, x: ElementArray, h0: ElementArray, c0: ElementArray | null, weights: RecurrentWeights, output: ElementArray, { gates, inner }: RecurrentTrace,
  dOutput: ElementArray, dCell: ElementArray | null,
): RecurrentGradients {
  const { mode, steps, batch, input, hidden, state } = sizes;
  const width = gateCount[mode] * hidden;
  const order = stepsInOrder(sizes);
  /** Gradients of the gates' sums; for GRU the parts that come from the state differ in the new gate. */
  const dGates = like(x, steps * batch * width);
  const dFromState = mode === "gru" ? like(x, steps * batch * width) : dGates;
  const dProjection = like(x, weights.projection?.length ?? 0);
  const raw = weights.projection === null ? null : like(x, batch * hidden);
  const dRaw = weights.projection === null ? null : like(x, batch * hidden);
  let dState = like(x, batch * state);
  const dc = like(x, mode === "lstm" ? batch * hidden : 0);
  if (dCell !== null) dc.set(dCell);
  for (let k = steps - 1; k >= 0; k--) {
    const t = order[k]!;
    const before = k === 0 ? null : order[k - 1]!;
    const previousState = before === null ? h0 : output;
    const previousStart = before === null ? 0 : before * batch * state;
    for (let i = 0; i < batch * state; i++) dState[i]! += dOutput[t * batch * state + i]!;
    let dHidden = dState;
    if (raw !== null && dRaw !== null) {
      for (let i = 0; i < batch * hidden; i++) {
        const g = (t * batch + Math.floor(i / hidden)) * width + 3 * hidden + (i % hidden);
        raw[i] = gates[g]! * Math.tanh(inner[t * batch * hidden + i]!);
      }
      dRaw.fill(0);
      multiply(dRaw, 0, batch, hidden, state, matrix(dState, state), matrix(weights.projection!, hidden));
      multiply(dProjection, 0, state, hidden, batch, transposed(dState, state), matrix(raw, hidden), "values");
      dHidden = dRaw;
    }
    const dPrevious = like(x, batch * state);
    for (let n = 0; n < batch; n++) {
      const g = (t * batch + n) * width;
      for (let j = 0; j < hidden; j++) {
        const dh = dHidden[n * hidden + j]!;
        if (mode === "lstm") {
          const inputGate = gates[g + j]!;
          const forgetGate = gates[g + hidden + j]!;
          const cellGate = gates[g + 2 * hidden + j]!;
          const outputGate = gates[g + 3 * hidden + j]!;
          const squashed = Math.tanh(inner[(t * batch + n) * hidden + j]!);
          const previousCell = before === null ? c0![n * hidden + j]! : inner[(before * batch + n) * hidden + j]!;
          const cell = dc[n * hidden + j]! + dh * outputGate * (1 - squashed * squashed);
          dGates[g + j] = cell * cellGate * inputGate * (1 - inputGate);
          dGates[g + hidden + j] = cell * previousCell * forgetGate * (1 - forgetGate);
          dGates[g + 2 * hidden + j] = cell * inputGate * (1 - cellGate * cellGate);
          dGates[g + 3 * hidden + j] = dh * squashed * outputGate * (1 - outputGate);
          dc[n * hidden + j] = cell * forgetGate;
        } else if (mode === "gru") {
          const reset = gates[g + j]!;
          const update = gates[g + hidden + j]!;
          const fresh = gates[g + 2 * hidden + j]!;
          const dFresh = dh * (1 - update) * (1 - fresh * fresh);
          dGates[g + j] = dFresh * inner[(t * batch + n) * hidden + j]! * reset * (1 - reset);
          dGates[g + hidden + j] = dh * (previousState[previousStart + n * hidden + j]! - fresh) * update * (1 - update);
          dGates[g + 2 * hidden + j] = dFresh;
          dFromState[g + j] = dGates[g + j]!;
          dFromState[g + hidden + j] = dGates[g + hidden + j]!;
          dFromState[g + 2 * hidden + j] = dFresh * reset;
          dPrevious[n * hidden + j] = dh * update;
        } else {
          const value = gates[g + j]!;
          dGates[g + j] = mode === "rnnTanh" ? dh * (1 - value * value) : value > 0 ? dh : 0;
        }
      }
    }
    const stepGates = t * batch * width;
    multiply(dPrevious, 0, batch, state, width, matrix(dFromState, width, stepGates), matrix(weights.hiddenWeight, state), "values");
    dState = dPrevious;
  }

  const previousStates = like(x, steps * batch * state);
  order.forEach((t, k) => {
    const from = k === 0 ? h0 : output.subarray(order[k - 1]! * batch * state, (order[k - 1]! + 1) * batch * state);
    previousStates.set(from, t * batch * state);
  });
  const rows = steps * batch;
  const dx = like(x, rows * input);
  multiply(dx, 0, rows, input, width, matrix(dGates, width), matrix(weights.inputWeight, input));
  const dInputWeight = like(x, width * input);
  multiply(dInputWeight, 0, width, input, rows, transposed(dGates, width), matrix(x, input));
  const dHiddenWeight = like(x, width * state);
  multiply(dHiddenWeight, 0, width, state, rows, transposed(dFromState, width), matrix(previousStates, state));
  return {
    x: dx,
    h0: dState,
    c0: dc,
    inputWeight: dInputWeight,
    hiddenWeight: dHiddenWeight,
    inputBias: columnSums(dGates, width),
    hiddenBias: columnSums(dFromState, width),
    projection: dProjection,
  };
}

function columnSums(rows: ElementArray, width: number): ElementArray {
  const sums = new Float64Array(width);
  for (let start = 0; start < rows.length; start += width) for (let j = 0; j < width; j++) sums[j]! += rows[start + j]!;
  const result = like(rows, width);
  result.set(sums);
  return result;
}
