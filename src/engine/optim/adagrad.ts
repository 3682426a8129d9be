import type { Arguments } from "../arguments.js";
import {
  Optimizer,
  overDefaults,
  requireNonNegative,
  round,
  scalarOf,
  stateElements,
  type Elements,
  type OptimizerParameters,
  type ParameterGroup,
  type ParameterState,
} from "./optimizer.js";

export interface AdagradOptions {
  /** Learning rate. Default 0.01. */
  lr: number;
  /** How fast the learning rate falls with the steps. Default 0. */
  lrDecay: number;
  /** Times the parameter, added to the gradient. Default 0. */
  weightDecay: number;
  /** What the sum of squares starts from. Default 0. */
  initialAccumulatorValue: number;
  /** Added to the denominator. Default 1e-10. */
  eps: number;
  /** Ascend instead of descend. Default false. */
  maximize: boolean;
}

interface AdagradGroup extends AdagradOptions, ParameterGroup {}

/** Adagrad (Duchi et al., 2011; torch.optim.Adagrad). Options by position or by name. */
export class Adagrad extends Optimizer<AdagradGroup> {
  protected override readonly printed = { differentiable: false, foreach: null, fused: null } as const;

  constructor(
    params: OptimizerParameters<AdagradOptions>,
    ...args: Arguments<[lr: number, lrDecay: number, weightDecay: number, initialAccumulatorValue: number, eps: number], Partial<AdagradOptions>>
  ) {
    super(
      params,
      overDefaults<AdagradOptions>("Adagrad", { lr: 1e-2, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10, maximize: false }, args),
    );
  }

  protected override checkOptions({ lr, lrDecay, weightDecay, initialAccumulatorValue, eps }: AdagradGroup): void {
    requireNonNegative("learning rate", lr);
    requireNonNegative("lr_decay value", lrDecay);
    requireNonNegative("weight_decay value", weightDecay);
    requireNonNegative("initial_accumulator_value value", initialAccumulatorValue);
    requireNonNegative("epsilon value", eps);
  }

  protected override update(param: Elements, gradient: Elements, state: ParameterState, group: AdagradGroup): void {
    const { single } = param;
    const isFirst = state["sum"] === undefined;
    const sum = stateElements(state, "sum", param);
    if (isFirst) sum.data.fill(group.initialAccumulatorValue);
    const step = ((state["step"] as number | undefined) ?? 0) + 1;
    state["step"] = step;
    const rate = scalarOf(single, group.lr / (1 + (step - 1) * group.lrDecay));
    const decay = scalarOf(single, group.weightDecay);
    const eps = round(single, group.eps);
    const sign = group.maximize ? -1 : 1;
    for (let i = 0; i < param.length; i++) {
      const value = param.data[param.offset + i]!;
      let grad = sign * gradient.data[gradient.offset + i]!;
      if (decay !== 0) grad = round(single, grad + decay * value);
      const total = round(single, sum.data[sum.offset + i]! + scalarOf(single, grad * grad));
      sum.data[sum.offset + i] = total;
      const denominator = round(single, round(single, Math.sqrt(total)) + eps);
      param.data[param.offset + i] = value - scalarOf(single, scalarOf(single, rate * grad) / denominator);
    }
  }
}
