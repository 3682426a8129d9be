import { getDefaultDtype } from "../../dtype.js";
import { RuntimeError } from "../../errors.js";
import { unary } from "../../kernels/elementwise.js";
import { forEachOffset } from "../../kernels/strided.js";
import { collect, required, type WithRequired } from "../../arguments.js";
import { tensor } from "../../ops/creation.js";
import { Tensor } from "../../tensor.js";

function gradientsOf(parameters: Tensor | Iterable<Tensor>): Tensor[] {
  const list = parameters instanceof Tensor ? [parameters] : [...parameters];
  return list.flatMap(({ grad }) => (grad === null ? [] : [grad]));
}

function rewrite(gradient: Tensor, f: (value: number) => number): void {
  unary(gradient, gradient, f);
  gradient.version.value++;
}

export interface ClipGradNormOptions {
  /** The order of the norm, Infinity for the largest absolute value. Default 2. */
  readonly normType?: number;
  /** Throw when the norm is NaN or infinite. Default false. */
  readonly errorIfNonfinite?: boolean;
}

/**
 * Scales all gradients together so that their norm, taken as if they were one vector, is at most `maxNorm`. Returns the norm before.
 * (torch.nn.utils.clip_grad_norm_)
 */
export function clipGradNorm_(
  parameters: Tensor | Iterable<Tensor>,
  ...args: WithRequired<[maxNorm: number], { readonly maxNorm: number }, [normType: number], ClipGradNormOptions>
): Tensor {
  const {
    maxNorm: given,
    normType = 2,
    errorIfNonfinite = false,
  } = collect<ClipGradNormOptions & { readonly maxNorm?: number }>(["maxNorm", "normType"], args, ["errorIfNonfinite"]);
  const maxNorm = required(given, "clip_grad_norm_", "max_norm");
  const gradients = gradientsOf(parameters);
  const norm = totalNorm(gradients, normType);
  if (errorIfNonfinite && !Number.isFinite(norm)) {
    throw new RuntimeError(
      `The total norm of order ${normType.toFixed(1)} for gradients from \`parameters\` is non-finite, so it cannot be clipped. To disable this error and scale the gradients by the non-finite norm anyway, set \`error_if_nonfinite=False\``,
    );
  }
  const factor = maxNorm / (norm + 1e-6);
  // Written so that a NaN norm spreads, as in PyTorch.
  if (!(factor >= 1)) for (const gradient of gradients) rewrite(gradient, (value) => value * factor);
  return tensor(norm, { dtype: gradients[0]?.dtype ?? getDefaultDtype() });
}

function totalNorm(gradients: readonly Tensor[], order: number): number {
  let total = 0;
  for (const gradient of gradients) {
    if (gradient.device === "meta") continue;
    const { data } = gradient.storage;
    forEachOffset(gradient, (offset) => {
      const size = Math.abs(data[offset]!);
      if (order === Infinity) total = Math.max(total, size);
      else total += order === 2 ? size * size : size ** order;
    });
  }
  return order === Infinity ? total : total ** (1 / order);
}

/** Clamps every element of the gradients to [-clipValue, clipValue]. (torch.nn.utils.clip_grad_value_) */
export function clipGradValue_(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  for (const gradient of gradientsOf(parameters)) rewrite(gradient, (value) => Math.min(Math.max(value, -clipValue), clipValue));
}
