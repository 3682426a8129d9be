import type { ElementArray } from "../dtype.js";
import { isPointwise, volume, type ConvolutionGeometry, type Extent } from "./convolutionGeometry.js";
import { multiply } from "./matmul.js";
import type { Held, Matrix } from "./matrix.js";
import { transposedWindowsOperand, windowsOperand } from "./wasm/convolution.js";
import { multiplyBlocks } from "./wasm/product.js";
import { productMemory } from "./wasm/threads.js";

/** Elements that an unfolded piece of the image may take: it should stay in cache. */
const unfoldedLimit = 1 << 18;

/** From this many multiplications for a group of an image on, the windows are packed in WebAssembly (`npm run bench -- crossover`). */
const wasmFrom = 1 << 12;

/**
 * Calls `piece` for every group of every image and every run of feature rows that fits the limit.
 * `unfolded` is (channels / groups * kernel) x (positions in the run); `first` is the first position.
 */
function forEachPiece(
  geometry: ConvolutionGeometry,
  piece: (piece: {
    readonly n: number;
    readonly group: number;
    readonly first: number;
    readonly positions: number;
    readonly startRow: number;
    readonly endRow: number;
  }) => void,
): void {
  const { batch, groups, feature, channels, kernel } = geometry;
  const [depth, height, width] = feature;
  const depthOfProduct = (channels / groups) * volume(kernel);
  const rows = depth * height;
  const rowsAtOnce = isPointwise(geometry) ? rows : Math.max(1, Math.floor(unfoldedLimit / Math.max(1, depthOfProduct * width)));
  for (let n = 0; n < batch; n++) {
    for (let group = 0; group < groups; group++) {
      for (let startRow = 0; startRow < rows; startRow += rowsAtOnce) {
        const endRow = Math.min(rows, startRow + rowsAtOnce);
        piece({ n, group, first: startRow * width, positions: (endRow - startRow) * width, startRow, endRow });
      }
    }
  }
}

/** How large the buffer for unfolded pieces must be. */
function bufferLength(geometry: ConvolutionGeometry): number {
  const { groups, channels, kernel, feature } = geometry;
  const depthOfProduct = (channels / groups) * volume(kernel);
  const [depth, height, width] = feature;
  const rowsAtOnce = Math.max(1, Math.floor(unfoldedLimit / Math.max(1, depthOfProduct * width)));
  return depthOfProduct * width * Math.min(depth * height, rowsAtOnce);
}

/**
 * Walks over every (channel, kernel element) row of an unfolded piece and, in it, every run of feature positions in one row of features.
 * `run` gets where the run starts in the unfolded piece, where its image row starts (-1 if it lies in the padding), and the image column
 * of the run's first position, which may lie in the padding.
 */
function forEachRun(
  geometry: ConvolutionGeometry,
  imageStart: number,
  startRow: number,
  endRow: number,
  run: (unfolded: number, imageRow: number, column: number) => void,
): void {
  const { channels, groups, image, feature, kernel, stride, padding, dilation } = geometry;
  const [imageDepth, imageHeight, imageWidth] = image;
  const featureHeight = feature[1];
  const width = feature[2];
  let unfolded = 0;
  for (let c = 0; c < channels / groups; c++) {
    const channel = imageStart + c * imageDepth * imageHeight * imageWidth;
    for (let kz = 0; kz < kernel[0]; kz++) {
      for (let ky = 0; ky < kernel[1]; ky++) {
        for (let kx = 0; kx < kernel[2]; kx++) {
          const column = kx * dilation[2] - padding[2];
          for (let row = startRow; row < endRow; row++) {
            const oz = Math.floor(row / featureHeight);
            const z = oz * stride[0] + kz * dilation[0] - padding[0];
            const y = (row - oz * featureHeight) * stride[1] + ky * dilation[1] - padding[1];
            const inside = z >= 0 && z < imageDepth && y >= 0 && y < imageHeight;
            run(unfolded, inside ? channel + (z * imageHeight + y) * imageWidth : -1, column);
            unfolded += width;
          }
        }
      }
    }
  }
}

