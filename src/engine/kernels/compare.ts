import type { Tensor } from "../tensor.js";
import { broadcastOperand, forEachRow } from "./strided.js";

export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** output[i] = x[i] compared with y[i], 1 or 0; both are broadcast to the output. Loops are written out: masks are in every forward pass. */
export function compare(output: Tensor, x: Tensor, y: Tensor, comparison: Comparison): void {
  const { sizes } = output;
  const out = output.storage.data;
  const a = x.storage.data;
  const b = y.storage.data;
  const operands = [output, broadcastOperand(x, sizes), broadcastOperand(y, sizes)];
  const last = sizes.length - 1;
  const [step, stepA, stepB] = operands.map(({ strides }) => (last < 0 ? 0 : strides[last]!)) as [number, number, number];
  const count = last < 0 ? 1 : sizes[last]!;
  const loops: Record<Comparison, (o: number, p: number, q: number) => void> = {
    eq: (o, p, q) => {
      for (let i = 0; i < count; i++) out[o + i * step] = a[p + i * stepA] === b[q + i * stepB] ? 1 : 0;
    },
    ne: (o, p, q) => {
      for (let i = 0; i < count; i++) out[o + i * step] = a[p + i * stepA] !== b[q + i * stepB] ? 1 : 0;
    },
    lt: (o, p, q) => {
      for (let i = 0; i < count; i++) out[o + i * step] = a[p + i * stepA]! < b[q + i * stepB]! ? 1 : 0;
    },
    le: (o, p, q) => {
      for (let i = 0; i < count; i++) out[o + i * step] = a[p + i * stepA]! <= b[q + i * stepB]! ? 1 : 0;
    },
    gt: (o, p, q) => {
      for (let i = 0; i < count; i++) out[o + i * step] = a[p + i * stepA]! > b[q + i * stepB]! ? 1 : 0;
    },
    ge: (o, p, q) => {
      for (let i = 0; i < count; i++) out[o + i * step] = a[p + i * stepA]! >= b[q + i * stepB]! ? 1 : 0;
    },
  };
  const loop = loops[comparison];
  forEachRow(sizes, operands, ([o, p, q]) => loop(o!, p!, q!));
}
