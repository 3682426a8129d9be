import type { ExampleInput } from "./declaration.js";

/** Inputs that layers name as examples of what they take. Sizes that nothing is known of are those of common data sets and models. */

/** Steps of a sequence. */
export const sequenceLength = 16;

const imageSizes = [224, 32, 28, 64, 96, 128, 256, 299, 227, 48, 84, 20, 16, 14, 12, 10, 8];
const grayImageSizes = [28, 32, ...imageSizes];

export function floats(...shapes: readonly (readonly number[])[]): ExampleInput[] {
  return shapes.map((shape) => ({ shape, dtype: "float32" }));
}

/** Below `high`. */
export function integers(high: number, ...shapes: readonly (readonly number[])[]): ExampleInput[] {
  return shapes.map((shape) => ({ shape, dtype: "int64", high }));
}

/** Sequences, images or volumes of so many channels. */
export function signals(channels: number, dims: number): ExampleInput[] {
  switch (dims) {
    case 1:
      return floats(...[128, 100, 1000, 16000, 16].map((length) => [1, channels, length]));
    case 2:
      return floats(...(channels === 1 ? grayImageSizes : imageSizes).map((size) => [1, channels, size, size]), [2, channels, 32, 32]);
    default:
      return floats([1, channels, 16, 112, 112], [1, channels, 8, 32, 32]);
  }
}

/** What a transposed convolution enlarges: signals, images or volumes of so many channels that start small, as generators and decoders start. */
export function seeds(channels: number, dims: number): ExampleInput[] {
  return floats(...[1, 4, 8, 16, 32].map((size) => [1, channels, ...new Array<number>(dims).fill(size)]));
}

/** What a normalization of so many channels takes; more than one, since a batch of one has no variance of its own. */
export function channels(count: number, dims: number): ExampleInput[] {
  switch (dims) {
    case 1:
      return floats([2, count], [2, count, sequenceLength]);
    case 2:
      return floats([1, count, 32, 32], [2, count, 32, 32]);
    default:
      return floats([2, count, 8, 32, 32]);
  }
}

/** One sequence of so many features, with the batch where the layer wants it. */
export function sequences(features: number, batchFirst: boolean): ExampleInput[] {
  return floats(batchFirst ? [1, sequenceLength, features] : [sequenceLength, 1, features]);
}

/** The square images, gray or in colours, that have so many elements. */
export function imagesOf(elements: number): ExampleInput[] {
  return [1, 3].flatMap((channels) => {
    const size = Math.sqrt(elements / channels);
    return Number.isInteger(size) && size > 1 ? floats([1, channels, size, size]) : [];
  });
}