/** The positions of a run whose image column lies within the image: [from, to). */
function columnsInside(width: number, imageWidth: number, column: number, step: number): [from: number, to: number] {
  const from = column >= 0 ? 0 : Math.ceil(-column / step);
  const to = Math.min(width, Math.ceil((imageWidth - column) / step));
  return [Math.min(from, width), Math.max(to, Math.min(from, width))];
}

function unfold(buffer: ElementArray, x: ElementArray, geometry: ConvolutionGeometry, imageStart: number, startRow: number, endRow: number): void {
  const width = geometry.feature[2];
  const imageWidth = geometry.image[2];
  const step = geometry.stride[2];
  forEachRun(geometry, imageStart, startRow, endRow, (unfolded, imageRow, column) => {
    if (imageRow < 0) {
      buffer.fill(0, unfolded, unfolded + width);
      return;
    }
    const [from, to] = columnsInside(width, imageWidth, column, step);
    for (let i = 0; i < from; i++) buffer[unfolded + i] = 0;
    for (let i = from, source = imageRow + column + from * step; i < to; i++, source += step) buffer[unfolded + i] = x[source]!;
    for (let i = to; i < width; i++) buffer[unfolded + i] = 0;
  });
}

function foldInto(x: ElementArray, buffer: ElementArray, geometry: ConvolutionGeometry, imageStart: number, startRow: number, endRow: number): void {
  const width = geometry.feature[2];
  const imageWidth = geometry.image[2];
  const step = geometry.stride[2];
  forEachRun(geometry, imageStart, startRow, endRow, (unfolded, imageRow, column) => {
    if (imageRow < 0) return;
    const [from, to] = columnsInside(width, imageWidth, column, step);
    for (let i = from, target = imageRow + column + from * step; i < to; i++, target += step) x[target]! += buffer[unfolded + i]!;
  });
}

/** All windows of images as columns: (batch, channels * kernel, positions). Groups and filters do not matter. */
export function unfoldImages(columns: ElementArray, images: ElementArray, geometry: ConvolutionGeometry): void {
  forEachImage(geometry, (imageStart, columnsStart, columnsLength, rows) => {
    unfold(columns.subarray(columnsStart, columnsStart + columnsLength), images, geometry, imageStart, 0, rows);
  });
}

/** Adds columns (batch, channels * kernel, positions) to the windows that they stand for. */
export function foldImages(images: ElementArray, columns: ElementArray, geometry: ConvolutionGeometry): void {
  forEachImage(geometry, (imageStart, columnsStart, columnsLength, rows) => {
    foldInto(images, columns.subarray(columnsStart, columnsStart + columnsLength), geometry, imageStart, 0, rows);
  });
}

function forEachImage(geometry: ConvolutionGeometry, body: (imageStart: number, columnsStart: number, columnsLength: number, rows: number) => void): void {
  const { batch, channels, image, feature, kernel } = geometry;
  const columnsLength = channels * volume(kernel) * volume(feature);
  for (let n = 0; n < batch; n++) body(n * channels * volume(image), n * columnsLength, columnsLength, feature[0] * feature[1]);
}

const arrayLike = (x: ElementArray, length: number): ElementArray => new (x.constructor as new (length: number) => ElementArray)(length);

interface Layout {
  /** Rows of the weight matrix: filters of one group. */
  readonly rows: number;
  /** Its columns: elements that each filter weighs. */
  readonly columns: number;
  readonly imageStart: (n: number, group: number) => number;
  readonly featureStart: (n: number, group: number) => number;
  readonly weightStart: (group: number) => number;
  /** Positions of one filter's features. */
  readonly positions: number;
}

