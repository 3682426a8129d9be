import { collect, type Arguments } from "../arguments.js";
import { noGrad } from "../autograd/gradMode.js";
import { bfloat16 } from "../dtype.js";
import { ValueError } from "../errors.js";
import { withoutObserver } from "../observer.js";
import type { Tensor } from "../tensor.js";
import { Optimizer, stateElements, type Elements, type OptimizerParameters, type ParameterGroup, type ParameterState } from "./optimizer.js";

export interface MuonOptions {
  /** Learning rate. Default 0.001. */
  lr: number;
  /** Times the rate and the parameter, taken from it. Default 0.1. */
  weightDecay: number;
  /** Share of the last update that is kept. Default 0.95. */
  momentum: number;
  /** Nesterov's momentum. Default true. */
  nesterov: boolean;
  /** Coefficients of Newton and Schulz' polynomial. Default [3.4445, -4.775, 2.0315]. */
  nsCoefficients: readonly [a: number, b: number, c: number];
  /** The least norm that a gradient is divided by. Default 1e-7. */
  eps: number;
  /** Newton-Schulz iterations, fewer than 100. Default 5. */
  nsSteps: number;
  /** How the rate follows the shape: "original" (also where null), sqrt(max(1, rows / columns)), or "match_rms_adamw", 0.2 sqrt(max(rows, columns)). Default null. */
  adjustLrFn: "original" | "match_rms_adamw" | null;
}

interface MuonGroup extends MuonOptions, ParameterGroup {
  momentum: number;
}

const positional = ["lr", "weightDecay", "momentum", "nesterov", "nsCoefficients", "eps", "nsSteps", "adjustLrFn"] as const;

/**
 * Momentum whose updates are made orthogonal (Jordan, 2024), for matrices: the weights of hidden layers (torch.optim.Muon). Options by position or by name. Throws
 * ValueError for parameters that are no matrices.
 */
export class Muon extends Optimizer<MuonGroup> {
  constructor(
    params: OptimizerParameters<MuonOptions>,
    ...args: Arguments<
      [
        lr: number,
        weightDecay: number,
        momentum: number,
        nesterov: boolean,
        nsCoefficients: readonly [number, number, number],
        eps: number,
        nsSteps: number,
        adjustLrFn: MuonOptions["adjustLrFn"],
      ],
      Partial<MuonOptions>
    >
  ) {
    const given = collect<Partial<MuonOptions>>("Muon", positional, args);
    super(params, {
      lr: 1e-3,
      weightDecay: 0.1,
      momentum: 0.95,
      nesterov: true,
      nsCoefficients: [3.4445, -4.775, 2.0315],
      eps: 1e-7,
      nsSteps: 5,
      adjustLrFn: null,
      ...given,
    });
  }

  protected override checkOptions({ lr, weightDecay, momentum, adjustLrFn, params }: MuonGroup): void {
    if (!(lr >= 0)) throw new ValueError(`Learning rate should be >= 0 but is: ${lr}`);
    if (!(momentum >= 0)) throw new ValueError(`momentum should be >= 0 but is: ${momentum}`);
    if (!(weightDecay >= 0)) throw new ValueError(`weight decay should be >= 0 but is: ${weightDecay}`);
    if (adjustLrFn !== null && !["original", "match_rms_adamw"].includes(adjustLrFn)) {
      throw new ValueError(`Adjust learning rate function ${adjustLrFn} is not supported`);
    }
    for (const { ndim, shape } of params) {
      if (ndim !== 2) throw new ValueError(`Muon only supports 2D parameters whereas we found a parameter with size: ${shape}`);
    }
  }

  protected override update({ tensor: param }: Elements, { tensor: gradient }: Elements, state: ParameterState, group: MuonGroup): void {
    stateElements(state, "momentumBuffer", { tensor: param } as Elements);
    const buffer = state["momentumBuffer"] as Tensor;
    withoutObserver(() =>
      noGrad(() => {
        const values = param.detach();
        buffer.lerp_(gradient, 1 - group.momentum);
        const update = orthogonal(group.nesterov ? gradient.lerp(buffer, group.momentum) : buffer, group);
        values.mul_(1 - group.lr * group.weightDecay);
        values.add_(update, { alpha: -adjustedRate(group, param.sizes) });
      }),
    );
  }
}

/** About the orthogonal matrix nearest to `gradient`, by Newton and Schulz' iteration in bfloat16. */
function orthogonal(gradient: Tensor, { nsCoefficients: [a, b, c], eps, nsSteps }: MuonOptions): Tensor {
  if (nsSteps >= 100) throw new ValueError("Number of steps must be less than 100 for computational efficiency");
  const isTall = gradient.size(0) > gradient.size(1);
  let x = isTall ? gradient.to(bfloat16).t() : gradient.to(bfloat16);
  x = x.div(x.norm().clamp(eps));
  for (let i = 0; i < nsSteps; i++) {
    const gram = x.matmul(x.t());
    x = x.addmm(gram.addmm(gram, gram, { beta: b, alpha: c }), x, { beta: a });
  }
  return isTall ? x.t() : x;
}

function adjustedRate({ lr, adjustLrFn }: MuonOptions, [rows, columns]: readonly number[]): number {
  return lr * (adjustLrFn === "match_rms_adamw" ? 0.2 * Math.sqrt(Math.max(rows!, columns!)) : Math.sqrt(Math.max(1, rows! / columns!)));
}
