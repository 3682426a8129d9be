import { ValueError } from "../errors.js";
import type { Arguments } from "../arguments.js";
import { sgdInWasm, type SGDStep } from "../kernels/wasm/optimizers.js";
import {
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

/** Stochastic gradient descent, with momentum if asked for (torch.optim.SGD). Options by position or by name. */
export class SGD extends Optimizer<SGDGroup> {
  protected override readonly printed = { differentiable: false, foreach: null, fused: null } as const;

  constructor(
    params: OptimizerParameters<SGDOptions>,
    ...args: Arguments<[lr: number, momentum: number, dampening: number, weightDecay: number, nesterov: boolean], Partial<SGDOptions>>
  ) {
    super(params, overDefaults<SGDOptions>("SGD", { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false }, args));
  }

  protected override checkOptions({ lr, momentum, dampening, weightDecay, nesterov }: SGDGroup): void {
    requireNonNegative("learning rate", lr);
    requireNonNegative("momentum value", momentum);
    requireNonNegative("weight_decay value", weightDecay);
    if (nesterov && (momentum <= 0 || dampening !== 0)) throw new ValueError("Nesterov momentum requires a momentum and zero dampening");
  }

  protected override update(param: Elements, gradient: Elements, state: ParameterState, group: SGDGroup): void {
    const { single } = param;
    const { momentum, nesterov } = group;
    const first = state["momentumBuffer"] === undefined;
    const buffer = momentum === 0 ? null : stateElements(state, "momentumBuffer", param);
    const numbers: SGDStep = {
      sign: group.maximize ? -1 : 1,
      rate: round(single, group.lr),
      decay: round(single, group.weightDecay),
      kept: scalarOf(single, momentum),
      entering: round(single, 1 - group.dampening),
      nesterov,
      first,
    };
    if (single === true && sgdInWasm(runOf(param), runOf(gradient), buffer && runOf(buffer), param.length, numbers)) return;
    descend(param, gradient, buffer, numbers);
  }
}

function descend(param: Elements, gradient: Elements, buffer: Elements | null, { sign, rate, decay, kept, entering, nesterov, first }: SGDStep): void {
  const { single, data: values, offset, length } = param;
  const { data: gradients, offset: gradientOffset } = gradient;
  const velocities = buffer?.data ?? null;
  const velocityOffset = buffer?.offset ?? 0;
  for (let i = 0; i < length; i++) {
    const value = values[offset + i]!;
    let step = sign * gradients[gradientOffset + i]!;
    if (decay !== 0) step = round(single, step + decay * value);
    if (velocities !== null) {
      const velocity = first ? step : round(single, round(single, velocities[velocityOffset + i]! * kept) + entering * step);
      velocities[velocityOffset + i] = velocity;
      step = nesterov ? round(single, step + kept * velocity) : velocity;
    }
    values[offset + i] = value - rate * step;
  }
}
