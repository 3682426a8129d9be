import { defineComposite } from "../dispatch/index.js";
import { NotImplementedError, RuntimeError, ValueError } from "../errors.js";
import { makeTaps, type Taps } from "../kernels/resample.js";
import { formatSizes } from "../size.js";
import type { Tensor } from "../tensor.js";
import { collect, type Arguments } from "../arguments.js";
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d } from "./pooling.js";
import { requireFloatingPoint } from "./rules/promotion.js";
import { defineResampling } from "./rules/resampling.js";
import type { Sizes } from "./rules/sizes.js";
import { computes, ofParts } from "../operation.js";

/** Sequences (N, C, L), images (N, C, H, W) and volumes (N, C, D, H, W) in another size. */

/** How values between the input's are found. "linear" is for sequences, "bilinear" and "bicubic" for images, "trilinear" for volumes. */
export type InterpolationMode = "nearest" | "nearest-exact" | "linear" | "bilinear" | "bicubic" | "trilinear" | "area";

/** How one dimension is resampled. */
interface Scaling {
  /** Input positions that one step in the output goes. */
  readonly step: number;
  readonly size: number;
  readonly length: number;
  readonly alignCorners: boolean;
  readonly antialias: boolean;
}

type Method = "nearest" | "nearest-exact" | "linear" | "cubic";

const clampTo = (position: number, size: number): number => Math.min(Math.max(position, 0), size - 1);

/** Where an output position lies in the input. */
function source({ step, alignCorners }: Scaling, position: number): number {
  return alignCorners ? step * position : step * (position + 0.5) - 0.5;
}

/** Weights of the four neighbours of a point at distance t after the second (Keys, "Cubic convolution interpolation", 1981). */
function cubicWeights(t: number): readonly number[] {
  const a = -0.75;
  return [cubicFar(t + 1, a), cubicNear(t, a), cubicNear(1 - t, a), cubicFar(2 - t, a)];
}
const cubicNear = (x: number, a: number): number => ((a + 2) * x - (a + 3)) * x * x + 1;
const cubicFar = (x: number, a: number): number => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;

type Tap = readonly [index: number, weight: number];

const tapsOf: Readonly<Record<Method, (scaling: Scaling, position: number) => readonly Tap[]>> = {
  // PyTorch computes these positions in single precision.
  nearest: ({ step, size }, position) => [[Math.min(Math.floor(Math.fround(position * step)), size - 1), 1]],
  "nearest-exact": ({ step, size }, position) => [[Math.min(Math.floor(Math.fround((position + 0.5) * step)), size - 1), 1]],
  linear(scaling, position) {
    const at = Math.max(source(scaling, position), 0);
    const before = Math.min(Math.floor(at), scaling.size - 1);
    const after = Math.min(before + 1, scaling.size - 1);
    const t = Math.min(Math.max(at - before, 0), 1);
    return [
      [before, 1 - t],
      [after, t],
    ];
  },
  cubic(scaling, position) {
    const at = source(scaling, position);
    const before = Math.floor(at);
    return cubicWeights(at - before).map((weight, k) => [clampTo(before - 1 + k, scaling.size), weight] as const);
  },
};

const triangle = (x: number): number => Math.max(0, 1 - Math.abs(x));
function cubicFilter(x: number): number {
  const distance = Math.abs(x);
  if (distance < 1) return cubicNear(distance, -0.5);
  return distance < 2 ? cubicFar(distance, -0.5) : 0;
}

/** Averages over what an output element covers where it shrinks, as Pillow does. */
function antialiasedTaps(method: "linear" | "cubic", { step, size }: Scaling, position: number): readonly Tap[] {
  const [filter, reach] = method === "linear" ? [triangle, 1] : [cubicFilter, 2];
  const stretch = Math.max(step, 1);
  const center = step * (position + 0.5);
  const from = Math.max(Math.trunc(center - reach * stretch + 0.5), 0);
  const to = Math.min(Math.trunc(center + reach * stretch + 0.5), size);
  const weights = Array.from({ length: to - from }, (_, k) => filter((k + from - center + 0.5) / stretch));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight, k) => [from + k, sum === 0 ? 0 : weight / sum] as const);
}

