import type { Arguments } from "../arguments.js";
import { adamInWasm, type AdamStep } from "../kernels/wasm/optimizers.js";
import {
  movingAverage,
  movingSquare,
  Optimizer,
  overDefaults,
  requireAverages,
  round,
  scalarOf,
  runOf,
  stateElements,
  type Elements,
  type OptimizerParameters,
  type ParameterGroup,
  type ParameterState,
} from "./optimizer.js";

export interface AdamOptions {
  /** Learning rate. Default 0.001. */
  lr: number;
  /** How slowly the running averages of the gradient and of its square forget. Default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator. Default 1e-8. */
  eps: number;
  /** Times the parameter, added to the gradient or, decoupled, times lr taken off the parameter. Default 0 in Adam, 0.01 in AdamW. */
  weightDecay: number;
  /** Whether weight decay acts on the parameter itself and not on the gradient. Default false in Adam; AdamW has it always. */
  decoupledWeightDecay: boolean;
  /** Divide by the largest average so far (Reddi et al., 2018). Default false. */
  amsgrad: boolean;
  /** Ascend instead of descend. Default false. */
  maximize: boolean;
}

interface AdamGroup extends AdamOptions, ParameterGroup {
  betas: readonly [number, number];
}

const defaults = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false, maximize: false } as const;

/** Adam (Kingma and Ba, 2014; torch.optim.Adam). Options by position or by name. */
export class Adam extends Optimizer<AdamGroup> {
  protected override readonly printed = { capturable: false, differentiable: false, foreach: null, fused: null } as const;

  constructor(
    params: OptimizerParameters<AdamOptions>,
    ...args: Arguments<[lr: number, betas: readonly [number, number], eps: number, weightDecay: number, amsgrad: boolean], Partial<AdamOptions>>
  ) {
    super(params, overDefaults<AdamOptions>("Adam", { ...defaults, decoupledWeightDecay: false }, args));
  }

  protected override checkOptions(group: AdamGroup): void {
    requireAverages(group);
  }

  protected override update(param: Elements, gradient: Elements, state: ParameterState, group: AdamGroup): void {
    const { single } = param;
    const [beta1, beta2] = group.betas;
    const step = ((state["step"] as number | undefined) ?? 0) + 1;
    state["step"] = step;
    const average = stateElements(state, "expAvg", param);
    const square = stateElements(state, "expAvgSq", param);
    const largest = group.amsgrad ? stateElements(state, "maxExpAvgSq", param) : null;

    const numbers: AdamStep = {
      sign: group.maximize ? -1 : 1,
      rate: scalarOf(single, group.lr / (1 - beta1 ** step)),
      eps: round(single, group.eps),
      decay: group.decoupledWeightDecay ? 0 : scalarOf(single, group.weightDecay),
      shrink: group.decoupledWeightDecay ? scalarOf(single, 1 - group.lr * group.weightDecay) : 1,
      entering: scalarOf(single, 1 - beta1),
      keptSquare: scalarOf(single, beta2),
      enteringSquare: scalarOf(single, 1 - beta2),
      correction: scalarOf(single, Math.sqrt(1 - beta2 ** step)),
    };
    if (single === true && largest === null && adamInWasm(runOf(param), runOf(gradient), runOf(average), runOf(square), param.length, numbers)) return;
    adapt(param, gradient, average, square, largest, numbers);
  }
}

function adapt(
  param: Elements,
  gradient: Elements,
  average: Elements,
  square: Elements,
  largest: Elements | null,
  { sign, rate, eps, decay, shrink, entering, keptSquare, enteringSquare, correction }: AdamStep,
): void {
  const { single } = param;
  for (let i = 0; i < param.length; i++) {
    const value = round(single, param.data[param.offset + i]! * shrink);
    let grad = sign * gradient.data[gradient.offset + i]!;
    if (decay !== 0) grad = round(single, grad + decay * value);
    const newMean = movingAverage(single, average.data[average.offset + i]!, grad, entering);
    average.data[average.offset + i] = newMean;
    let variance = movingSquare(single, square.data[square.offset + i]!, grad, keptSquare, enteringSquare);
    square.data[square.offset + i] = variance;
    if (largest !== null) {
      variance = Math.max(largest.data[largest.offset + i]!, variance);
      largest.data[largest.offset + i] = variance;
    }
    const denominator = round(single, round(single, round(single, Math.sqrt(variance)) / correction) + eps);
    param.data[param.offset + i] = value - scalarOf(single, scalarOf(single, rate * newMean) / denominator);
  }
}

/** Adam with weight decay decoupled from the gradient (Loshchilov and Hutter, 2017; torch.optim.AdamW). */
export class AdamW extends Adam {
  constructor(
    params: OptimizerParameters<AdamOptions>,
    ...args: Arguments<
      [lr: number, betas: readonly [number, number], eps: number, weightDecay: number, amsgrad: boolean],
      Partial<Omit<AdamOptions, "decoupledWeightDecay">>
    >
  ) {
    const options = overDefaults<Omit<AdamOptions, "decoupledWeightDecay">>("AdamW", { ...defaults, weightDecay: 1e-2 }, args);
    super(params, { ...options, decoupledWeightDecay: true });
  }
}
