import { pageSize, wasmKernels, type KernelInstance } from "./instance.js";
import { bytes } from "./blocks.js";

/** Draws taken at a time. A multiple of a normal block. */
const piece = 8192;

const words = 1024;
const draws = 8192;
/** Tempering writes up to three words past the end. */
const values = draws + piece * bytes + pageSize;

/** What is needed of a generator (random/generator.ts): its words, and the index of the next one, which `draw` returns moved on. */
export interface WordSource {
  advance(draw: (words: Int32Array, next: number) => number): void;
}

/** Below this many elements, taking the generator's state in and out of the kernels' memory is not worth it (`npm run bench -- crossover`). */
const wasmFrom = 256;

/** float32 numbers `draw * scale + base` over `length` elements. False where the kernels do not serve. */
export function uniformInWasm(target: Float32Array, offset: number, length: number, scale: number, base: number, generator: WordSource): boolean {
  return fill(target, offset, length, 1, generator, ({ kernels }, count) => kernels.uniform(draws, values, count, scale, base));
}

/** Normal numbers over `length` elements, a multiple of 16. False where the kernels do not serve. */
export function normalInWasm(target: Float32Array, offset: number, length: number, mean: number, std: number, generator: WordSource): boolean {
  return fill(target, offset, length, 1, generator, ({ kernels }, count) => kernels.normalBlocks(draws, values, count, mean, std));
}

/** Ones with the probability, else zeros, over `length` elements. False where the kernels do not serve. */
export function bernoulliInWasm(target: Float32Array, offset: number, length: number, probability: number, generator: WordSource): boolean {
  return fill(target, offset, length, 2, generator, ({ kernels }, count) => kernels.bernoulli(draws, values, count, probability));
}

function fill(
  target: Float32Array,
  offset: number,
  length: number,
  drawsEach: number,
  generator: WordSource,
  transform: (instance: KernelInstance, count: number) => void,
): boolean {
  const instance = wasmKernels(length, wasmFrom);
  if (instance === null || !instance.roundsOnce) return false;
  const { kernels, float32, int32 } = instance;
  generator.advance((state, start) => {
    int32.set(state, words / bytes);
    let position = start;
    const most = piece / drawsEach;
    for (let done = 0; done < length; done += most) {
      const count = Math.min(most, length - done);
      position = kernels.draw(words, position, draws, count * drawsEach);
      transform(instance, count);
      target.set(float32.subarray(values / bytes, values / bytes + count), offset + done);
    }
    state.set(int32.subarray(words / bytes, words / bytes + state.length));
    return position;
  });
  return true;
}
