import type { ElementArray } from "../dtype.js";
import type { Tensor } from "../tensor.js";
import { ternary } from "./elementwise.js";
import { broadcastOperand, forEachRow } from "./strided.js";
import { mapInWasm } from "./wasm/elementwise.js";

/** Element-wise choices. */

/** output[i] = condition[i] ? x[i] : y[i]; all are broadcast to the output. Safe in place. */
export function choose(output: Tensor, condition: Tensor, x: Tensor, y: Tensor): void {
  ternary(output, condition, x, y, (c, a, b) => (c !== 0 ? a : b), "where");
}

/** output[i] = x[i] kept within low[i] and high[i], which are broadcast; the upper bound wins where they cross, NaN over all. Safe in place. */
export function clamp(output: Tensor, x: Tensor, low: Tensor, high: Tensor): void {
  ternary(output, x, low, high, held, "clamp");
}

function held(value: number, least: number, most: number): number {
  const raised = value < least || Number.isNaN(least) ? least : value;
  return raised > most || Number.isNaN(most) ? most : raised;
}

/** output[i] = gradient[i] where low[i] <= x[i] <= high[i], else 0. */
export function within(output: Tensor, gradient: Tensor, x: Tensor, low: Tensor, high: Tensor): void {
  if (output.isMeta || mapInWasm("within", output, [gradient, x, low, high])) return;
  const { sizes } = output;
  const last = sizes.length - 1;
  const tensors = [output, gradient, x, low, high];
  const operands = tensors.map((tensor) => broadcastOperand(tensor, sizes));
  const [out, g, a, l, h] = tensors.map(({ storage }) => storage.data) as [ElementArray, ElementArray, ElementArray, ElementArray, ElementArray];
  const [step, stepG, stepA, stepL, stepH] = operands.map(({ strides }) => strides[last] ?? 0) as [number, number, number, number, number];
  forEachRow(sizes, operands, ([o, n, p, q, r]) => {
    for (let i = 0; i < (sizes[last] ?? 1); i++) {
      const value = a[p! + i * stepA]!;
      out[o! + i * step] = value >= l[q! + i * stepL]! && value <= h[r! + i * stepH]! ? g[n! + i * stepG]! : 0;
    }
  });
}
