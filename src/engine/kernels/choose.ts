import type { ElementArray } from "../dtype.js";
import type { Tensor } from "../tensor.js";
import { broadcastOperand, forEachRow } from "./strided.js";
import { mapInWasm } from "./wasm/elementwise.js";

/** Element-wise choices, with their loops written out: masks and bounds are in every forward pass. */

/** A tensor's part in a row: its elements, where the row starts and how far it steps. */
interface Run {
  readonly data: ElementArray;
  readonly step: number;
  start: number;
}

/** Walks tensors together, all broadcast to the first one's shape; `row` gets a run of each. */
function forEachRun(tensors: readonly Tensor[], row: (runs: readonly Run[], count: number) => void): void {
  const { sizes } = tensors[0]!;
  const operands = tensors.map((tensor) => broadcastOperand(tensor, sizes));
  const last = sizes.length - 1;
  const runs = operands.map(({ strides }, k): Run => ({ data: tensors[k]!.storage.data, step: last < 0 ? 0 : strides[last]!, start: 0 }));
  const count = last < 0 ? 1 : sizes[last]!;
  forEachRow(sizes, operands, (offsets) => {
    for (let k = 0; k < runs.length; k++) runs[k]!.start = offsets[k]!;
    row(runs, count);
  });
}

function chooseRow([output, condition, x, y]: readonly Run[], count: number): void {
  const { data: out, step } = output!;
  const { data: c, step: stepC } = condition!;
  const { data: a, step: stepA } = x!;
  const { data: b, step: stepB } = y!;
  let [o, p, q, r] = [output!.start, condition!.start, x!.start, y!.start];
  for (let i = 0; i < count; i++, o += step, p += stepC, q += stepA, r += stepB) out[o] = c[p] !== 0 ? a[q]! : b[r]!;
}

/** output[i] = condition[i] ? x[i] : y[i]; all are broadcast to the output. Safe in place. */
export function choose(output: Tensor, condition: Tensor, x: Tensor, y: Tensor): void {
  if (output.isMeta) return;
  if (!mapInWasm("where", output, [condition, x, y])) forEachRun([output, condition, x, y], chooseRow);
}

function clampRow([output, x, low, high]: readonly Run[], count: number): void {
  const { data: out, step } = output!;
  const { data: a, step: stepA } = x!;
  const { data: l, step: stepL } = low!;
  const { data: h, step: stepH } = high!;
  let [o, p, q, r] = [output!.start, x!.start, low!.start, high!.start];
  for (let i = 0; i < count; i++, o += step, p += stepA, q += stepL, r += stepH) {
    let value = a[p]!;
    const least = l[q]!;
    const most = h[r]!;
    if (value < least || least !== least) value = least;
    if (value > most || most !== most) value = most;
    out[o] = value;
  }
}

/** output[i] = x[i] kept within low[i] and high[i], which are broadcast; the upper bound wins where they cross, NaN over all. Safe in place. */
export function clamp(output: Tensor, x: Tensor, low: Tensor, high: Tensor): void {
  if (output.isMeta) return;
  if (!mapInWasm("clamp", output, [x, low, high])) forEachRun([output, x, low, high], clampRow);
}

function withinRow([output, gradient, x, low, high]: readonly Run[], count: number): void {
  const { data: out, step } = output!;
  const { data: g, step: stepG } = gradient!;
  const { data: a, step: stepA } = x!;
  const { data: l, step: stepL } = low!;
  const { data: h, step: stepH } = high!;
  let [o, n, p, q, r] = [output!.start, gradient!.start, x!.start, low!.start, high!.start];
  for (let i = 0; i < count; i++, o += step, n += stepG, p += stepA, q += stepL, r += stepH) {
    const value = a[p]!;
    out[o] = value >= l[q]! && value <= h[r]! ? g[n]! : 0;
  }
}

/** output[i] = gradient[i] where low[i] <= x[i] <= high[i], else 0. */
export function within(output: Tensor, gradient: Tensor, x: Tensor, low: Tensor, high: Tensor): void {
  if (output.isMeta) return;
  if (!mapInWasm("within", output, [gradient, x, low, high])) forEachRun([output, gradient, x, low, high], withinRow);
}
