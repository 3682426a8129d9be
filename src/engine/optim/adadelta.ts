import { ValueError } from "../errors.js";
import type { Arguments } from "../arguments.js";
import { float } from "../print/python.js";
import {
  movingSquare,
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

export interface AdadeltaOptions {
  /** Learning rate. Default 1. */
  lr: number;
  /** How slowly the running averages of squares forget. Default 0.9. */
  rho: number;
  /** Added under the roots. Default 1e-6. */
  eps: number;
  /** Times the parameter, added to the gradient. Default 0. */
  weightDecay: number;
  /** Ascend instead of descend. Default false. */
  maximize: boolean;
}

interface AdadeltaGroup extends AdadeltaOptions, ParameterGroup {}

/** Adadelta (Zeiler, 2012; torch.optim.Adadelta). Options by position or by name. */
export class Adadelta extends Optimizer<AdadeltaGroup> {
  protected override readonly printed = { capturable: false, differentiable: false, foreach: null, lr: float(1) } as const;

  constructor(
    params: OptimizerParameters<AdadeltaOptions>,
    ...args: Arguments<[lr: number, rho: number, eps: number, weightDecay: number], Partial<AdadeltaOptions>>
  ) {
    super(params, overDefaults<AdadeltaOptions>("Adadelta", { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false }, args));
  }

  protected override checkOptions({ lr, rho, eps, weightDecay }: AdadeltaGroup): void {
    requireNonNegative("learning rate", lr);
    if (!(rho >= 0 && rho <= 1)) throw new ValueError(`Invalid rho value: ${rho}`);
    requireNonNegative("epsilon value", eps);
    requireNonNegative("weight_decay value", weightDecay);
  }

  protected override update(param: Elements, gradient: Elements, state: ParameterState, group: AdadeltaGroup): void {
    const { single } = param;
    state["step"] = ((state["step"] as number | undefined) ?? 0) + 1;
    const square = stateElements(state, "squareAvg", param);
    const changes = stateElements(state, "accDelta", param);
    const [rate, kept, entering, eps, decay] = [group.lr, group.rho, 1 - group.rho, group.eps, group.weightDecay].map((each) => scalarOf(single, each)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const sign = group.maximize ? -1 : 1;
    for (let i = 0; i < param.length; i++) {
      const value = param.data[param.offset + i]!;
      let grad = sign * gradient.data[gradient.offset + i]!;
      if (decay !== 0) grad = round(single, grad + decay * value);
      const variance = movingSquare(single, square.data[square.offset + i]!, grad, kept, entering);
      square.data[square.offset + i] = variance;
      const change = changes.data[changes.offset + i]!;
      const deviation = round(single, Math.sqrt(round(single, variance + eps)));
      const step = round(single, round(single, round(single, Math.sqrt(round(single, change + eps))) / deviation) * grad);
      changes.data[changes.offset + i] = movingSquare(single, change, step, kept, entering);
      param.data[param.offset + i] = value - rate * step;
    }
  }
}
