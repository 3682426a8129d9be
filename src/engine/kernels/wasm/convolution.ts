import type { ConvolutionGeometry } from "../convolution.js";
import { blockColumns, blockDepth, blockRows, bytes, copyRows, roundUp, stage, type Rows } from "./blocks.js";
import type { KernelInstance } from "./instance.js";

/** Elements of the padded image that fit the kernels' memory at a time. */
const imageLimit = 1 << 20;

// Layout of the memory, in bytes.
const positionOffsets = 1024;
const kernelOffsets = positionOffsets + blockColumns * bytes;
const packedB = kernelOffsets + blockDepth * bytes;
const packedA = packedB + blockColumns * blockDepth * bytes;
const tile = packedA + blockRows * blockDepth * bytes;
const staging = tile + blockRows * blockColumns * bytes;
const padded = staging + blockRows * blockDepth * bytes;

/** One image and one group of channels: float32 arrays, and where the group's part begins. */
export interface ConvolutionOperands {
  readonly image: Float32Array;
  readonly imageStart: number;
  readonly features: Float32Array;
  readonly featureStart: number;
  readonly weights: Float32Array;
  readonly weightStart: number;
}

/**
 * features (rows x positions) += weights (rows x channels * kernel) times the windows of the image. The windows are packed straight from the
 * padded image: they are never written out. False where a block's part of the image is too large.
 */
export function convolveInWasm(instance: KernelInstance, { image, imageStart, features, featureStart, weights, weightStart }: ConvolutionOperands, geometry: ConvolutionGeometry): boolean {
  const { kernels, float32 } = instance;
  const { rows, depth, positions } = productOf(geometry);
  return forEachBlock(instance, image, imageStart, geometry, (first, columns, setKernelOffsets) => {
    const width = roundUp(columns, 8);
    for (let p = 0; p < depth; p += blockDepth) {
      const count = Math.min(blockDepth, depth - p);
      setKernelOffsets(p, count);
      kernels.packGathered(padded, positionOffsets, kernelOffsets, count, columns, packedB);
      for (let i = 0; i < rows; i += blockRows) {
        const some = Math.min(blockRows, rows - i);
        const staged = stage(float32, staging, { data: weights, offset: weightStart, rowStride: depth, columnStride: 1 }, i, p, some, count);
        kernels.packRows(staging, staged.rowStride, staged.columnStride, some, count, packedA);
        const inFeatures = { data: features, start: featureStart + i * positions + first, stride: positions };
        addProduct(instance, inFeatures, some, columns, width, count);
      }
    }
  });
}

/** weights (rows x channels * kernel) += features (rows x positions) times the windows of the image, transposed. False as above. */
export function weighInWasm(instance: KernelInstance, { image, imageStart, features, featureStart, weights, weightStart }: ConvolutionOperands, geometry: ConvolutionGeometry): boolean {
  const { kernels, float32 } = instance;
  const { rows, depth, positions } = productOf(geometry);
  return forEachBlock(instance, image, imageStart, geometry, (first, count, setKernelOffsets) => {
    for (let j = 0; j < depth; j += blockColumns) {
      const columns = Math.min(blockColumns, depth - j);
      setKernelOffsets(j, columns);
      kernels.packGathered(padded, kernelOffsets, positionOffsets, count, columns, packedB);
      for (let i = 0; i < rows; i += blockRows) {
        const some = Math.min(blockRows, rows - i);
        const staged = stage(float32, staging, { data: features, offset: featureStart, rowStride: positions, columnStride: 1 }, i, first, some, count);
        kernels.packRows(staging, staged.rowStride, staged.columnStride, some, count, packedA);
        const inWeights = { data: weights, start: weightStart + i * depth + j, stride: depth };
        addProduct(instance, inWeights, some, columns, roundUp(columns, 8), count);
      }
    }
  });
}

/** output += the product of the packed blocks. */
function addProduct({ kernels, float32 }: KernelInstance, output: Rows, rows: number, columns: number, width: number, depth: number): void {
  const inTile = { data: float32, start: tile / bytes, stride: width };
  copyRows(inTile, output, rows, columns);
  kernels.multiplyPacked(packedA, packedB, tile, roundUp(rows, 4), width, depth, width);
  copyRows(output, inTile, rows, columns);
}