function makeScaling(method: Method, scaling: Scaling): Taps {
  return makeTaps(scaling.length, (position) =>
    scaling.antialias && (method === "linear" || method === "cubic") ? antialiasedTaps(method, scaling, position) : tapsOf[method](scaling, position),
  );
}

const operation = defineResampling<[x: Tensor, mode: InterpolationMode, scalings: readonly Scaling[]]>({
  name: "interpolate",
  arguments: ["input", ["mode", "nearest"], null],
  gradientName(_x, mode, scalings) {
    const dims = scalings.length;
    const suffix = scalings.some(({ antialias }) => antialias) ? "AaBackward0" : "Backward0";
    const name = {
      nearest: "Nearest",
      "nearest-exact": "NearestExact",
      linear: "Linear",
      bilinear: "Bilinear",
      bicubic: "Bicubic",
      trilinear: "Trilinear",
      area: "",
    }[mode];
    return `Upsample${name}${dims}D${suffix}`;
  },
  of: (_x, mode, scalings) => ({
    lengths: scalings.map(({ length }) => length),
    taps: () => scalings.map((scaling) => makeScaling(methodOf(mode), scaling)),
  }),
});

function methodOf(mode: InterpolationMode): Method {
  if (mode === "nearest" || mode === "nearest-exact") return mode;
  return mode === "bicubic" ? "cubic" : "linear";
}

export interface InterpolateOptions {
  /** Sizes of the result. Either these or `scaleFactor`. */
  readonly size?: Sizes | null;
  /** Sizes of the result as multiples of the input's. */
  readonly scaleFactor?: Sizes | null;
  /** Default "nearest". */
  readonly mode?: InterpolationMode;
  /** Whether the first and last elements of input and output coincide; else their outer edges do. Not for "nearest" and "area". Default false. */
  readonly alignCorners?: boolean | null;
  /** Takes the scale from the rounded sizes instead of from `scaleFactor`. Default false. */
  readonly recomputeScaleFactor?: boolean | null;
  /** Averages where the result is smaller ("bilinear" and "bicubic"). Default false. */
  readonly antialias?: boolean;
}

type InterpolateArguments = Arguments<
  [
    size: Sizes | null,
    scaleFactor: Sizes | null,
    mode: InterpolationMode,
    alignCorners: boolean | null,
    recomputeScaleFactor: boolean | null,
    antialias: boolean,
  ],
  InterpolateOptions
>;

const spatialDimsOfMode: Readonly<Partial<Record<InterpolationMode, readonly number[]>>> = { linear: [1], bilinear: [2], bicubic: [2], trilinear: [3] };

const interpolateOf = defineComposite(
  { name: "interpolate", effect: computes, multiplyAdds: ofParts, arguments: ["input", { mode: "nearest", antialias: false }] },
  (x: Tensor, options: InterpolateOptions): Tensor => {
    const { mode = "nearest", antialias = false } = options;
    const dims = x.ndim - 2;
    const spatial = x.sizes.slice(2);
    const { lengths, factors } = targetSizes(spatial, options);
    checkMode(x, mode, antialias);
    if (mode === "area") return [adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d][dims - 1]!(x, lengths);
    if (spatial.some((size) => size < 1) || lengths.some((size) => size < 1)) {
      const axes = ["D", "H", "W"].slice(3 - dims);
      const list = (sizes: readonly number[]): string => axes.map((axis, i) => `${axis}: ${sizes[i]}`).join(", ");
      const joint = dims === 1 ? "and " : "";
      throw new RuntimeError(`Input and output sizes should be greater than 0, but got input (${list(spatial)}) ${joint}output (${list(lengths)})`);
    }
    const isNearest = mode.startsWith("nearest");
    // Images of bytes are made larger and smaller by copying alone.
    if (!isNearest || x.dtype.name !== "uint8") requireFloatingPoint(x.dtype, `compute_indices_weights_${isNearest ? "nearest" : methodOf(mode)}`);
    const single = isNearest || x.dtype.name === "float32" ? Math.fround : (value: number) => value;
    const alignCorners = options.alignCorners ?? false;
    return operation(
      x,
      mode,
      spatial.map((size, i): Scaling => {
        const length = lengths[i]!;
        const factor = factors?.[i];
        let step = factor !== undefined && factor > 0 ? 1 / factor : size / length;
        if (alignCorners) step = length > 1 ? (size - 1) / (length - 1) : 0;
        return { step: single(step), size, length, alignCorners, antialias };
      }),
    );
  },
);

