import { collect, type Arguments } from "../arguments.js";
import { enableGrad, noGrad } from "../autograd/gradMode.js";
import { RuntimeError, ValueError } from "../errors.js";
import { report } from "../observer.js";
import { writing } from "../operation.js";
import { cat } from "../ops/joining.js";
import { Tensor } from "../tensor.js";
import { strongWolfe, type Evaluation } from "./lineSearch.js";
import { Optimizer, requireNonNegative, type OptimizerParameters, type ParameterGroup } from "./optimizer.js";

export interface LBFGSOptions {
  /** The step along each direction, or the first one that the line search tries. Default 1. */
  lr: number;
  /** Iterations in a step. Default 20. */
  maxIter: number;
  /** Evaluations of the loss in a step. Default maxIter * 1.25. */
  maxEval: number | null;
  /** A step ends where no gradient is larger. Default 1e-7. */
  toleranceGrad: number;
  /** A step ends where neither loss nor parameters change by more. Default 1e-9. */
  toleranceChange: number;
  /** How many earlier iterations the curvature is estimated from. Default 100. */
  historySize: number;
  /** "strong_wolfe", or null for a fixed step. Default null. */
  lineSearchFn: "strong_wolfe" | null;
}

interface LBFGSGroup extends LBFGSOptions, ParameterGroup {
  maxEval: number;
}

/** What is remembered, under the first parameter, as in PyTorch. Tensors are flat, over all parameters. */
type Memory = {
  funcEvals: number;
  nIter: number;
  /** The last direction, and how far along it the parameters went. */
  d?: Tensor;
  t?: number;
  /** Changes of the gradient, of the parameters, and one divided by their products; the newest last. */
  oldDirs: readonly Tensor[];
  oldStps: readonly Tensor[];
  ro: readonly number[];
  /** What the inverse Hessian is without the above, as a multiple of the identity. */
  HDiag: number;
  prevFlatGrad?: Tensor;
  prevLoss?: number;
};

/**
 * The limited-memory method of Broyden, Fletcher, Goldfarb and Shanno (Nocedal, 1980; torch.optim.LBFGS). One group of parameters; `step` needs a closure,
 * which it calls several times. Options by position or by name.
 */
export class LBFGS extends Optimizer<LBFGSGroup> {
  constructor(
    params: OptimizerParameters<Omit<LBFGSGroup, "params">>,
    ...args: Arguments<
      [
        lr: number,
        maxIter: number,
        maxEval: number | null,
        toleranceGrad: number,
        toleranceChange: number,
        historySize: number,
        lineSearchFn: "strong_wolfe" | null,
      ],
      Partial<LBFGSOptions>
    >
  ) {
    const names = ["lr", "maxIter", "maxEval", "toleranceGrad", "toleranceChange", "historySize", "lineSearchFn"] as const;
    const given = collect<Partial<LBFGSOptions>>("LBFGS", names, args);
    const maxIter = given.maxIter ?? 20;
    const defaults = { lr: 1, toleranceGrad: 1e-7, toleranceChange: 1e-9, historySize: 100, lineSearchFn: null };
    super(params, { ...defaults, ...given, maxIter, maxEval: given.maxEval ?? Math.floor((maxIter * 5) / 4) });
    if (this.paramGroups.length !== 1) throw new ValueError("LBFGS doesn't support per-parameter options (parameter groups)");
  }

  protected override checkOptions({ lr }: LBFGSGroup): void {
    requireNonNegative("learning rate", lr);
  }

  protected override update(): void {
    throw new RuntimeError("LBFGS updates all parameters together");
  }

  /** Up to `maxIter` iterations. `closure` clears the gradients, computes the loss, calls `backward` and returns the loss; what it first gave is returned. */
  override step(): never;
  override step<Loss>(closure: () => Loss): Loss;
  override step<Loss>(closure?: () => Loss): Loss {
    return super.step(closure!);
  }