/** The matrix product that a convolution is, for one image and one group: (rows x depth) times (depth x positions). */
function productOf({ channels, filters, groups, feature: [, height, width], kernel: [, kernelHeight, kernelWidth] }: ConvolutionGeometry): { rows: number; depth: number; positions: number } {
  return { rows: filters / groups, depth: (channels / groups) * kernelHeight * kernelWidth, positions: height * width };
}

/**
 * Brings in, for one block of feature positions after the other, the part of the padded image that they see. An element of their windows
 * lies at the sum of its position's offset and its kernel element's; `setKernelOffsets` writes those of some kernel elements.
 */
function forEachBlock(
  { float32, int32 }: KernelInstance, image: Float32Array, imageStart: number, geometry: ConvolutionGeometry,
  block: (first: number, count: number, setKernelOffsets: (from: number, count: number) => void) => void,
): boolean {
  const { channels: allChannels, groups, image: size, feature, kernel, stride, padding, dilation } = geometry;
  if (size[0] !== 1 || feature[0] !== 1 || kernel[0] !== 1) return false;
  const channels = allChannels / groups;
  const [, height, width] = size;
  const [, outHeight, outWidth] = feature;
  const [, kernelHeight, kernelWidth] = kernel;
  const positions = outHeight * outWidth;
  const paddedWidth = (outWidth - 1) * stride[2] + (kernelWidth - 1) * dilation[2] + 1;
  const reach = (kernelHeight - 1) * dilation[1] + 1;
  const mostRows = Math.ceil(blockColumns / outWidth) + 1;
  if (channels * ((mostRows - 1) * stride[1] + reach) * paddedWidth > imageLimit) return false;

  for (let first = 0; first < positions; first += blockColumns) {
    const count = Math.min(blockColumns, positions - first);
    const firstRow = Math.floor(first / outWidth);
    const lastRow = Math.floor((first + count - 1) / outWidth);
    const top = firstRow * stride[1] - padding[1];
    const stagedRows = (lastRow - firstRow) * stride[1] + reach;
    stageImage(float32, image, imageStart, { channels, height, width, top, stagedRows, left: padding[2], paddedWidth });
    for (let c = 0; c < count; c++) {
      const y = Math.floor((first + c) / outWidth);
      int32[positionOffsets / bytes + c] = (y - firstRow) * stride[1] * paddedWidth + (first + c - y * outWidth) * stride[2];
    }
    block(first, count, (from, some) => {
      for (let k = 0; k < some; k++) {
        const kx = (from + k) % kernelWidth;
        const ky = Math.floor((from + k) / kernelWidth) % kernelHeight;
        const channel = Math.floor((from + k) / (kernelWidth * kernelHeight));
        int32[kernelOffsets / bytes + k] = (channel * stagedRows + ky * dilation[1]) * paddedWidth + kx * dilation[2];
      }
    });
  }
  return true;
}

interface Part {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Image row of the first staged row; rows outside of the image are zeros. */
  readonly top: number;
  readonly stagedRows: number;
  /** Zeros before each row. */
  readonly left: number;
  readonly paddedWidth: number;
}

function stageImage(memory: Float32Array, image: Float32Array, imageStart: number, { channels, height, width, top, stagedRows, left, paddedWidth }: Part): void {
  const copied = Math.min(width, paddedWidth - left);
  let to = padded / bytes;
  for (let c = 0; c < channels; c++) {
    for (let row = top; row < top + stagedRows; row++, to += paddedWidth) {
      if (row < 0 || row >= height) {
        memory.fill(0, to, to + paddedWidth);
        continue;
      }
      const from = imageStart + (c * height + row) * width;
      if (left > 0) memory.fill(0, to, to + left);
      memory.set(image.subarray(from, from + copied), to + left);
      if (left + copied < paddedWidth) memory.fill(0, to + left + copied, to + paddedWidth);
    }
  }
}
