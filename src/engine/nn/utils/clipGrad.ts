import { noGrad } from "../../autograd/gradMode.js";
import { RuntimeError } from "../../errors.js";
import { unary } from "../../kernels/elementwise.js";
import { takingOnly, collect, required, type Arguments, type WithRequired } from "../../arguments.js";
import { withoutObserver } from "../../observer.js";
import { clamp } from "../../ops/assignment.js";
import { tensor } from "../../ops/creation.js";
import { stack } from "../../ops/joining.js";
import { vectorNorm } from "../../ops/vectorNorm.js";
import { formatFloat } from "../../print/numbers.js";
import { Tensor } from "../../tensor.js";

const listOf = (tensors: Tensor | Iterable<Tensor>): readonly Tensor[] => (tensors instanceof Tensor ? [tensors] : [...tensors]);
const gradientsOf = (parameters: readonly Tensor[]): readonly Tensor[] => parameters.flatMap(({ grad }) => (grad === null ? [] : [grad]));

/** Nobody looks on, and nothing is recorded. */
const apart = <Result>(body: () => Result): Result => withoutObserver(() => noGrad(body));

export interface TotalNormOptions {
  /** The order of the norm, Infinity for the largest absolute value. Default 2. */
  readonly normType?: number;
  /** Throw when the norm is NaN or infinite. Default false. */
  readonly errorIfNonfinite?: boolean;
}

export type ClipGradNormOptions = TotalNormOptions;

/** The norm of all tensors as if they were one vector: the norm of the norm of each. 0 without tensors. (torch.nn.utils.get_total_norm) */
export function getTotalNorm(tensors: Tensor | Iterable<Tensor>, ...args: Arguments<[normType: number, errorIfNonfinite: boolean], TotalNormOptions>): Tensor {
  const { normType = 2, errorIfNonfinite = false } = collect<TotalNormOptions>("getTotalNorm", ["normType", "errorIfNonfinite"], args);
  return totalNorm(listOf(tensors), normType, errorIfNonfinite);
}

function totalNorm(tensors: readonly Tensor[], order: number, errorIfNonfinite: boolean): Tensor {
  if (tensors.length === 0) return tensor(0);
  const norm = apart(() => vectorNorm(stack(tensors.map((each) => vectorNorm(each, order, null, false))), order, null, false));
  if (errorIfNonfinite && !Number.isFinite(norm.item())) {
    throw new RuntimeError(
      `The total norm of order ${formatFloat(order)} for gradients from \`parameters\` is non-finite, so it cannot be clipped. To disable this error and scale the gradients by the non-finite norm anyway, set \`error_if_nonfinite=False\``,
    );
  }
  return norm;
}

/** Scales all gradients by maxNorm / (totalNorm + 1e-6) where that is below 1. (torch.nn.utils.clip_grads_with_norm_) */
export function clipGradsWithNorm_(
  parameters: Tensor | Iterable<Tensor>,
  ...args: WithRequired<[maxNorm: number, totalNorm: Tensor], { readonly maxNorm: number; readonly totalNorm: Tensor }, [], object>
): void {
  const given = collect<{ readonly maxNorm?: number; readonly totalNorm?: Tensor }>("clipGradsWithNorm_", ["maxNorm", "totalNorm"], args);
  scale(
    gradientsOf(listOf(parameters)),
    required(given.maxNorm, "clip_grads_with_norm_", "max_norm"),
    required(given.totalNorm, "clip_grads_with_norm_", "total_norm"),
  );
}

function scale(gradients: readonly Tensor[], maxNorm: number, norm: Tensor): void {
  apart(() => {
    const factor = clamp(norm.add(1e-6).reciprocal().mul(maxNorm), { max: 1 });
    for (const gradient of gradients) gradient.mul_(factor);
  });
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
  } = collect<ClipGradNormOptions & { readonly maxNorm?: number }>("clipGradNorm_", ["maxNorm", "normType"], args, ["errorIfNonfinite"]);
  const maxNorm = required(given, "clip_grad_norm_", "max_norm");
  const gradients = gradientsOf(listOf(parameters));
  const norm = totalNorm(gradients, normType, errorIfNonfinite);
  scale(gradients, maxNorm, norm);
  return norm;
}

/** Clamps every element of the gradients to [-clipValue, clipValue]. (torch.nn.utils.clip_grad_value_) */
export const clipGradValue_: (parameters: Tensor | Iterable<Tensor>, clipValue: number) => void = takingOnly(
  "clipGradValue_",
  ["parameters", "clipValue"],
  (parameters: Tensor | Iterable<Tensor>, clipValue: number): void => {
    for (const gradient of gradientsOf(listOf(parameters))) {
      unary(gradient, gradient, (value) => Math.min(Math.max(value, -clipValue), clipValue));
      gradient.version.value++;
    }
  },
);
