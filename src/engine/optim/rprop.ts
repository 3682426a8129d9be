import { ValueError } from "../errors.js";
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

export interface RpropOptions {
  /** Learning rate: the first step of every element. Default 0.01. */
  lr: number;
  /** What a step is multiplied by where the gradient has changed its sign, and where it has kept it. Default [0.5, 1.2]. */
  etas: readonly [number, number];
  /** The smallest and the largest step. Default [1e-6, 50]. */
  stepSizes: readonly [number, number];
  /** Ascend instead of descend. Default false. */
  maximize: boolean;
}

interface RpropGroup extends RpropOptions, ParameterGroup {}

/** Resilient backpropagation, which reads the signs of gradients alone (Riedmiller and Braun, 1993; torch.optim.Rprop). Options by position or by name. */
export class Rprop extends Optimizer<RpropGroup> {
  protected override readonly printed = { capturable: false, differentiable: false, foreach: null } as const;

  constructor(
    params: OptimizerParameters<RpropOptions>,
    ...args: Arguments<[lr: number, etas: readonly [number, number], stepSizes: readonly [number, number]], Partial<RpropOptions>>
  ) {
    super(params, overDefaults<RpropOptions>("Rprop", { lr: 1e-2, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false }, args));
  }

  protected override checkOptions({ lr, etas }: RpropGroup): void {
    requireNonNegative("learning rate", lr);
    if (!(etas[0] > 0 && etas[0] < 1 && etas[1] > 1)) throw new ValueError(`Invalid eta values: ${etas[0]}, ${etas[1]}`);
  }

  protected override update(param: Elements, gradient: Elements, state: ParameterState, group: RpropGroup): void {
    const { single } = param;
    const [shrink, grow, least, most] = [...group.etas, ...group.stepSizes].map((each) => scalarOf(single, each)) as [number, number, number, number];
    const sign = group.maximize ? -1 : 1;
    const isFirst = state["step"] === undefined;
    state["step"] = ((state["step"] as number | undefined) ?? 0) + 1;
    const previous = stateElements(state, "prev", param);
    const steps = stateElements(state, "stepSize", param);
    if (isFirst) steps.data.fill(group.lr, steps.offset, steps.offset + steps.length);
    for (let i = 0; i < param.length; i++) {
      let grad = sign * gradient.data[gradient.offset + i]!;
      const agreement = round(single, grad * previous.data[previous.offset + i]!);
      const factor = agreement > 0 ? grow : agreement < 0 ? shrink : 1;
      const step = Math.min(Math.max(round(single, steps.data[steps.offset + i]! * factor), least), most);
      steps.data[steps.offset + i] = step;
      // Past a minimum, the element waits for a turn.
      if (agreement < 0) grad = 0;
      param.data[param.offset + i]! -= grad > 0 ? step : grad < 0 ? -step : 0;
      previous.data[previous.offset + i] = grad;
    }
  }
}
