import { sigmoid, tanh } from "./math";

/**
 * Cells of recurrent networks: one step for `rows` rows of `hidden` float32 elements, of whose gates each has its `hidden` elements in the row. Addresses
 * in bytes. Reads may run up to three elements past a row: the next row, or slack, follows.
 */

/** Stores the first `count` lanes, or all four where there are more. */
// @ts-ignore: decorator
@inline
function storeFirst(target: usize, x: v128, count: i32): void {
  if (count >= 4) {
    v128.store(target, x);
    return;
  }
  store<f32>(target, f32x4.extract_lane(x, 0));
  if (count > 1) store<f32>(target + 4, f32x4.extract_lane(x, 1));
  if (count > 2) store<f32>(target + 8, f32x4.extract_lane(x, 2));
}

/** 1 - x. */
// @ts-ignore: decorator
@inline
function rest(x: v128): v128 {
  return f32x4.sub(f32x4.splat(1), x);
}

/** The slope of the sigmoid where its value is x. */
// @ts-ignore: decorator
@inline
function sigmoidSlope(x: v128): v128 {
  return f32x4.mul(x, rest(x));
}

/** The slope of tanh where its value is x. */
// @ts-ignore: decorator
@inline
function tanhSlope(x: v128): v128 {
  return rest(f32x4.mul(x, x));
}

/** `gates` holds the sums from the input, input, forget, cell and output gate, and then their values. */
export function lstmCell(gates: usize, fromState: usize, previous: usize, cells: usize, values: usize, rows: i32, hidden: i32): void {
  const size = (<usize>hidden) << 2;
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < hidden; j += 4) {
      const count = hidden - j;
      const at = (<usize>j) << 2;
      const gate = gates + at;
      const other = fromState + at;
      const input = sigmoid(f32x4.add(v128.load(gate), v128.load(other)));
      const forget = sigmoid(f32x4.add(v128.load(gate + size), v128.load(other + size)));
      const fresh = tanh(f32x4.add(v128.load(gate + 2 * size), v128.load(other + 2 * size)));
      const output = sigmoid(f32x4.add(v128.load(gate + 3 * size), v128.load(other + 3 * size)));
      const cell = f32x4.add(f32x4.mul(forget, v128.load(previous + at)), f32x4.mul(input, fresh));
      storeFirst(gate, input, count);
      storeFirst(gate + size, forget, count);
      storeFirst(gate + 2 * size, fresh, count);
      storeFirst(gate + 3 * size, output, count);
      storeFirst(cells + at, cell, count);
      storeFirst(values + at, f32x4.mul(output, tanh(cell)), count);
    }
    gates += 4 * size;
    fromState += 4 * size;
    previous += size;
    cells += size;
    values += size;
  }
}

/** `dCells`: the gradients of the cells that come from the step after, and then those that go to the step before. */
export function lstmCellBackward(gates: usize, cells: usize, previous: usize, dValues: usize, dCells: usize, dGates: usize, rows: i32, hidden: i32): void {
  const size = (<usize>hidden) << 2;
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < hidden; j += 4) {
      const count = hidden - j;
      const at = (<usize>j) << 2;
      const gate = gates + at;
      const target = dGates + at;
      const input = v128.load(gate);
      const forget = v128.load(gate + size);
      const fresh = v128.load(gate + 2 * size);
      const output = v128.load(gate + 3 * size);
      const squashed = tanh(v128.load(cells + at));
      const dValue = v128.load(dValues + at);
      const dCell = f32x4.add(v128.load(dCells + at), f32x4.mul(f32x4.mul(dValue, output), tanhSlope(squashed)));
      storeFirst(target, f32x4.mul(f32x4.mul(dCell, fresh), sigmoidSlope(input)), count);
      storeFirst(target + size, f32x4.mul(f32x4.mul(dCell, v128.load(previous + at)), sigmoidSlope(forget)), count);
      storeFirst(target + 2 * size, f32x4.mul(f32x4.mul(dCell, input), tanhSlope(fresh)), count);
      storeFirst(target + 3 * size, f32x4.mul(f32x4.mul(dValue, squashed), sigmoidSlope(output)), count);
      storeFirst(dCells + at, f32x4.mul(dCell, forget), count);
    }
    gates += 4 * size;
    dGates += 4 * size;
    cells += size;
    previous += size;
    dValues += size;
    dCells += size;
  }
}

/** `gates` holds the sums from the input, reset, update and new gate, and then their values; `hiddenParts` gets what the state adds to the new gate. */
export function gruCell(gates: usize, fromState: usize, previous: usize, hiddenParts: usize, values: usize, rows: i32, hidden: i32): void {
  const size = (<usize>hidden) << 2;
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < hidden; j += 4) {
      const count = hidden - j;
      const at = (<usize>j) << 2;
      const gate = gates + at;
      const other = fromState + at;
      const reset = sigmoid(f32x4.add(v128.load(gate), v128.load(other)));
      const update = sigmoid(f32x4.add(v128.load(gate + size), v128.load(other + size)));
      const hiddenPart = v128.load(other + 2 * size);
      const fresh = tanh(f32x4.add(v128.load(gate + 2 * size), f32x4.mul(reset, hiddenPart)));
      storeFirst(gate, reset, count);
      storeFirst(gate + size, update, count);
      storeFirst(gate + 2 * size, fresh, count);
      storeFirst(hiddenParts + at, hiddenPart, count);
      storeFirst(values + at, f32x4.add(fresh, f32x4.mul(update, f32x4.sub(v128.load(previous + at), fresh))), count);
    }
    gates += 3 * size;
    fromState += 3 * size;
    previous += size;
    hiddenParts += size;
    values += size;
  }
}

/** `dFromState`: the gradients of the sums from the state, which differ in the new gate; `dPrevious`: what goes to the state before past the gates. */
export function gruCellBackward(
  gates: usize, hiddenParts: usize, previous: usize, dValues: usize, dGates: usize, dFromState: usize, dPrevious: usize, rows: i32, hidden: i32,
): void {
  const size = (<usize>hidden) << 2;
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < hidden; j += 4) {
      const count = hidden - j;
      const at = (<usize>j) << 2;
      const gate = gates + at;
      const target = dGates + at;
      const other = dFromState + at;
      const reset = v128.load(gate);
      const update = v128.load(gate + size);
      const fresh = v128.load(gate + 2 * size);
      const dValue = v128.load(dValues + at);
      const dFresh = f32x4.mul(f32x4.mul(dValue, rest(update)), tanhSlope(fresh));
      const dReset = f32x4.mul(f32x4.mul(dFresh, v128.load(hiddenParts + at)), sigmoidSlope(reset));
      const dUpdate = f32x4.mul(f32x4.mul(dValue, f32x4.sub(v128.load(previous + at), fresh)), sigmoidSlope(update));
      storeFirst(target, dReset, count);
      storeFirst(target + size, dUpdate, count);
      storeFirst(target + 2 * size, dFresh, count);
      storeFirst(other, dReset, count);
      storeFirst(other + size, dUpdate, count);
      storeFirst(other + 2 * size, f32x4.mul(dFresh, reset), count);
      storeFirst(dPrevious + at, f32x4.mul(dValue, update), count);
    }
    gates += 3 * size;
    dGates += 3 * size;
    dFromState += 3 * size;
    hiddenParts += size;
    previous += size;
    dValues += size;
    dPrevious += size;
  }
}
