import { defineComposite, keeping } from "../dispatch/index.js";
import { NotImplementedError, RuntimeError, ValueError } from "../errors.js";
import { formatSizes, product } from "../size.js";
import type { Tensor } from "../tensor.js";
import { warn } from "../warnings.js";
import { collect, requiredFirst, type WithRequired } from "../arguments.js";
import { linspace, ones } from "./creation.js";
import { gather } from "./gatherScatter.js";
import { where } from "./masks.js";
import { cat } from "./joining.js";
import { bmm } from "./matmul.js";
import { requireFloatingPoint } from "./rules/promotion.js";
import { computes, ofParts } from "../operation.js";

/** Images read at places that a grid states (torch.nn.functional.grid_sample), and grids of affine maps. */

export type GridSampleMode = "bilinear" | "nearest" | "bicubic";
export type GridSamplePadding = "zeros" | "border" | "reflection";

export interface GridSampleOptions {
  /** Between pixels: the weighted mean of the neighbours, the nearest one, or (of images alone) a cubic curve. Default "bilinear". */
  readonly mode?: GridSampleMode;
  /** What lies outside of the image: zeros, its border, or its mirror image. Default "zeros". */
  readonly paddingMode?: GridSamplePadding;
  /** Whether -1 and 1 are the middles of the outermost pixels instead of their outer edges. Default false. */
  readonly alignCorners?: boolean | null;
}

interface Sampling {
  readonly padding: GridSamplePadding;
  readonly alignCorners: boolean;
}

/** A place along one dimension, in pixels from the middle of the first. */
function inPixels(coordinate: Tensor, size: number, { alignCorners }: Sampling): Tensor {
  return alignCorners
    ? coordinate
        .add(1)
        .div(2)
        .mul(size - 1)
    : coordinate.add(1).mul(size).sub(1).div(2);
}

/** Brought into the image as the padding says; where the border holds it back, it does not follow the grid. */
function padded(place: Tensor, size: number, { padding, alignCorners }: Sampling): Tensor {
  if (padding === "zeros") return place;
  const inside = padding === "border" ? place : reflected(place, alignCorners ? 0 : -0.5, alignCorners ? size - 1 : size - 0.5);
  return where(inside.gt(0).logicalAnd(inside.lt(size - 1)), inside, inside.detach().clamp(0, size - 1));
}

/** Mirrored at both bounds as often as it takes. */
function reflected(place: Tensor, low: number, high: number): Tensor {
  const span = high - low;
  if (span === 0) return place.mul(0);
  const distance = place.sub(low).abs();
  const turns = distance.detach().div(span).floor();
  const rest = distance.sub(turns.mul(span));
  return where(turns.remainder(2).eq(0), rest.add(low), rest.neg().add(high));
}

/** The pixels at whole places, one a dimension; zero outside. x is (N, C, pixels), places are (N, samples). */
function pixelsAt(x: Tensor, sizes: readonly number[], places: readonly Tensor[]): Tensor {
  let index: Tensor | null = null;
  let isInside: Tensor | null = null;
  places.forEach((place, i) => {
    const at = place.detach();
    const within = at.ge(0).logicalAnd(at.le(sizes[i]! - 1));
    isInside = isInside === null ? within : isInside.logicalAnd(within);
    const bounded = at.clamp(0, sizes[i]! - 1).long();
    index = index === null ? bounded : index.mul(sizes[i]!).add(bounded);
  });
  const [batch, channels] = x.sizes as [number, number];
  const samples = index!.sizes[1]!;
  const picked = gather(x, 2, index!.unsqueeze(1).expand(batch, channels, samples));
  return picked.maskedFill(isInside!.logicalNot().unsqueeze(1), 0);
}

/** The neighbours along one dimension with their weights. */
type Taps = readonly (readonly [place: Tensor, weight: Tensor])[];

function linearTaps(place: Tensor): Taps {
  const low = place.detach().floor();
  const share = place.sub(low);
  return [
    [low, share.neg().add(1)],
    [low.add(1), share],
  ];
}

