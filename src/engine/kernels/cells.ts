import type { ElementArray } from "../dtype.js";
import { cellInWasm, type Rows } from "./wasm/cells.js";

/** Cells of recurrent networks: one step for the rows of a batch, after the matrix products. */

export type RecurrentMode = "rnnTanh" | "rnnRelu" | "lstm" | "gru";

export interface CellSizes {
  readonly mode: RecurrentMode;
  readonly batch: number;
  readonly hidden: number;
}

/** What a step works on. */
export interface CellStep {
  /** (batch, gates * hidden): the sums from the input, and then the gates after their nonlinearities. */
  readonly gates: Rows;
  /** The sums from the state, of the same size. */
  readonly fromState: Rows;
  /** LSTM: the cells before (batch, hidden). GRU: the states before. */
  readonly previous: Rows | null;
  /** LSTM: the cells (batch, hidden). GRU: the hidden part of the new gate before the reset gate. */
  readonly inner: Rows;
  /** The states (batch, hidden), before any projection. */
  readonly values: Rows;
}

/** The gradients of a step: those of `values` are given, `dPrevious` holds zeros. */
export interface CellGradients {
  readonly dValues: Rows;
  /** LSTM: gradients of the cells (batch, hidden), from the step after and then for the step before. */
  readonly dCells: Rows;
  readonly dGates: Rows;
  /** GRU: gradients of the sums from the state, which differ in the new gate. */
  readonly dFromState: Rows;
  /** GRU: what goes to the state before past the gates. */
  readonly dPrevious: Rows;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

export function runCell(sizes: CellSizes, step: CellStep): void {
  if (sizes.mode === "lstm") runLstmCell(sizes, step);
  else if (sizes.mode === "gru") runGruCell(sizes, step);
  else runPlainCell(sizes, step);
}

export function cellBackward(sizes: CellSizes, step: Omit<CellStep, "fromState" | "values">, gradients: CellGradients): void {
  if (sizes.mode === "lstm") lstmCellBackward(sizes, step, gradients);
  else if (sizes.mode === "gru") gruCellBackward(sizes, step, gradients);
  else plainCellBackward(sizes, step, gradients);
}

/** Calls `body` with the number of each element (row, j) of (batch, hidden), and that of the row's element j among gates. */
function forEachElement({ batch, hidden }: CellSizes, gates: number, body: (i: number, g: number) => void): void {
  for (let row = 0; row < batch; row++) for (let j = 0; j < hidden; j++) body(row * hidden + j, row * gates * hidden + j);
}

function runLstmCell(sizes: CellSizes, { gates, fromState, previous, inner, values }: CellStep): void {
  const { batch, hidden } = sizes;
  const served = cellInWasm(
    batch,
    hidden,
    [
      { ...gates, width: 4, use: "both" },
      { ...fromState, width: 4, use: "read" },
      { ...previous!, width: 1, use: "read" },
      { ...inner, width: 1, use: "written" },
      { ...values, width: 1, use: "written" },
    ],
    (kernels, [a, b, c, d, e], rows) => kernels.lstmCell(a!, b!, c!, d!, e!, rows, hidden),
  );
  if (served) return;
  const sum = (at: number): number => gates.data[gates.start + at]! + fromState.data[fromState.start + at]!;
  forEachElement(sizes, 4, (i, g) => {
    const inputGate = logistic(sum(g));
    const forgetGate = logistic(sum(g + hidden));
    const cellGate = Math.tanh(sum(g + 2 * hidden));
    const outputGate = logistic(sum(g + 3 * hidden));
    const cell = forgetGate * previous!.data[previous!.start + i]! + inputGate * cellGate;
    write(gates, g, hidden, [inputGate, forgetGate, cellGate, outputGate]);
    inner.data[inner.start + i] = cell;
    values.data[values.start + i] = outputGate * Math.tanh(cell);
  });
}

function lstmCellBackward(
  sizes: CellSizes,
  { gates, previous, inner }: Omit<CellStep, "fromState" | "values">,
  { dValues, dCells, dGates }: CellGradients,
): void {
  const { batch, hidden } = sizes;
  const served = cellInWasm(
    batch,
    hidden,
    [
      { ...gates, width: 4, use: "read" },
      { ...inner, width: 1, use: "read" },
      { ...previous!, width: 1, use: "read" },
      { ...dValues, width: 1, use: "read" },
      { ...dCells, width: 1, use: "both" },
      { ...dGates, width: 4, use: "written" },
    ],
    (kernels, [a, b, c, d, e, f], rows) => kernels.lstmCellBackward(a!, b!, c!, d!, e!, f!, rows, hidden),
  );
  if (served) return;
  forEachElement(sizes, 4, (i, g) => {
    const [inputGate, forgetGate, cellGate, outputGate] = read(gates, g, hidden, 4) as [number, number, number, number];
    const squashed = Math.tanh(inner.data[inner.start + i]!);
    const dValue = dValues.data[dValues.start + i]!;
    const dCell = dCells.data[dCells.start + i]! + dValue * outputGate * (1 - squashed * squashed);
    write(dGates, g, hidden, [
      dCell * cellGate * inputGate * (1 - inputGate),
      dCell * previous!.data[previous!.start + i]! * forgetGate * (1 - forgetGate),
      dCell * inputGate * (1 - cellGate * cellGate),
      dValue * squashed * outputGate * (1 - outputGate),
    ]);
    dCells.data[dCells.start + i] = dCell * forgetGate;
  });
}

function runGruCell(sizes: CellSizes, { gates, fromState, previous, inner, values }: CellStep): void {
  const { batch, hidden } = sizes;
  const served = cellInWasm(
    batch,
    hidden,
    [
      { ...gates, width: 3, use: "both" },
      { ...fromState, width: 3, use: "read" },
      { ...previous!, width: 1, use: "read" },
      { ...inner, width: 1, use: "written" },
      { ...values, width: 1, use: "written" },
    ],
    (kernels, [a, b, c, d, e], rows) => kernels.gruCell(a!, b!, c!, d!, e!, rows, hidden),
  );
  if (served) return;
  forEachElement(sizes, 3, (i, g) => {
    const [resetSum, updateSum, freshSum] = read(gates, g, hidden, 3) as [number, number, number];
    const [resetState, updateState, hiddenPart] = read(fromState, g, hidden, 3) as [number, number, number];
    const reset = logistic(resetSum + resetState);
    const update = logistic(updateSum + updateState);
    const fresh = Math.tanh(freshSum + reset * hiddenPart);
    write(gates, g, hidden, [reset, update, fresh]);
    inner.data[inner.start + i] = hiddenPart;
    values.data[values.start + i] = fresh + update * (previous!.data[previous!.start + i]! - fresh);
  });
}

function gruCellBackward(
  sizes: CellSizes,
  { gates, previous, inner }: Omit<CellStep, "fromState" | "values">,
  { dValues, dGates, dFromState, dPrevious }: CellGradients,
): void {
  const { batch, hidden } = sizes;
  const served = cellInWasm(
    batch,
    hidden,
    [
      { ...gates, width: 3, use: "read" },
      { ...inner, width: 1, use: "read" },
      { ...previous!, width: 1, use: "read" },
      { ...dValues, width: 1, use: "read" },
      { ...dGates, width: 3, use: "written" },
      { ...dFromState, width: 3, use: "written" },
      { ...dPrevious, width: 1, use: "written" },
    ],
    (kernels, [a, b, c, d, e, f, g], rows) => kernels.gruCellBackward(a!, b!, c!, d!, e!, f!, g!, rows, hidden),
  );
  if (served) return;
  forEachElement(sizes, 3, (i, g) => {
    const [reset, update, fresh] = read(gates, g, hidden, 3) as [number, number, number];
    const dValue = dValues.data[dValues.start + i]!;
    const dFresh = dValue * (1 - update) * (1 - fresh * fresh);
    const dReset = dFresh * inner.data[inner.start + i]! * reset * (1 - reset);
    const dUpdate = dValue * (previous!.data[previous!.start + i]! - fresh) * update * (1 - update);
    write(dGates, g, hidden, [dReset, dUpdate, dFresh]);
    write(dFromState, g, hidden, [dReset, dUpdate, dFresh * reset]);
    dPrevious.data[dPrevious.start + i] = dValue * update;
  });
}

function runPlainCell(sizes: CellSizes, { gates, fromState, values }: CellStep): void {
  const isTanh = sizes.mode === "rnnTanh";
  forEachElement(sizes, 1, (i) => {
    const sum = gates.data[gates.start + i]! + fromState.data[fromState.start + i]!;
    const value = isTanh ? Math.tanh(sum) : sum > 0 || Number.isNaN(sum) ? sum : 0;
    gates.data[gates.start + i] = value;
    values.data[values.start + i] = value;
  });
}

function plainCellBackward(sizes: CellSizes, { gates }: Omit<CellStep, "fromState" | "values">, { dValues, dGates }: CellGradients): void {
  const isTanh = sizes.mode === "rnnTanh";
  forEachElement(sizes, 1, (i) => {
    const value = gates.data[gates.start + i]!;
    const dValue = dValues.data[dValues.start + i]!;
    dGates.data[dGates.start + i] = isTanh ? dValue * (1 - value * value) : value > 0 ? dValue : 0;
  });
}

/** The element of each gate whose first lies at `at`. */
function read({ data, start }: Rows, at: number, hidden: number, gates: number): number[] {
  return Array.from({ length: gates }, (_, gate) => data[start + at + gate * hidden]!);
}

function write({ data, start }: { data: ElementArray; start: number }, at: number, hidden: number, values: readonly number[]): void {
  for (let gate = 0; gate < values.length; gate++) data[start + at + gate * hidden] = values[gate]!;
}
