import type { Tensor } from "../tensor.js";
import { broadcastOperand, forEachRow } from "./strided.js";

/** Element-wise choices, with their loops written out: masks and bounds are in every forward pass. */

const lastOf = (strides: readonly number[]): number => (strides.length === 0 ? 0 : strides[strides.length - 1]!);

/** output[i] = condition[i] ? x[i] : y[i]; all are broadcast to the output. Safe in place. */
export function choose(output: Tensor, condition: Tensor, x: Tensor, y: Tensor): void {
  const { sizes } = output;
  const out = output.storage.data;
  const c = condition.storage.data;
  const a = x.storage.data;
  const b = y.storage.data;
  const operands = [output, broadcastOperand(condition, sizes), broadcastOperand(x, sizes), broadcastOperand(y, sizes)];
  const [step, stepC, stepA, stepB] = operands.map(({ strides }) => lastOf(strides)) as [number, number, number, number];
  const count = sizes.length === 0 ? 1 : sizes[sizes.length - 1]!;
  forEachRow(sizes, operands, ([o, p, q, r]) => {
    for (let i = 0; i < count; i++) out[o! + i * step] = c[p! + i * stepC] !== 0 ? a[q! + i * stepA]! : b[r! + i * stepB]!;
  });
}

/** output[i] = x[i] kept within low[i] and high[i], which are broadcast; the upper bound wins where they cross, NaN stays. Safe in place. */
export function clamp(output: Tensor, x: Tensor, low: Tensor, high: Tensor): void {
  const { sizes } = output;
  const out = output.storage.data;
  const a = x.storage.data;
  const l = low.storage.data;
  const h = high.storage.data;
  const operands = [output, broadcastOperand(x, sizes), broadcastOperand(low, sizes), broadcastOperand(high, sizes)];
  const [step, stepA, stepL, stepH] = operands.map(({ strides }) => lastOf(strides)) as [number, number, number, number];
  const count = sizes.length === 0 ? 1 : sizes[sizes.length - 1]!;
  forEachRow(sizes, operands, ([o, p, q, r]) => {
    for (let i = 0; i < count; i++) {
      let value = a[p! + i * stepA]!;
      const least = l[q! + i * stepL]!;
      const most = h[r! + i * stepH]!;
      if (value < least) value = least;
      if (value > most) value = most;
      out[o! + i * step] = value;
    }
  });
}

/** output[i] = gradient[i] where low[i] <= x[i] <= high[i], else 0. */
export function within(output: Tensor, gradient: Tensor, x: Tensor, low: Tensor, high: Tensor): void {
  const { sizes } = output;
  const out = output.storage.data;
  const g = gradient.storage.data;
  const a = x.storage.data;
  const l = low.storage.data;
  const h = high.storage.data;
  const operands = [output, ...[gradient, x, low, high].map((each) => broadcastOperand(each, sizes))];
  const [step, stepG, stepA, stepL, stepH] = operands.map(({ strides }) => lastOf(strides)) as [number, number, number, number, number];
  const count = sizes.length === 0 ? 1 : sizes[sizes.length - 1]!;
  forEachRow(sizes, operands, ([o, n, p, q, r]) => {
    for (let i = 0; i < count; i++) {
      const value = a[p! + i * stepA]!;
      out[o! + i * step] = value >= l[q! + i * stepL]! && value <= h[r! + i * stepH]! ? g[n! + i * stepG]! : 0;
    }
  });
}
