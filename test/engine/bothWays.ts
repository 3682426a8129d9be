import { expect } from "vitest";
import * as torch from "../../src/engine/index.js";
import { setWasmUse, type WasmUse } from "../../src/engine/kernels/wasm/instance.js";

/** Computes with the WebAssembly kernels used so. The files of a worker share one engine: what held before holds again afterwards. */
export function withWasm<T>(use: WasmUse, compute: () => T): T {
  const before = setWasmUse(use);
  try {
    return compute();
  } finally {
    setWasmUse(before);
  }
}

/** What `compute` gives with and without the WebAssembly kernels, from the same seed. */
export function bothWays(compute: () => torch.Tensor): [number[], number[]] {
  const values = (): number[] => {
    torch.manualSeed(3);
    return (compute().reshape([-1]).tolist() as number[]).map(Number);
  };
  return [withWasm("always", values), withWasm("never", values)];
}

/** `tolerance` grows with the length of the sums that the two add up in different order and precision. */
export function expectClose(compute: () => torch.Tensor, tolerance = 1e-5): void {
  const [wasm, plain] = bothWays(compute);
  expect(wasm).toHaveLength(plain.length);
  const worst = Math.max(...plain.map((value, i) => Math.abs(wasm[i]! - value) / (tolerance + 1e-5 * Math.abs(value))));
  expect(worst).toBeLessThan(1);
}

/** How far apart numbers of float32 are near `value`. */
function spacing(value: number): number {
  return 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(value)))) - 23);
}

/** Whether two numbers differ by at most so many units in the last place. What is made of results below 2^-125 may be zero. */
function isWithin(units: number, found: number, wanted: number): boolean {
  if (!Number.isFinite(wanted) || units === 0) return Object.is(found + 0, wanted + 0);
  return Math.abs(found - wanted) <= units * spacing(wanted) + 2 ** -118;
}

export function expectWithin(units: number, compute: () => torch.Tensor): void {
  const [wasm, plain] = bothWays(compute);
  expect(wasm).toHaveLength(plain.length);
  const wrong = plain.flatMap((wanted, i) => (isWithin(units, wasm[i]!, wanted) ? [] : [`${i}: ${wasm[i]} instead of ${wanted}`]));
  expect(wrong.slice(0, 8)).toEqual([]);
}
