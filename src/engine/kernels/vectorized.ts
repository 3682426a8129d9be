import { float32 } from "../dtype.js";
import { checkInterrupt, elementsBetweenLooks } from "../interruption.js";
import type { Tensor } from "../tensor.js";
import { broadcastOperand, forEachRow, mergedDims } from "./strided.js";
import { together, vectorFunction, type VectorFunction } from "./vectorFunctions.js";
import { mapInWasm, wasmFrom, type Operand } from "./wasm/elementwise.js";
import { isForWasm, type KernelCall } from "./wasm/instance.js";

/** output[i] = f(operands[i]), to PyTorch's last bit, where the kernel is one of vectorFunctions.ts. False where it is not: nothing is written then. */
export function mapVectorized(kernel: KernelCall | undefined, output: Tensor, operands: readonly Operand[]): boolean {
  if (kernel === undefined || output.dtype !== float32) return false;
  const found = vectorFunction(kernel);
  if (found === undefined) return false;
  const rows = rowsOf(output, operands, found);
  if (!isForWasm(output.numel(), wasmFrom)) rows.write();
  else {
    // Computed before the kernel runs: it may write over the operands.
    const rest = found.leftOver === null || rows.whole === rows.count ? null : rows.leftOver();
    if (rows.whole === 0 || !mapInWasm(kernel, output, operands)) rows.write();
    else if (rest !== null) rows.put(rest);
  }
  return true;
}

interface Rows {
  /** Elements of a row, and how many of them PyTorch's loop takes together. */
  readonly count: number;
  readonly whole: number;
  write(): void;
  /** What is behind the whole ones, row by row. */
  leftOver(): Float32Array;
  put(rest: Float32Array): void;
}

function rowsOf(output: Tensor, operands: readonly Operand[], { f, leftOver }: VectorFunction): Rows {
  const walks = operands.map((operand) =>
    typeof operand === "number" ? { offset: 0, strides: output.sizes.map(() => 0) } : broadcastOperand(operand, output.sizes),
  );
  const { sizes, operands: layouts } = mergedDims(output.sizes, [output, ...walks]);
  const last = sizes.length - 1;
  const count = last < 0 ? output.numel() : sizes[last]!;
  const steps = layouts.map(({ strides }) => strides[last] ?? 0);
  const [step, stepA, stepB, stepC] = steps as [number, number, number, number];
  const isTogether = last < 0 || (step === 1 && steps.every((each) => each === 1 || each === 0) && steps.filter((each) => each === 0).length < 2);
  const whole = leftOver === null ? count : isTogether ? count - (count % together) : 0;
  const out = output.storage.data;
  const [a, b, c] = operands.map((operand): ArrayLike<number> => (typeof operand === "number" ? [operand] : operand.storage.data)) as [
    a: ArrayLike<number>,
    b?: ArrayLike<number>,
    c?: ArrayLike<number>,
  ];
  const behind = leftOver ?? f;
  const eachRow = (visit: (o: number, p: number, q: number, r: number) => void): void => {
    if (output.numel() > 0) forEachRow(sizes, layouts, ([o, p, q, r]) => visit(o!, p!, q!, r!));
  };
  const value = (g: VectorFunction["f"], i: number, p: number, q: number, r: number): number => {
    if (b === undefined) return g(a[p + i * stepA]!);
    return c === undefined ? g(a[p + i * stepA]!, b[q + i * stepB]!) : g(a[p + i * stepA]!, b[q + i * stepB]!, c[r + i * stepC]!);
  };
  return {
    count,
    whole,
    write() {
      eachRow((o, ...at) => {
        for (let i = 0; i < whole; checkInterrupt())
          for (const end = Math.min(whole, i + elementsBetweenLooks); i < end; i++) out[o + i * step] = value(f, i, ...at);
        for (let i = whole; i < count; i++) out[o + i * step] = value(behind, i, ...at);
      });
    },
    leftOver() {
      const rest: number[] = [];
      eachRow((_, ...at) => {
        for (let i = whole; i < count; i++) rest.push(value(behind, i, ...at));
      });
      return Float32Array.from(rest);
    },
    put(rest) {
      let k = 0;
      eachRow((o) => {
        for (let i = whole; i < count; i++) out[o + i * step] = rest[k++]!;
      });
    },
  };
}