/** Sizes of the result, and the scale factors where they are to be used as given. */
function targetSizes(spatial: readonly number[], options: InterpolateOptions): { lengths: readonly number[]; factors: readonly number[] | null } {
  const { size = null, scaleFactor = null, mode = "nearest", recomputeScaleFactor } = options;
  const dims = spatial.length;
  if (options.alignCorners != null && (mode === "nearest" || mode === "nearest-exact" || mode === "area")) {
    throw new ValueError("align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear");
  }
  if (size !== null && scaleFactor !== null) throw new ValueError("only one of size or scale_factor should be defined");
  if (size !== null) {
    if (typeof size === "object" && size.length !== dims) {
      throw new ValueError(
        `Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of ${formatSizes(spatial)} and output size of ${formatSizes(size)}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format.`,
      );
    }
    if (recomputeScaleFactor) throw new ValueError("recompute_scale_factor is not meaningful with an explicit size.");
    return { lengths: typeof size === "number" ? spatial.map(() => size) : size, factors: null };
  }
  if (scaleFactor === null) throw new ValueError("either size or scale_factor should be defined");
  if (typeof scaleFactor === "object" && scaleFactor.length !== dims) {
    throw new ValueError(
      `Input and scale_factor must have the same number of spatial dimensions, but got input with spatial dimensions of ${formatSizes(spatial)} and scale_factor of shape ${formatSizes(scaleFactor)}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format.`,
    );
  }
  const factors = typeof scaleFactor === "number" ? spatial.map(() => scaleFactor) : scaleFactor;
  return { lengths: spatial.map((length, i) => Math.floor(length * factors[i]!)), factors: recomputeScaleFactor ? null : factors };
}

function checkMode(x: Tensor, mode: InterpolationMode, antialias: boolean): void {
  const dims = x.ndim - 2;
  if (antialias && !((mode === "bilinear" || mode === "bicubic") && dims === 2)) {
    throw new ValueError("Anti-alias option is restricted to bilinear and bicubic modes and requires a 4-D tensor as input");
  }
  const allowed = spatialDimsOfMode[mode] ?? ([1, 2, 3] as const);
  const isMode = mode in spatialDimsOfMode || mode === "nearest" || mode === "nearest-exact" || mode === "area";
  if (isMode && allowed.includes(dims)) return;
  if (isMode && mode !== "bicubic" && dims >= 1 && dims <= 3) {
    throw new NotImplementedError(`Got ${x.ndim}D input, but ${mode} mode needs ${allowed[0]! + 2}D input`);
  }
  throw new NotImplementedError(
    `Input Error: Only 3D, 4D and 5D input Tensors supported (got ${x.ndim}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got ${mode})`,
  );
}

/** A sequence, image or volume in another size. (torch.nn.functional.interpolate) */
export function interpolate(x: Tensor, ...args: InterpolateArguments): Tensor {
  const names = ["size", "scaleFactor", "mode", "alignCorners", "recomputeScaleFactor", "antialias"] as const;
  return interpolateOf(x, collect<InterpolateOptions>("interpolate", names, args));
}

/** interpolate under its old name. (torch.nn.functional.upsample) */
export const upsample: (x: Tensor, ...args: InterpolateArguments) => Tensor = interpolate;
