import { rmspropInWasm, type RMSpropStep } from "../kernels/wasm/optimizers.js";
import type { Arguments } from "../arguments.js";
import {
  movingAverage,
  movingSquare,
  Optimizer,
  overDefaults,
  requireNonNegative,
  round,
  scalarOf,
  runOf,
  stateElements,
  type Elements,
  type OptimizerParameters,
  type ParameterGroup,
  type ParameterState,
} from "./optimizer.js";

export interface RMSpropOptions {
  /** Learning rate. Default 0.01. */
  lr: number;
  /** How slowly the running average of the squared gradient forgets. Default 0.99. */
  alpha: number;
  /** Added to the denominator. Default 1e-8. */
  eps: number;
  /** Times the parameter, added to the gradient. Default 0. */
  weightDecay: number;
  /** Share of the last update that is kept. Default 0. */
  momentum: number;
  /** Divide by the standard deviation and not by the root of the mean square. Default false. */
  centered: boolean;
  /** Ascend instead of descend. Default false. */
  maximize: boolean;
}

interface RMSpropGroup extends RMSpropOptions, ParameterGroup {
  momentum: number;
}

/** RMSprop (Hinton's lecture 6e; torch.optim.RMSprop). Options by position or by name. */
export class RMSprop extends Optimizer<RMSpropGroup> {
  protected override readonly printed = { capturable: false, differentiable: false, foreach: null } as const;

  constructor(
    params: OptimizerParameters<RMSpropOptions>,
    ...args: Arguments<[lr: number, alpha: number, eps: number, weightDecay: number, momentum: number, centered: boolean], Partial<RMSpropOptions>>
  ) {
    super(
      params,
      overDefaults<RMSpropOptions>("RMSprop", { lr: 1e-2, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false, maximize: false }, args),
    );
  }

  protected override checkOptions({ lr, alpha, eps, weightDecay, momentum }: RMSpropGroup): void {
    requireNonNegative("learning rate", lr);
    requireNonNegative("epsilon value", eps);
    requireNonNegative("momentum value", momentum);
    requireNonNegative("weight_decay value", weightDecay);
    requireNonNegative("alpha value", alpha);
  }

  protected override update(param: Elements, gradient: Elements, state: ParameterState, group: RMSpropGroup): void {
    const { single } = param;
    state["step"] = ((state["step"] as number | undefined) ?? 0) + 1;
    const square = stateElements(state, "squareAvg", param);
    const buffer = group.momentum > 0 ? stateElements(state, "momentumBuffer", param) : null;
    const average = group.centered ? stateElements(state, "gradAvg", param) : null;
    const numbers: RMSpropStep = {
      sign: group.maximize ? -1 : 1,
      rate: scalarOf(single, group.lr),
      decay: scalarOf(single, group.weightDecay),
      kept: scalarOf(single, group.alpha),
      entering: scalarOf(single, 1 - group.alpha),
      momentum: scalarOf(single, group.momentum),
      eps: round(single, group.eps),
    };
    if (
      single === true &&
      rmspropInWasm(runOf(param), runOf(gradient), runOf(square), average && runOf(average), buffer && runOf(buffer), param.length, numbers)
    )
      return;
    const { sign, rate, decay, kept, entering, momentum, eps } = numbers;
    for (let i = 0; i < param.length; i++) {
      const value = param.data[param.offset + i]!;
      let grad = sign * gradient.data[gradient.offset + i]!;
      if (decay !== 0) grad = round(single, grad + decay * value);
      let variance = movingSquare(single, square.data[square.offset + i]!, grad, kept, entering);
      square.data[square.offset + i] = variance;
      if (average !== null) {
        const newMean = movingAverage(single, average.data[average.offset + i]!, grad, entering);
        average.data[average.offset + i] = newMean;
        variance = round(single, variance - newMean * newMean);
      }
      const denominator = round(single, round(single, Math.sqrt(variance)) + eps);
      if (buffer === null) {
        param.data[param.offset + i] = value - scalarOf(single, scalarOf(single, rate * grad) / denominator);
      } else {
        const velocity = round(single, round(single, buffer.data[buffer.offset + i]! * momentum) + round(single, grad / denominator));
        buffer.data[buffer.offset + i] = velocity;
        param.data[param.offset + i] = value - rate * velocity;
      }
    }
  }
}