function layoutOf({ groups, channels, filters, image, feature, kernel }: ConvolutionGeometry): Layout {
  const rows = filters / groups;
  const columns = (channels / groups) * volume(kernel);
  const positions = volume(feature);
  return {
    rows,
    columns,
    positions,
    imageStart: (n, group) => (n * channels + (group * channels) / groups) * volume(image),
    featureStart: (n, group) => (n * filters + group * rows) * positions,
    weightStart: (group) => group * rows * columns,
  };
}

/** features += the weighted windows of the image. */
export function imageToFeatures(features: ElementArray, image: ElementArray, weight: ElementArray, geometry: ConvolutionGeometry, held: Held = "zeros"): void {
  const { rows, columns, positions: allPositions, imageStart, featureStart, weightStart } = layoutOf(geometry);
  const pointwise = isPointwise(geometry);
  if (!pointwise && convolveInWasm(features, image, weight, geometry, held)) return;
  const buffer = pointwise ? image : arrayLike(image, bufferLength(geometry));
  forEachPiece(geometry, ({ n, group, first, positions, startRow, endRow }) => {
    const start = imageStart(n, group);
    if (!pointwise) unfold(buffer, image, geometry, start, startRow, endRow);
    const windows: Matrix = { data: buffer, offset: pointwise ? start : 0, rowStride: positions, columnStride: 1 };
    const weights: Matrix = { data: weight, offset: weightStart(group), rowStride: columns, columnStride: 1 };
    const target = featureStart(n, group) + first;
    if (positions === allPositions) {
      multiply(features, target, rows, positions, columns, weights, windows, held);
      return;
    }
    const part = arrayLike(features, rows * positions);
    multiply(part, 0, rows, positions, columns, weights, windows);
    for (let row = 0; row < rows; row++) {
      const to = target + row * allPositions;
      for (let i = 0, from = row * positions; i < positions; i++) features[to + i]! += part[from + i]!;
    }
  });
}

/** features += the weighted windows, packed straight from the image. False where the kernels do not serve. */
function convolveInWasm(features: ElementArray, image: ElementArray, weight: ElementArray, geometry: ConvolutionGeometry, held: Held): boolean {
  const { rows, columns, positions, imageStart, featureStart, weightStart } = layoutOf(geometry);
  const memory = productMemory(rows * columns * positions, wasmFrom);
  if (memory === null || !(features instanceof Float32Array && image instanceof Float32Array && weight instanceof Float32Array)) return false;
  return forEachGroup(geometry, (n, group) => {
    const windows = windowsOperand(image, imageStart(n, group), geometry);
    if (windows === null) return false;
    const weights: Matrix = { data: weight, offset: weightStart(group), rowStride: columns, columnStride: 1 };
    multiplyBlocks(memory, features, featureStart(n, group), rows, positions, columns, weights, windows, held);
    return true;
  });
}

/** weight += features times the windows, packed straight from the image. False as above. */
function weighInWasm(weight: ElementArray, image: ElementArray, features: ElementArray, geometry: ConvolutionGeometry): boolean {
  const { rows, columns, positions, imageStart, featureStart, weightStart } = layoutOf(geometry);
  const memory = productMemory(rows * columns * positions, wasmFrom);
  if (memory === null || !(features instanceof Float32Array && image instanceof Float32Array && weight instanceof Float32Array)) return false;
  return forEachGroup(geometry, (n, group) => {
    const windows = transposedWindowsOperand(image, imageStart(n, group), geometry);
    if (windows === null) return false;
    const values: Matrix = { data: features, offset: featureStart(n, group), rowStride: positions, columnStride: 1 };
    multiplyBlocks(memory, weight, weightStart(group), rows, columns, positions, values, windows, n === 0 ? "zeros" : "values");
    return true;
  });
}

/** Every group of every image, unless the first does not serve: then none does. */
function forEachGroup({ batch, groups }: ConvolutionGeometry, body: (n: number, group: number) => boolean): boolean {
  for (let n = 0; n < batch; n++) {
    for (let group = 0; group < groups; group++) if (!body(n, group)) return false;
  }
  return true;
}

