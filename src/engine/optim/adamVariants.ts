import type { Arguments } from "../arguments.js";
import {
  movingAverage,
  movingSquare,
  Optimizer,
  overDefaults,
  requireAverages,
  requireNonNegative,
  round,
  scalarOf,
  stateElements,
  type Elements,
  type OptimizerParameters,
  type ParameterGroup,
  type ParameterState,
} from "./optimizer.js";

/** Optimizers that, as Adam, follow a running average of the gradient, scaled by one of its size. */

interface AveragesOptions {
  /** Learning rate. */
  lr: number;
  /** How slowly the running averages of the gradient and of its size forget. Default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator. Default 1e-8. */
  eps: number;
  /** Times the parameter, added to the gradient or, decoupled, times lr taken off the parameter. Default 0. */
  weightDecay: number;
  /** Ascend instead of descend. Default false. */
  maximize: boolean;
}

interface DecoupledOptions extends AveragesOptions {
  /** Whether weight decay acts on the parameter itself and not on the gradient. Default false. */
  decoupledWeightDecay: boolean;
}

interface AveragesGroup extends AveragesOptions, ParameterGroup {
  betas: readonly [number, number];
}

const averagesDefaults = { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 } as const;

abstract class AveragingOptimizer<Group extends AveragesGroup> extends Optimizer<Group> {
  protected override checkOptions(group: Group): void {
    requireAverages(group);
  }
}

/** The number of this step, counted from 1. */
function countStep(state: ParameterState): number {
  const step = ((state["step"] as number | undefined) ?? 0) + 1;
  state["step"] = step;
  return step;
}

/** Runs `move` on each element: its value and gradient after weight decay, and the gradient's running average. The result is the element's new value. */
function follow(
  param: Elements,
  gradient: Elements,
  state: ParameterState,
  group: AveragesGroup & { readonly decoupledWeightDecay?: boolean },
  move: (value: number, grad: number, average: number, i: number) => number,
): void {
  const { single } = param;
  const averages = stateElements(state, "expAvg", param);
  const entering = scalarOf(single, 1 - group.betas[0]);
  const isDecoupled = group.decoupledWeightDecay === true;
  const decay = isDecoupled ? 0 : scalarOf(single, group.weightDecay);
  const shrink = isDecoupled ? scalarOf(single, 1 - group.lr * group.weightDecay) : 1;
  const sign = group.maximize ? -1 : 1;
  for (let i = 0; i < param.length; i++) {
    const value = round(single, param.data[param.offset + i]! * shrink);
    let grad = sign * gradient.data[gradient.offset + i]!;
    if (decay !== 0) grad = round(single, grad + decay * value);
    const average = movingAverage(single, averages.data[averages.offset + i]!, grad, entering);
    averages.data[averages.offset + i] = average;
    param.data[param.offset + i] = move(value, grad, average, i);
  }
}

/** The running average of the squared gradient at the i-th element, with the new gradient in it. */
function squaresOf(param: Elements, state: ParameterState, beta: number): (grad: number, i: number) => number {
  const { single } = param;
  const squares = stateElements(state, "expAvgSq", param);
  const [kept, entering] = [scalarOf(single, beta), scalarOf(single, 1 - beta)];
  return (grad, i) => {
    const variance = movingSquare(single, squares.data[squares.offset + i]!, grad, kept, entering);
    squares.data[squares.offset + i] = variance;
    return variance;
  };
}

export type AdamaxOptions = AveragesOptions;

/** Adamax, Adam by the largest gradient (Kingma and Ba, 2014; torch.optim.Adamax). Options by position or by name; lr is 0.002 by default. */
export class Adamax extends AveragingOptimizer<AveragesGroup> {
  protected override readonly printed = { capturable: false, differentiable: false, foreach: null } as const;

  constructor(
    params: OptimizerParameters<AdamaxOptions>,
    ...args: Arguments<[lr: number, betas: readonly [number, number], eps: number, weightDecay: number], Partial<AdamaxOptions>>
  ) {
    super(params, overDefaults<AdamaxOptions>("Adamax", { lr: 2e-3, ...averagesDefaults, maximize: false }, args));
  }

  protected override update(param: Elements, gradient: Elements, state: ParameterState, group: AveragesGroup): void {
    const { single } = param;
    const step = countStep(state);
    const largest = stateElements(state, "expInf", param);
    const rate = scalarOf(single, group.lr / (1 - group.betas[0] ** step));
    const [kept, eps] = [scalarOf(single, group.betas[1]), scalarOf(single, group.eps)];
    follow(param, gradient, state, group, (value, grad, average, i) => {
      const size = Math.max(round(single, largest.data[largest.offset + i]! * kept), round(single, Math.abs(grad) + eps));
      largest.data[largest.offset + i] = size;
      return value - round(single, round(single, rate * average) / size);
    });
  }
}

