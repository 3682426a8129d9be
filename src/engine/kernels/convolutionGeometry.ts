/** Depth, height and width; missing dimensions have size 1. */
export type Extent = readonly [depth: number, height: number, width: number];

/**
 * A convolution relates images (batch, channels, ...image) and features (batch, filters, ...feature), both row-major: each feature
 * position sees a window of the image. One geometry serves all directions: from image to features (convolution), from features to image
 * (its gradient, and the transposed convolution) and both to the weights (filters, channels / groups, ...kernel).
 */
export interface ConvolutionGeometry {
  readonly batch: number;
  readonly groups: number;
  readonly channels: number;
  readonly filters: number;
  readonly image: Extent;
  readonly feature: Extent;
  readonly kernel: Extent;
  readonly stride: Extent;
  /** Zeros in front of the image; behind it lie as many as the windows need. */
  readonly padding: Extent;
  readonly dilation: Extent;
}

/** How many positions an extent has. */
export const volume = ([depth, height, width]: Extent): number => depth * height * width;

/** True where each feature position sees just the image element at the same place: nothing to unfold. */
export function isPointwise({ kernel, stride, padding }: ConvolutionGeometry): boolean {
  return volume(kernel) === 1 && volume(stride) === 1 && padding.every((size) => size === 0);
}
