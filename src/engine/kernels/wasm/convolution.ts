import type { ConvolutionGeometry } from "../convolution.js";
import { blockColumns, blockDepth, blockRows, bytes, copyRows, roundUp, stage } from "./blocks.js";
import type { KernelInstance } from "./instance.js";

/** Elements of the padded image that fit the kernels' memory at a time. */
const imageLimit = 1 << 20;

// Layout of the memory, in bytes.
const bases = 1024;
const offsets = bases + blockColumns * bytes;
const packedB = offsets + blockDepth * bytes;
const packedA = packedB + blockColumns * blockDepth * bytes;
const tile = packedA + blockRows * blockDepth * bytes;
const staging = tile + blockRows * blockColumns * bytes;
const padded = staging + blockRows * blockDepth * bytes;

/**
 * features (rows x positions, from `start`) += weights (rows x channels * kernel) times the windows of the image, for one image and one group
 * of channels, all float32. The windows are packed straight from the padded image: they are never written out.
 * False where a block's part of the image is too large.
 */
export function convolveInWasm(
  { kernels, float32, int32 }: KernelInstance,
  features: Float32Array, start: number, image: Float32Array, imageStart: number, weights: Float32Array, weightStart: number, geometry: ConvolutionGeometry,
): boolean {
  const { channels: allChannels, filters, groups, image: size, feature, kernel, stride, padding, dilation } = geometry;
  if (size[0] !== 1 || feature[0] !== 1 || kernel[0] !== 1) return false;
  const channels = allChannels / groups;
  const rows = filters / groups;
  const [, height, width] = size;
  const [, outHeight, outWidth] = feature;
  const [, kernelHeight, kernelWidth] = kernel;
  const positions = outHeight * outWidth;
  const depth = channels * kernelHeight * kernelWidth;
  const paddedWidth = (outWidth - 1) * stride[2] + (kernelWidth - 1) * dilation[2] + 1;
  const reach = (kernelHeight - 1) * dilation[1] + 1;
  const mostRows = Math.ceil(blockColumns / outWidth) + 1;
  if (channels * ((mostRows - 1) * stride[1] + reach) * paddedWidth > imageLimit) return false;

  for (let j = 0; j < positions; j += blockColumns) {
    const columns = Math.min(blockColumns, positions - j);
    const firstRow = Math.floor(j / outWidth);
    const lastRow = Math.floor((j + columns - 1) / outWidth);
    const top = firstRow * stride[1] - padding[1];
    const stagedRows = (lastRow - firstRow) * stride[1] + reach;
    stageImage(float32, image, imageStart, { channels, height, width, top, stagedRows, left: padding[2], paddedWidth });
    for (let c = 0; c < columns; c++) {
      const y = Math.floor((j + c) / outWidth);
      int32[bases / bytes + c] = (y - firstRow) * stride[1] * paddedWidth + (j + c - y * outWidth) * stride[2];
    }
    const stripWidth = roundUp(columns, 8);
    for (let p = 0; p < depth; p += blockDepth) {
      const count = Math.min(blockDepth, depth - p);
      for (let k = 0; k < count; k++) {
        const kx = (p + k) % kernelWidth;
        const ky = Math.floor((p + k) / kernelWidth) % kernelHeight;
        const channel = Math.floor((p + k) / (kernelWidth * kernelHeight));
        int32[offsets / bytes + k] = (channel * stagedRows + ky * dilation[1]) * paddedWidth + kx * dilation[2];
      }
      kernels.packGathered(padded, bases, offsets, count, columns, packedB);
      for (let i = 0; i < rows; i += blockRows) {
        const some = Math.min(blockRows, rows - i);
        const staged = stage(float32, staging, { data: weights, offset: weightStart, rowStride: depth, columnStride: 1 }, i, p, some, count);
        kernels.packRows(staging, staged.rowStride, staged.columnStride, some, count, packedA);
        const inTile = { data: float32, start: tile / bytes, stride: stripWidth };
        const inFeatures = { data: features, start: start + i * positions + j, stride: positions };
        copyRows(inTile, inFeatures, some, columns);
        kernels.multiplyPacked(packedA, packedB, tile, roundUp(some, 4), stripWidth, count, stripWidth);
        copyRows(inFeatures, inTile, some, columns);
      }
    }
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
