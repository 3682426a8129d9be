import type { Arguments } from "../arguments.js";
import { float } from "../print/python.js";
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

export interface ASGDOptions {
  /** Learning rate. Default 0.01. */
  lr: number;
  /** How fast the learning rate and the parameters decay. Default 1e-4. */
  lambd: number;
  /** The power by which the learning rate decays. Default 0.75. */
  alpha: number;
  /** The step from which on parameters are averaged. Default 1e6. */
  t0: number;
  /** Times the parameter, added to the gradient. Default 0. */
  weightDecay: number;
  /** Ascend instead of descend. Default false. */
  maximize: boolean;
}

interface ASGDGroup extends ASGDOptions, ParameterGroup {}

/**
 * Averaged stochastic gradient descent (Polyak and Juditsky, 1992; torch.optim.ASGD). The averages are the `ax` of each parameter's state.
 * Options by position or by name.
 */
export class ASGD extends Optimizer<ASGDGroup> {
  protected override readonly printed = { capturable: false, differentiable: false, foreach: null, t0: float(1e6) } as const;

  constructor(
    params: OptimizerParameters<ASGDOptions>,
    ...args: Arguments<[lr: number, lambd: number, alpha: number, t0: number, weightDecay: number], Partial<ASGDOptions>>
  ) {
    super(params, overDefaults<ASGDOptions>("ASGD", { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false }, args));
  }

  protected override checkOptions({ lr, weightDecay }: ASGDGroup): void {
    requireNonNegative("learning rate", lr);
    requireNonNegative("weight_decay value", weightDecay);
  }

  protected override update(param: Elements, gradient: Elements, state: ParameterState, group: ASGDGroup): void {
    const { single } = param;
    const { lr, lambd, alpha, t0 } = group;
    const step = ((state["step"] as number | undefined) ?? 0) + 1;
    const eta = (state["eta"] as number | undefined) ?? Math.fround(lr);
    const mu = (state["mu"] as number | undefined) ?? 1;
    const average = stateElements(state, "ax", param);
    const [decay, kept, rate] = [group.weightDecay, 1 - lambd * eta, eta].map((each) => scalarOf(single, each)) as [number, number, number];
    const sign = group.maximize ? -1 : 1;
    for (let i = 0; i < param.length; i++) {
      const value = param.data[param.offset + i]!;
      let grad = sign * gradient.data[gradient.offset + i]!;
      if (decay !== 0) grad = round(single, grad + decay * value);
      const next = round(single, round(single, value * kept) - rate * grad);
      param.data[param.offset + i] = next;
      const mean = average.data[average.offset + i]!;
      average.data[average.offset + i] = mu === 1 ? next : mean + round(single, round(single, next - mean) * mu);
    }
    state["step"] = step;
    // PyTorch keeps these two in float32, whatever the parameter's dtype.
    state["eta"] = Math.fround(lr / (1 + lambd * lr * step) ** alpha);
    state["mu"] = Math.fround(1 / Math.max(1, step - t0));
  }
}
