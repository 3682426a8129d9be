import { composed, defineOperation } from "../../dispatch/index.js";
import { ValueError } from "../../errors.js";
import { denseValues } from "../../kernels/elementwise.js";
import { product } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { collect, required, type WithRequired } from "../../arguments.js";
import { requireFloatingPoint } from "../rules/promotion.js";
import { computes, notCounted } from "../../operation.js";
import { pad } from "../padding.js";
import { avgPool2d } from "../pooling.js";

type LocalResponseNormArgs = [x: Tensor, size: number, alpha: number, beta: number, k: number];

/** Calls `body` with every element's position and k + alpha * (mean of squares over the window of channels). */
function forEachDivisor([x, size, alpha, , k]: LocalResponseNormArgs, body: (at: number, divisor: number) => void): void {
  const values = denseValues(x);
  const [batch, channelCount] = x.sizes as [number, number];
  const inner = product(x.sizes.slice(2));
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channelCount; c++) {
      const [first, last] = windowOf(c, channelCount, size);
      for (let p = 0; p < inner; p++) {
        let squares = 0;
        for (let other = first; other <= last; other++) squares += values[(n * channelCount + other) * inner + p]! ** 2;
        body((n * channelCount + c) * inner + p, k + (alpha * squares) / size);
      }
    }
  }
}

/** First and last channel of the window around `c`: `size / 2` before, `(size - 1) / 2` after. */
function windowOf(c: number, channelCount: number, size: number): [number, number] {
  return [Math.max(0, c - Math.floor(size / 2)), Math.min(channelCount - 1, c + Math.floor((size - 1) / 2))];
}

const localResponseNormOperation = defineOperation<LocalResponseNormArgs>({
  name: "localResponseNorm",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "size", ["alpha", 0.0001], ["beta", 0.75], ["k", 1]],
  gradientName: "DivBackward0",
  infer(x) {
    requireFloatingPoint(x.dtype, "local_response_norm");
    if (x.sizes.length < 3) throw new ValueError(`Expected 3D or higher dimensionality                          input (got ${x.sizes.length} dimensions)`);
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, ...args) {
    const values = denseValues(args[0]);
    const out = output.storage.data;
    const beta = args[3];
    forEachDivisor(args, (at, divisor) => {
      out[at] = values[at]! / divisor ** beta;
    });
  },
  reads: [0],
  backward(gradient, { args }) {
    const [x, size, alpha, beta] = args;
    const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
    const g = denseValues(gradient);
    const values = denseValues(x);
    const [, channelCount] = x.sizes as [number, number];
    const inner = product(x.sizes.slice(2));
    const sums = new Float64Array(x.numel());
    forEachDivisor(args, (at, divisor) => {
      const power = divisor ** -beta;
      sums[at]! += g[at]! * power;
      const shared = (-2 * alpha * beta * g[at]! * values[at]! * power) / (divisor * size);
      const sample = Math.floor(at / (channelCount * inner)) * channelCount;
      const c = Math.floor(at / inner) % channelCount;
      const [first, last] = windowOf(c, channelCount, size);
      for (let other = first; other <= last; other++) {
        const from = (sample + other) * inner + (at % inner);
        sums[from]! += shared * values[from]!;
      }
    });
    result.storage.data.set(sums);
    return [result];
  },
  recordedBackward: composed(([x, size, alpha, beta, k]) => {
    const [batch, channels] = x.sizes as [number, number];
    const squares = pad(x.square().reshape([batch, 1, channels, -1]), [0, 0, Math.floor(size / 2), Math.floor((size - 1) / 2)]);
    const means = avgPool2d(squares, [size, 1], { stride: 1 }).reshape([...x.sizes]);
    return x.div(means.mul(alpha).add(k).pow(beta));
  }),
});

export interface LocalResponseNormOptions {
  /** Factor of the mean of squares. Default 1e-4. */
  readonly alpha?: number;
  /** Exponent. Default 0.75. */
  readonly beta?: number;
  /** Added to the mean of squares. Default 1. */
  readonly k?: number;
}

/**
 * Divides by (k + alpha * mean of squares over `size` neighbouring channels) ** beta (torch.nn.functional.local_response_norm).
 * `x` is (batch, channels, positions...).
 */
export function localResponseNorm(
  x: Tensor,
  ...args: WithRequired<[size: number], { readonly size: number }, [alpha: number, beta: number, k: number], LocalResponseNormOptions>
): Tensor {
  const {
    size,
    alpha = 1e-4,
    beta = 0.75,
    k = 1,
  } = collect<LocalResponseNormOptions & { size?: number }>("localResponseNorm", ["size", "alpha", "beta", "k"], args);
  return localResponseNormOperation(x, required(size, "local_response_norm", "size"), alpha, beta, k);
}