  protected override updateAll<Loss>(closure?: () => Loss): Loss {
    if (closure === undefined) throw new RuntimeError("LBFGS.step() needs a closure, which computes the loss and its gradients anew");
    const operation = writing({ name: `${this.constructor.name}.step`, arguments: ["param", "grad"] });
    const [group] = this.paramGroups as [LBFGSGroup];
    const result = noGrad(() => this.#run(() => enableGrad(closure), group));
    for (const param of group.params) report(operation, [param, param.grad], param);
    return result;
  }

  #run<Loss>(closure: () => Loss, group: LBFGSGroup): Loss {
    const { lr, maxIter, maxEval, toleranceGrad, toleranceChange, lineSearchFn } = group;
    if (lineSearchFn !== null && lineSearchFn !== "strong_wolfe") throw new RuntimeError("only 'strong_wolfe' is supported");
    const evaluate = (loss: Loss): Evaluation => ({ loss: numberOf(loss), gradient: this.#flatGradient(group.params) });
    const memory = this.#memory(group);
    const first = closure();
    let current = evaluate(first);
    let evaluations = 1;
    memory.funcEvals++;
    if (largest(current.gradient) <= toleranceGrad) return first;
    for (let iteration = 1; iteration <= maxIter; iteration++) {
      memory.nIter++;
      const isFirst = memory.nIter === 1;
      const before = current;
      const direction = isFirst ? before.gradient.neg() : nextDirection(memory, before.gradient, group.historySize);
      let step = isFirst ? Math.min(1, 1 / before.gradient.abs().sum().item()) * lr : lr;
      Object.assign(memory, { d: direction, t: step, prevFlatGrad: before.gradient, prevLoss: before.loss });
      if (before.gradient.dot(direction).item() > -toleranceChange) break;

      const search = () => {
        const start = group.params.map((param) => param.clone());
        const evaluateAt = (step: number) => {
          this.#move(group.params, direction, step);
          const evaluation = evaluate(closure());
          group.params.forEach((param, i) => param.copy_(start[i]!));
          return evaluation;
        };
        return strongWolfe({ evaluate: evaluateAt, direction, firstStep: step, start: before, maxEvaluations: maxEval - evaluations });
      };
      const found = lineSearchFn === null ? null : search();
      if (found) memory.t = step = found.step;
      this.#move(group.params, direction, step);
      if (found) current = found;
      else if (iteration !== maxIter) current = evaluate(closure());
      const needed = found ? found.evaluations : iteration !== maxIter ? 1 : 0;
      evaluations += needed;
      memory.funcEvals += needed;
      if (evaluations >= maxEval || largest(current.gradient) <= toleranceGrad) break;
      if (largest(direction.mul(step)) <= toleranceChange || Math.abs(current.loss - before.loss) < toleranceChange) break;
    }
    return first;
  }

  #memory(group: LBFGSGroup): Memory {
    const [param] = group.params as [Tensor];
    let memory = this.state.get(param);
    if (memory === undefined) this.state.set(param, (memory = { funcEvals: 0, nIter: 0, oldDirs: [], oldStps: [], ro: [], HDiag: 1 } satisfies Memory));
    return memory as Memory;
  }

  /** The tensors here are of no parameter's shape. */
  protected override loadedState(value: Tensor): Tensor {
    return value.clone();
  }

  #flatGradient(params: readonly Tensor[]): Tensor {
    return cat(params.map((param) => (param.grad === null ? param.allocateLike() : param.grad).reshape(-1)));
  }

  #move(params: readonly Tensor[], direction: Tensor, step: number): void {
    let start = 0;
    for (const param of params) {
      param.add_(direction.narrow(0, start, param.numel()).reshape(param.sizes).mul(step));
      start += param.numel();
    }
  }
}

/** The gradient times the estimated inverse Hessian, downhill: the two loops of Nocedal and Wright, algorithm 7.4. */
function nextDirection(memory: Memory, gradient: Tensor, historySize: number): Tensor {
  const change = gradient.sub(memory.prevFlatGrad!);
  const step = memory.d!.mul(memory.t!);
  const product = change.dot(step).item();
  if (product > 1e-10) {
    const from = memory.oldDirs.length === historySize ? 1 : 0;
    memory.oldDirs = [...memory.oldDirs.slice(from), change];
    memory.oldStps = [...memory.oldStps.slice(from), step];
    memory.ro = [...memory.ro.slice(from), 1 / product];
    memory.HDiag = product / change.dot(change).item();
  }
  const direction = gradient.neg();
  const { oldDirs, oldStps, ro } = memory;
  const weights = ro.map(() => 0);
  for (let i = ro.length - 1; i >= 0; i--) {
    weights[i] = oldStps[i]!.dot(direction).item() * ro[i]!;
    direction.sub_(oldDirs[i]!.mul(weights[i]!));
  }
  direction.mul_(memory.HDiag);
  for (let i = 0; i < ro.length; i++) {
    const weight = oldDirs[i]!.dot(direction).item() * ro[i]!;
    direction.add_(oldStps[i]!.mul(weights[i]! - weight));
  }
  return direction;
}

function numberOf(loss: unknown): number {
  return loss instanceof Tensor ? loss.item() : Number(loss);
}

function largest(values: Tensor): number {
  return values.abs().max().item();
}
