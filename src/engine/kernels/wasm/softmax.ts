import { copyStrided } from "../stridedCopy.js";
import { pageSize, wasmKernels, type KernelInstance, type SliceKernel } from "./instance.js";
import { bytes } from "./blocks.js";

/** Elements that are brought in at a time, in whole slices, unless a slice is longer. */
const piece = 16384;
/** Longer slices are left to JavaScript. */
const longest = 1 << 17;
/** Below this many elements the way in and out is not worth it (`npm run bench -- crossover`). */
const wasmFrom = 512;
/** Fewer columns side by side would use little of what is read from memory at once. */
const fewestSideBySide = 64;
/** How many neighbours PyTorch takes together. */
const together = 8;

/** Reads and writes go up to seven elements past the last slice. */
const place = longest * bytes + pageSize;
const [first, second, output] = [1024, 1024 + place, 1024 + 2 * place];

/** Slices of `size` elements that are `inner` apart. `isLast`: they follow upon each other, and `inner` is 1. */
interface SliceLayout {
  readonly size: number;
  readonly inner: number;
  readonly isLast: boolean;
}

/** Runs a kernel on one or two arrays, and tells of how many of each `inner` neighbours the result is written. */
export function slicesInWasm(name: SliceKernel, result: Float32Array, operands: readonly [Float32Array, Float32Array?], layout: SliceLayout): number {
  const { size, inner, isLast } = layout;
  const whole = isLast ? 1 : inner - (inner % together);
  const widest = Math.floor(longest / size / together) * together;
  if (size === 0 || size > longest || whole === 0 || widest === 0) return 0;
  const instance = wasmKernels(result.length, wasmFrom);
  if (instance === null) return 0;
  const run = instance.kernels[`${name}${isLast ? "Rows" : "Columns"}`];
  const block = size * inner;
  if (block <= longest) {
    const most = Math.max(1, Math.floor(piece / block));
    for (let start = 0; start < result.length; start += most * block) {
      const slices = Math.min(most, (result.length - start) / block);
      const end = start + slices * block;
      const addresses = operands.map((operand, i) => bringIn(instance, operand!.subarray(start, end), i));
      run(...addresses, output, slices, size, whole, inner);
      result.set(instance.float32.subarray(output / bytes, output / bytes + slices * block), start);
    }
    return whole;
  }
  const most = Math.min(widest, Math.max(fewestSideBySide, Math.floor(piece / size / together) * together));
  for (let stretch = 0; stretch < result.length; stretch += block) {
    for (let column = 0; column < whole; column += most) {
      const columns = Math.min(most, whole - column);
      const there = { offset: stretch + column, strides: [inner, 1] };
      const here = (address: number) => ({ data: instance.float32, offset: address / bytes, strides: [columns, 1] });
      const addresses = operands.map((operand, i) => {
        copyStrided([size, columns], here(i === 0 ? first : second), { data: operand!, ...there });
        return i === 0 ? first : second;
      });
      run(...addresses, output, 1, size, columns, columns);
      copyStrided([size, columns], { data: result, ...there }, here(output));
    }
  }
  return whole;
}

function bringIn({ float32 }: KernelInstance, data: Float32Array, i: number): number {
  const address = i === 0 ? first : second;
  float32.set(data, address / bytes);
  return address;
}
