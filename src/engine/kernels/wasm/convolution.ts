import type { ConvolutionGeometry } from "../convolutionGeometry.js";
import { blockColumns, blockDepth, bytes, copyRows } from "./blocks.js";
import { pieceLimit, type ProductMemory, type RightOperand, rightLimit } from "./product.js";

/**
 * The windows of one image and one group of channels as right operands of a product: (channels * kernel x positions), or transposed. They are
 * packed straight from the padded image and never written out: an element of a window lies at the sum of its position's and its kernel
 * element's offset.
 */

/** Null where a block's part of the image is too large for the kernels' memory, or the image has three dimensions. */
export function windowsOperand(image: Float32Array, imageStart: number, geometry: ConvolutionGeometry): RightOperand | null {
  const windows = Windows.of(image, imageStart, geometry, blockColumns);
  if (windows === null) return null;
  let staged = -1;
  return {
    pack(memory, row, column, rows, columns, target) {
      const { tables } = memory.places;
      const kernelOffsets = tables + blockColumns * bytes;
      if (column !== staged) windows.stage(memory, column, columns, tables);
      staged = column;
      windows.writeKernelOffsets(memory, row, rows, kernelOffsets);
      memory.kernels.packGathered(memory.places.right, tables, kernelOffsets, rows, columns, target);
    },
  };
}

/** The same transposed: (positions x channels * kernel). Null as above. */
export function transposedWindowsOperand(image: Float32Array, imageStart: number, geometry: ConvolutionGeometry): RightOperand | null {
  const windows = Windows.of(image, imageStart, geometry, blockDepth);
  return (
    windows && {
      pack(memory, row, column, rows, columns, target) {
        const { tables } = memory.places;
        const kernelOffsets = tables + blockDepth * bytes;
        windows.stage(memory, row, rows, tables);
        windows.writeKernelOffsets(memory, column, columns, kernelOffsets);
        memory.kernels.packGathered(memory.places.right, kernelOffsets, tables, rows, columns, target);
      },
    }
  );
}

class Windows {
  /** Of the part of the image that is staged, with what is padded. */
  #stagedRows = 0;

  private constructor(
    readonly image: Float32Array,
    readonly imageStart: number,
    readonly geometry: ConvolutionGeometry,
    readonly channels: number,
    readonly paddedWidth: number,
  ) {}

  /** `positions`: most that are staged at a time. */
  static of(image: Float32Array, imageStart: number, geometry: ConvolutionGeometry, positions: number): Windows | null {
    const { channels, groups, image: size, feature, kernel, stride, dilation } = geometry;
    if (size[0] !== 1 || feature[0] !== 1 || kernel[0] !== 1) return null;
    const paddedWidth = (feature[2] - 1) * stride[2] + (kernel[2] - 1) * dilation[2] + 1;
    const mostRows = Math.min(feature[1], Math.ceil(positions / feature[2]) + 1);
    const stagedRows = (mostRows - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1;
    if ((channels / groups) * stagedRows * paddedWidth > rightLimit) return null;
    return new Windows(image, imageStart, geometry, channels / groups, paddedWidth);
  }

  /** Brings in the part of the image that a run of positions sees, and writes the positions' offsets to `offsets`. */
  stage(memory: ProductMemory, first: number, count: number, offsets: number): void {
    const { int32 } = memory;
    const {
      feature: [, , width],
      kernel: [, kernelHeight],
      stride,
      padding,
      dilation,
    } = this.geometry;
    const firstRow = Math.floor(first / width);
    const lastRow = Math.floor((first + count - 1) / width);
    this.#stagedRows = (lastRow - firstRow) * stride[1] + (kernelHeight - 1) * dilation[1] + 1;
    this.#stageRows(memory, firstRow * stride[1] - padding[1]);
    for (let c = 0; c < count; c++) {
      const y = Math.floor((first + c) / width);
      int32[offsets / bytes + c] = (y - firstRow) * stride[1] * this.paddedWidth + (first + c - y * width) * stride[2];
    }
  }

  /** Writes the offsets of a run of kernel elements, those of one channel after those of the other. */
  writeKernelOffsets({ int32 }: ProductMemory, first: number, count: number, offsets: number): void {
    const {
      kernel: [, height, width],
      dilation,
    } = this.geometry;
    for (let k = 0; k < count; k++) {
      const x = (first + k) % width;
      const y = Math.floor((first + k) / width) % height;
      const channel = Math.floor((first + k) / (width * height));
      int32[offsets / bytes + k] = (channel * this.#stagedRows + y * dilation[1]) * this.paddedWidth + x * dilation[2];
    }
  }

  /** `top`: the image's row that comes first; rows outside of the image are zeros. */
  #stageRows({ kernels, float32, places: { piece, right } }: ProductMemory, top: number): void {
    const {
      image: [, height, width],
      padding: [, , left],
    } = this.geometry;
    const { channels, paddedWidth } = this;
    const stagedRows = this.#stagedRows;
    const from = Math.min(Math.max(top, 0), height);
    const rows = Math.max(0, Math.min(top + stagedRows, height) - from);
    const channelsAtOnce = Math.floor(pieceLimit / (Math.max(1, rows) * width));
    if (channelsAtOnce === 0) return this.#stageWideRows(float32, right / bytes, top);
    for (let c = 0; c < channels; c += channelsAtOnce) {
      const count = Math.min(channelsAtOnce, channels - c);
      const image = { data: this.image, start: this.imageStart + (c * height + from) * width, stride: height * width };
      copyRows({ data: float32, start: piece / bytes, stride: rows * width }, image, count, rows * width);
      const target = right + c * stagedRows * paddedWidth * bytes;
      kernels.padImages(piece, target, count, rows, width, Math.min(stagedRows, from - top), left, stagedRows, paddedWidth);
    }
  }

  /** The same, row by row. */
  #stageWideRows(memory: Float32Array, to: number, top: number): void {
    const {
      image: [, height, width],
      padding: [, , left],
    } = this.geometry;
    const { paddedWidth } = this;
    const copied = Math.min(width, paddedWidth - left);
    for (let c = 0; c < this.channels; c++) {
      for (let row = top; row < top + this.#stagedRows; row++, to += paddedWidth) {
        if (row < 0 || row >= height) {
          memory.fill(0, to, to + paddedWidth);
          continue;
        }
        const from = this.imageStart + (c * height + row) * width;
        if (left > 0) memory.fill(0, to, to + left);
        memory.set(this.image.subarray(from, from + copied), to + left);
        if (left + copied < paddedWidth) memory.fill(0, to + left + copied, to + paddedWidth);
      }
    }
  }
}
