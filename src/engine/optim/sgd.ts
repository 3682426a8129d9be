import { ValueError } from "../errors.js";
import { Optimizer, requireNonNegative, stateElements, type Elements, type OptimizerParameters, type ParameterGroup, type ParameterState } from "./optimizer.js";

export interface SGDOptions {
  /** Learning rate. Default 0.001. */
  lr: number;
  /** Share of the last update that is kept. Default 0. */
  momentum: number;
  /** How much less of the gradient enters the momentum. Default 0. */
  dampening: number;
  /** Times the parameter, added to the gradient. Default 0. */
  weightDecay: number;
  /** Nesterov's momentum. Default false. */
  nesterov: boolean;
  /** Ascend instead of descend. Default false. */
  maximize: boolean;
}

interface SGDGroup extends SGDOptions, ParameterGroup {
  momentum: number;
}

/** Stochastic gradient descent, with momentum if asked for (torch.optim.SGD). Options by name, or the learning rate alone. */
export class SGD extends Optimizer<SGDGroup> {
  constructor(params: OptimizerParameters<SGDOptions>, options: Partial<SGDOptions> | number = {}) {
    const given = typeof options === "number" ? { lr: options } : options;
    super(params, { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false, ...given });
  }

  protected override checkOptions({ lr, momentum, dampening, weightDecay, nesterov }: SGDGroup): void {
    requireNonNegative("learning rate", lr);
    requireNonNegative("momentum value", momentum);
    requireNonNegative("weight_decay value", weightDecay);
    if (nesterov && (momentum <= 0 || dampening !== 0)) throw new ValueError("Nesterov momentum requires a momentum and zero dampening");
  }

  protected override update(param: Elements, gradient: Elements, state: ParameterState, group: SGDGroup): void {
    const { round } = param;
    const { momentum, nesterov } = group;
    const sign = group.maximize ? -1 : 1;
    const decay = round(group.weightDecay);
    const rate = round(group.lr);
    const isFirst = state["momentumBuffer"] === undefined;
    const buffer = momentum === 0 ? null : stateElements(state, "momentumBuffer", param);
    const kept = round(momentum);
    const entering = isFirst ? 1 : round(1 - group.dampening);
    for (let i = 0; i < param.length; i++) {
      const value = param.data[param.offset + i]!;
      let step = sign * gradient.data[gradient.offset + i]!;
      if (decay !== 0) step = round(step + decay * value);
      if (buffer !== null) {
        const velocity = isFirst ? step : round(round(buffer.data[buffer.offset + i]! * kept) + entering * step);
        buffer.data[buffer.offset + i] = velocity;
        step = nesterov ? round(step + kept * velocity) : velocity;
      }
      param.data[param.offset + i] = value - rate * step;
    }
  }
}