/**
 * With stride 1, the way back is a convolution too: of the features, by the kernels turned round, with channels and filters exchanged.
 * Null where more was padded than the kernel reaches.
 */
function turnedRound(geometry: ConvolutionGeometry): ConvolutionGeometry | null {
  const { channels, filters, image, feature, kernel, stride, padding, dilation } = geometry;
  const turned = kernel.map((size, i) => dilation[i]! * (size - 1) - padding[i]!) as unknown as Extent;
  if (volume(stride) !== 1 || turned.some((size) => size < 0)) return null;
  return { ...geometry, channels: filters, filters: channels, image: feature, feature: image, padding: turned };
}

/** The weights (filters, channels / groups, ...kernel) as `turnedRound` wants them: (channels, filters / groups, ...kernel), each kernel back to front. */
function turnWeights(weight: ElementArray, { groups, channels, filters, kernel }: ConvolutionGeometry): ElementArray {
  const size = volume(kernel);
  const channelsOfGroup = channels / groups;
  const filtersOfGroup = filters / groups;
  const turned = arrayLike(weight, weight.length);
  for (let group = 0, to = 0; group < groups; group++) {
    for (let c = 0; c < channelsOfGroup; c++) {
      for (let f = 0; f < filtersOfGroup; f++) {
        let from = ((group * filtersOfGroup + f) * channelsOfGroup + c) * size + size;
        for (let k = 0; k < size; k++) turned[to++] = weight[--from]!;
      }
    }
  }
  return turned;
}

/** image += each feature, weighted, over the window that it sees. */
export function featuresToImage(image: ElementArray, features: ElementArray, weight: ElementArray, geometry: ConvolutionGeometry, held: Held = "zeros"): void {
  const { rows, columns, positions: allPositions, imageStart, featureStart, weightStart } = layoutOf(geometry);
  const pointwise = isPointwise(geometry);
  const turned = pointwise ? null : turnedRound(geometry);
  if (turned !== null && convolveInWasm(image, features, turnWeights(weight, geometry), turned, held)) return;
  const buffer = pointwise ? image : arrayLike(image, bufferLength(geometry));
  forEachPiece(geometry, ({ n, group, first, positions, startRow, endRow }) => {
    const start = imageStart(n, group);
    const weights: Matrix = { data: weight, offset: weightStart(group), rowStride: 1, columnStride: columns };
    const values: Matrix = { data: features, offset: featureStart(n, group) + first, rowStride: allPositions, columnStride: 1 };
    if (pointwise) {
      multiply(image, start, columns, positions, rows, weights, values, held);
      return;
    }
    buffer.fill(0, 0, columns * positions);
    multiply(buffer, 0, columns, positions, rows, weights, values);
    foldInto(image, buffer, geometry, start, startRow, endRow);
  });
}

/** weight += what each filter element's windows and features have in common: the gradient of both directions with respect to the weights. */
export function bothToWeight(weight: ElementArray, image: ElementArray, features: ElementArray, geometry: ConvolutionGeometry): void {
  const { rows, columns, positions: allPositions, imageStart, featureStart, weightStart } = layoutOf(geometry);
  const pointwise = isPointwise(geometry);
  if (!pointwise && weighInWasm(weight, image, features, geometry)) return;
  const buffer = pointwise ? image : arrayLike(image, bufferLength(geometry));
  forEachPiece(geometry, ({ n, group, first, positions, startRow, endRow }) => {
    const start = imageStart(n, group);
    if (!pointwise) unfold(buffer, image, geometry, start, startRow, endRow);
    const windows: Matrix = { data: buffer, offset: pointwise ? start : 0, rowStride: 1, columnStride: positions };
    const values: Matrix = { data: features, offset: featureStart(n, group) + first, rowStride: allPositions, columnStride: 1 };
    multiply(weight, weightStart(group), rows, columns, positions, values, windows, "values");
  });
}