/** Keys' cubic convolution with a = -0.75, as PyTorch's bicubic interpolation. */
function cubicTaps(place: Tensor): Taps {
  const a = -0.75;
  const low = place.detach().floor();
  const share = place.sub(low);
  const near = (t: Tensor): Tensor =>
    t
      .mul(a + 2)
      .sub(a + 3)
      .mul(t)
      .mul(t)
      .add(1);
  const far = (t: Tensor): Tensor =>
    t
      .mul(a)
      .sub(5 * a)
      .mul(t)
      .add(8 * a)
      .mul(t)
      .sub(4 * a);
  const rest = share.neg().add(1);
  return [
    [low.sub(1), far(share.add(1))],
    [low, near(share)],
    [low.add(1), near(rest)],
    [low.add(2), far(rest.add(1))],
  ];
}

/** The sum over all neighbours, dimension by dimension. */
function interpolated(x: Tensor, sizes: readonly number[], taps: readonly Taps[], places: readonly Tensor[] = [], weight: Tensor | null = null): Tensor {
  const depth = places.length;
  if (depth === taps.length) {
    const pixels = pixelsAt(x, sizes, places);
    return weight === null ? pixels : pixels.mul(weight.unsqueeze(1));
  }
  return taps[depth]!.map(([place, share]) => interpolated(x, sizes, taps, [...places, place], weight === null ? share : weight.mul(share))).reduce(
    (sum, part) => sum.add(part),
  );
}

function checkGrid(x: Tensor, grid: Tensor, mode: GridSampleMode): void {
  const [image, dims] = [x.sizes.length, x.sizes.length - 2];
  if (x.dtype !== grid.dtype) throw new RuntimeError(`expected scalar type ${x.dtype.scalarType} but found ${grid.dtype.scalarType}`);
  if (x.sizes[0] !== grid.sizes[0]) {
    throw new RuntimeError(
      `grid_sampler(): expected grid and input to have same batch size, but got input with sizes ${formatSizes(x.sizes)} and grid with sizes ${formatSizes(grid.sizes)}`,
    );
  }
  if (grid.sizes.at(-1) !== dims) {
    throw new RuntimeError(`grid_sampler(): expected grid to have size ${dims} in last dimension, but got grid with sizes ${formatSizes(grid.sizes)}`);
  }
  x.sizes.slice(2).forEach((size, i) => {
    if (size > 0) return;
    throw new RuntimeError(
      `grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes ${formatSizes(x.sizes)} with dimension ${i + 2} being empty`,
    );
  });
  if ((image !== 4 && image !== 5) || grid.sizes.length !== image) {
    throw new RuntimeError(
      `grid_sampler(): expected ${image === 5 ? 5 : 4}D input and grid with same number of dimensions, but got input with sizes ${formatSizes(x.sizes)} and grid with sizes ${formatSizes(grid.sizes)}`,
    );
  }
  if (image === 5 && mode === "bicubic") throw new RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input");
  requireFloatingPoint(x.dtype, `grid_sampler_${dims}d_cpu_kernel_impl`);
}

function cornersOf(alignCorners: boolean | null | undefined): boolean {
  if (alignCorners == null) {
    warn(
      "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify align_corners=True if the old behavior is desired. See the documentation of grid_sample for details.",
    );
  }
  return alignCorners ?? false;
}

const gridSampleOf = defineComposite(
  { name: "gridSample", effect: computes, multiplyAdds: ofParts, arguments: ["input", "grid", ["mode", "bilinear"], "sampling"] },
  (x: Tensor, grid: Tensor, mode: GridSampleMode, sampling: Sampling): Tensor => {
    checkGrid(x, grid, mode);
    const [batch, channels, ...sizes] = x.sizes as [number, number, ...number[]];
    const out = grid.sizes.slice(1, -1);
    const flat = x.reshape([batch, channels, product(sizes)]);
    const points = grid.reshape([batch, product(out), sizes.length]);
    // The grid's last dimension counts from the last of the image: x, y, z.
    const places = sizes.map((size, i) => inPixels(points.select(2, sizes.length - 1 - i), size, sampling));
    const isCubic = mode === "bicubic";
    const taps = places.map((place, i): Taps => {
      if (isCubic) return cubicTaps(place).map(([at, weight]) => [padded(at, sizes[i]!, sampling).round(), weight]);
      const at = padded(place, sizes[i]!, sampling);
      return mode === "nearest" ? [[at.round(), at.mul(0).add(1)]] : linearTaps(at);
    });
    return keeping([x, grid], interpolated(flat, sizes, taps).reshape([batch, channels, ...out]));
  },
);

