import type { ElementArray } from "../dtype.js";
import { checkInterrupt } from "../interruption.js";
import { cellBackward, runCell, type RecurrentMode } from "./cells.js";
import { multiplierBy, multiply } from "./matmul.js";
import type { Matrix } from "./matrix.js";
import type { Rows } from "./wasm/cells.js";

/** One layer of a recurrent network in one direction, over all steps. Sequences are (steps, batch, features), row-major. */

export type { RecurrentMode };

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

function matrix(data: ElementArray, columns: number, offset = 0): Matrix {
  return { data, offset, rowStride: columns, columnStride: 1 };
}

function transposed(data: ElementArray, columns: number, offset = 0): Matrix {
  return { data, offset, rowStride: 1, columnStride: columns };
}

function like(array: ElementArray, length: number): ElementArray {
  return new (array.constructor as new (length: number) => ElementArray)(length);
}

/** Every row becomes the bias, to which a product is then added; zeros for none. */
function startFrom(rows: ElementArray, bias: ElementArray | null): void {
  if (bias === null) {
    rows.fill(0);
    return;
  }
  rows.set(bias);
  for (let filled = bias.length; filled < rows.length; filled *= 2) rows.copyWithin(filled, 0, Math.min(filled, rows.length - filled));
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
  sizes: RecurrentSizes,
  x: ElementArray,
  h0: ElementArray,
  c0: ElementArray | null,
  weights: RecurrentWeights,
  biases: RecurrentBiases,
  output: ElementArray,
): RecurrentTrace {
  const { mode, steps, batch, input, hidden, state } = sizes;
  const width = gateCount[mode] * hidden;
  const gates = like(x, steps * batch * width);
  startFrom(gates, biases.input);
  multiply(gates, 0, steps * batch, width, input, matrix(x, input), transposed(weights.inputWeight, input), "values");
  const inner = like(x, mode === "lstm" || mode === "gru" ? steps * batch * hidden : 0);
  const fromState = like(x, batch * width);
  const unprojected = weights.projection === null ? null : like(x, batch * hidden);
  const timesHidden = multiplierBy(transposed(weights.hiddenWeight, state));
  let h: Rows = { data: h0, start: 0 };
  let c: Rows | null = c0 && { data: c0, start: 0 };
  for (const t of stepsInOrder(sizes)) {
    checkInterrupt();
    startFrom(fromState, biases.hidden);
    timesHidden(fromState, 0, batch, width, state, matrix(h.data, state, h.start), "values");
    const out = { data: output, start: t * batch * state };
    const own = { data: inner, start: t * batch * hidden };
    runCell(
      { mode, batch, hidden },
      {
        gates: { data: gates, start: t * batch * width },
        fromState: { data: fromState, start: 0 },
        previous: mode === "lstm" ? c : h,
        inner: own,
        values: unprojected === null ? out : { data: unprojected, start: 0 },
      },
    );
    if (unprojected !== null) multiply(output, out.start, batch, state, hidden, matrix(unprojected, hidden), transposed(weights.projection!, hidden));
    h = out;
    if (mode === "lstm") c = own;
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
  sizes: RecurrentSizes,
  x: ElementArray,
  h0: ElementArray,
  c0: ElementArray | null,
  weights: RecurrentWeights,
  output: ElementArray,
  { gates, inner }: RecurrentTrace,
  dOutput: ElementArray,
  dCell: ElementArray | null,
): RecurrentGradients {
  const { mode, steps, batch, input, hidden, state } = sizes;
  const width = gateCount[mode] * hidden;
  const order = stepsInOrder(sizes);
  const rowsAt = (data: ElementArray, step: number, columns: number): Rows => ({ data, start: step * batch * columns });
  /** Gradients of the gates' sums; for GRU the parts that come from the state differ in the new gate. */
  const dGates = like(x, steps * batch * width);
  const dFromState = mode === "gru" ? like(x, steps * batch * width) : dGates;
  const dProjection = like(x, weights.projection?.length ?? 0);
  const raw = weights.projection === null ? null : like(x, batch * hidden);
  const dRaw = weights.projection === null ? null : like(x, batch * hidden);
  const timesHidden = multiplierBy(matrix(weights.hiddenWeight, state));
  let dState = like(x, batch * state);
  const dc = like(x, mode === "lstm" ? batch * hidden : 0);
  if (dCell !== null) dc.set(dCell);
  for (let k = steps - 1; k >= 0; k--) {
    checkInterrupt();
    const t = order[k]!;
    const before = k === 0 ? null : order[k - 1]!;
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
    const [beforeFirst, source, columns] = mode === "lstm" ? [c0!, inner, hidden] : [h0, output, state];
    cellBackward(
      { mode, batch, hidden },
      {
        gates: rowsAt(gates, t, width),
        previous: before === null ? { data: beforeFirst, start: 0 } : rowsAt(source, before, columns),
        inner: rowsAt(inner, t, hidden),
      },
      {
        dValues: { data: dHidden, start: 0 },
        dCells: { data: dc, start: 0 },
        dGates: rowsAt(dGates, t, width),
        dFromState: rowsAt(dFromState, t, width),
        dPrevious: { data: dPrevious, start: 0 },
      },
    );
    const stepGates = t * batch * width;
    timesHidden(dPrevious, 0, batch, state, width, matrix(dFromState, width, stepGates), "values");
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