export interface NAdamOptions extends DecoupledOptions {
  /** How fast the momentum warms up. Default 0.004. */
  momentumDecay: number;
}

interface NAdamGroup extends NAdamOptions, ParameterGroup {
  betas: readonly [number, number];
}

/** Adam with Nesterov's momentum (Dozat, 2016; torch.optim.NAdam). Options by position or by name; lr is 0.002 by default. */
export class NAdam extends AveragingOptimizer<NAdamGroup> {
  protected override readonly printed = { capturable: false, differentiable: false, foreach: null } as const;

  constructor(
    params: OptimizerParameters<NAdamOptions>,
    ...args: Arguments<
      [lr: number, betas: readonly [number, number], eps: number, weightDecay: number, momentumDecay: number, decoupledWeightDecay: boolean],
      Partial<NAdamOptions>
    >
  ) {
    super(
      params,
      overDefaults<NAdamOptions>("NAdam", { lr: 2e-3, ...averagesDefaults, momentumDecay: 4e-3, decoupledWeightDecay: false, maximize: false }, args),
    );
  }

  protected override checkOptions(group: NAdamGroup): void {
    super.checkOptions(group);
    requireNonNegative("momentum_decay value", group.momentumDecay);
  }

  protected override update(param: Elements, gradient: Elements, state: ParameterState, group: NAdamGroup): void {
    const { single } = param;
    const {
      lr,
      betas: [beta1, beta2],
      momentumDecay,
    } = group;
    const step = countStep(state);
    const momentumAt = (at: number): number => beta1 * (1 - 0.5 * 0.96 ** (at * momentumDecay));
    const [momentum, next] = [momentumAt(step), momentumAt(step + 1)];
    // PyTorch keeps the product of all momenta as a float32 number.
    const product = Math.fround(((state["muProduct"] as number | undefined) ?? 1) * Math.fround(momentum));
    state["muProduct"] = product;
    const ofGradient = round(single, (lr * (1 - momentum)) / (1 - product));
    const ofAverage = round(single, (lr * next) / (1 - product * next));
    const [correction, eps] = [scalarOf(single, 1 - beta2 ** step), scalarOf(single, group.eps)];
    const squared = squaresOf(param, state, beta2);
    follow(param, gradient, state, group, (value, grad, average, i) => {
      const denominator = round(single, round(single, Math.sqrt(round(single, squared(grad, i) / correction))) + eps);
      const moved = round(single, value - round(single, round(single, ofGradient * grad) / denominator));
      return moved - round(single, round(single, ofAverage * average) / denominator);
    });
  }
}

export type RAdamOptions = DecoupledOptions;

interface RAdamGroup extends RAdamOptions, ParameterGroup {
  betas: readonly [number, number];
}

/** Rectified Adam (Liu et al., 2019; torch.optim.RAdam). Options by position or by name; lr is 0.001 by default. */
export class RAdam extends AveragingOptimizer<RAdamGroup> {
  protected override readonly printed = { capturable: false, differentiable: false, foreach: null } as const;

  constructor(
    params: OptimizerParameters<RAdamOptions>,
    ...args: Arguments<[lr: number, betas: readonly [number, number], eps: number, weightDecay: number, decoupledWeightDecay: boolean], Partial<RAdamOptions>>
  ) {
    super(params, overDefaults<RAdamOptions>("RAdam", { lr: 1e-3, ...averagesDefaults, decoupledWeightDecay: false, maximize: false }, args));
  }

  protected override update(param: Elements, gradient: Elements, state: ParameterState, group: RAdamGroup): void {
    const { single } = param;
    const {
      lr,
      betas: [beta1, beta2],
    } = group;
    const step = countStep(state);
    const correction = scalarOf(single, 1 - beta1 ** step);
    const correction2 = 1 - beta2 ** step;
    // The length of the simple moving average that the running one stands for: where it is short, the size of the gradient is not yet known.
    const longest = 2 / (1 - beta2) - 1;
    const length = longest - (2 * step * beta2 ** step) / correction2;
    const rectified = length > 5 ? Math.sqrt(((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length)) : null;
    const squared = squaresOf(param, state, beta2);
    const [rate, eps, root] = [round(single, lr), scalarOf(single, group.eps), round(single, Math.sqrt(correction2))];
    follow(param, gradient, state, group, (value, grad, average, i) => {
      const variance = squared(grad, i);
      const change = round(single, round(single, average / correction) * rate);
      if (rectified === null) return value - change;
      const scale = round(single, root / round(single, round(single, Math.sqrt(variance)) + eps));
      return value - round(single, round(single, change * scale) * round(single, rectified));
    });
  }
}