/**
 * x read at the places of a grid, whose coordinates run from -1 to 1 over the image. (torch.nn.functional.grid_sample)
 * Shapes: x (N, C, H, W) with grid (N, H', W', 2) of (x, y): (N, C, H', W'); or x (N, C, D, H, W) with grid (N, D', H', W', 3) of (x, y, z).
 */
export function gridSample(
  x: Tensor,
  ...args: WithRequired<
    [grid: Tensor],
    { readonly grid: Tensor },
    [mode: GridSampleMode, paddingMode: GridSamplePadding, alignCorners: boolean],
    GridSampleOptions
  >
): Tensor {
  const [[grid], rest] = requiredFirst<[grid: Tensor]>("grid_sample", ["grid"], args);
  const { mode = "bilinear", paddingMode = "zeros", alignCorners } = collect<GridSampleOptions>("gridSample", ["mode", "paddingMode", "alignCorners"], rest);
  if (!["bilinear", "nearest", "bicubic"].includes(mode)) {
    throw new ValueError(`nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '${mode}'`);
  }
  if (!["zeros", "border", "reflection"].includes(paddingMode)) {
    throw new ValueError(`nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: '${paddingMode}'`);
  }
  return gridSampleOf(x, grid, mode, { padding: paddingMode, alignCorners: cornersOf(alignCorners) });
}

// ---- grids

const affineGridOf = defineComposite(
  { name: "affineGrid", effect: computes, multiplyAdds: ofParts, arguments: ["theta", "size", ["alignCorners", false]] },
  (theta: Tensor, size: readonly number[], alignCorners: boolean): Tensor => {
    const [batch, , ...sizes] = size as [number, number, ...number[]];
    const like = { dtype: theta.dtype, device: theta.device };
    const axes = sizes.map((length, i) => {
      const middles = length === 1 ? linspace(0, 0, 1, like) : linspace(-1, 1, length, like);
      const places = alignCorners || length === 1 ? middles : middles.mul((length - 1) / length);
      return places.reshape(sizes.map((_, k) => (k === i ? length : 1))).expand(sizes);
    });
    const columns = [...axes.reverse(), ones(sizes, like)].map((axis) => axis.unsqueeze(-1));
    const base = cat(columns, -1)
      .reshape([1, product(sizes), sizes.length + 1])
      .expand(batch, -1, -1);
    return bmm(base, theta.transpose(1, 2)).reshape([batch, ...sizes, sizes.length]);
  },
);

export interface AffineGridOptions {
  /** Whether -1 and 1 are the middles of the outermost pixels instead of their outer edges. Default false. */
  readonly alignCorners?: boolean | null;
}

/**
 * Where each pixel of an image of this size lies under affine maps, as gridSample reads it. (torch.nn.functional.affine_grid)
 * Shapes: theta (N, 2, 3) and size (N, C, H, W) give (N, H, W, 2); theta (N, 3, 4) and size (N, C, D, H, W) give (N, D, H, W, 3).
 */
export function affineGrid(
  theta: Tensor,
  ...args: WithRequired<[size: readonly number[]], { readonly size: readonly number[] }, [alignCorners: boolean], AffineGridOptions>
): Tensor {
  const [[size], rest] = requiredFirst<[size: readonly number[]]>("affine_grid", ["size"], args);
  const { alignCorners } = collect<AffineGridOptions>("affineGrid", ["alignCorners"], rest);
  if (!theta.dtype.isFloatingPoint) throw new ValueError(`Expected theta to have floating point type, but got ${theta.dtype}`);
  const dims = size.length - 2;
  if (dims !== 2 && dims !== 3) {
    throw new NotImplementedError(`affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size ${formatSizes(size)}.`);
  }
  if (theta.sizes.length !== 3 || theta.sizes[1] !== dims || theta.sizes[2] !== dims + 1) {
    throw new ValueError(`Expected a batch of ${dims}D affine matrices of shape Nx${dims}x${dims + 1} for size ${formatSizes(size)}. Got ${theta.shape}.`);
  }
  if (Math.min(...size) <= 0) throw new ValueError(`Expected non-zero, positive output size. Got ${formatSizes(size)}`);
  const corners = cornersOf(alignCorners);
  if (corners && size.slice(2).includes(1)) {
    warn(
      "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This is not an intended use case of affine_grid. See the documentation of affine_grid for details.",
    );
  }
  return affineGridOf(theta, size, corners);
}
