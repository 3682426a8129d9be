import { ValueError } from "../../errors.js";
import { collect, required, type Arguments, type WithRequired } from "../../arguments.js";
import type { Optimizer, ParameterGroup } from "../optimizer.js";
import { LRScheduler, perGroup, type SchedulerOptions } from "./scheduler.js";

type LrLambda = ((epoch: number) => number) | readonly ((epoch: number) => number)[];

/** The starting rate times a function of the epoch, one for all groups or one each. */
export class LambdaLR extends LRScheduler {
  private readonly lambdas: readonly ((epoch: number) => number)[];

  constructor(optimizer: Optimizer, ...args: WithRequired<[lrLambda: LrLambda], { readonly lrLambda: LrLambda }, [lastEpoch: number], SchedulerOptions>) {
    const { lrLambda, ...options } = collect<SchedulerOptions & { readonly lrLambda?: LrLambda }>("LambdaLR", ["lrLambda", "lastEpoch"], args);
    super(optimizer, options);
    this.lambdas = perGroup("lr_lambda", required(lrLambda, "LambdaLR", "lr_lambda"), optimizer);
    this.step();
  }

  protected override learningRate(_group: ParameterGroup, baseLr: number, index: number): number {
    return baseLr * this.lambdas[index]!(this.lastEpoch);
  }
}

/** The rate times a function of the epoch, every epoch; one for all groups or one each. */
export class MultiplicativeLR extends LRScheduler {
  private readonly lambdas: readonly ((epoch: number) => number)[];

  constructor(optimizer: Optimizer, ...args: WithRequired<[lrLambda: LrLambda], { readonly lrLambda: LrLambda }, [lastEpoch: number], SchedulerOptions>) {
    const { lrLambda, ...options } = collect<SchedulerOptions & { readonly lrLambda?: LrLambda }>("MultiplicativeLR", ["lrLambda", "lastEpoch"], args);
    super(optimizer, options);
    this.lambdas = perGroup("lr_lambda", required(lrLambda, "MultiplicativeLR", "lr_lambda"), optimizer);
    this.step();
  }

  protected override get startsFromBase(): boolean {
    return false;
  }

  protected override learningRate({ lr }: ParameterGroup, _baseLr: number, index: number): number {
    return this.lastEpoch > 0 ? lr * this.lambdas[index]!(this.lastEpoch) : lr;
  }
}

interface GammaOptions extends SchedulerOptions {
  /** Default 0.1. */
  readonly gamma?: number;
}

/** The rate times gamma (default 0.1) every `stepSize` epochs. */
export class StepLR extends LRScheduler {
  readonly stepSize: number;
  readonly gamma: number;

  constructor(
    optimizer: Optimizer,
    ...args: WithRequired<[stepSize: number], { readonly stepSize: number }, [gamma: number, lastEpoch: number], GammaOptions>
  ) {
    const options = collect<GammaOptions & { readonly stepSize?: number }>("StepLR", ["stepSize", "gamma", "lastEpoch"], args);
    super(optimizer, options);
    this.stepSize = required(options.stepSize, "StepLR", "step_size");
    this.gamma = options.gamma ?? 0.1;
    this.step();
  }

  protected override learningRate({ lr }: ParameterGroup): number {
    return this.lastEpoch === 0 || this.lastEpoch % this.stepSize !== 0 ? lr : lr * this.gamma;
  }
}

/** The rate times gamma (default 0.1) at each of the epochs in `milestones`. */
export class MultiStepLR extends LRScheduler {
  readonly milestones: readonly number[];
  readonly gamma: number;

  constructor(
    optimizer: Optimizer,
    ...args: WithRequired<[milestones: readonly number[]], { readonly milestones: readonly number[] }, [gamma: number, lastEpoch: number], GammaOptions>
  ) {
    const options = collect<GammaOptions & { readonly milestones?: readonly number[] }>("MultiStepLR", ["milestones", "gamma", "lastEpoch"], args);
    super(optimizer, options);
    this.milestones = required(options.milestones, "MultiStepLR", "milestones");
    this.gamma = options.gamma ?? 0.1;
    this.step();
  }

  protected override learningRate({ lr }: ParameterGroup): number {
    return lr * this.gamma ** this.milestones.filter((milestone) => milestone === this.lastEpoch).length;
  }
}

/** The rate times gamma every epoch. */
export class ExponentialLR extends LRScheduler {
  readonly gamma: number;

  constructor(optimizer: Optimizer, ...args: WithRequired<[gamma: number], { readonly gamma: number }, [lastEpoch: number], SchedulerOptions>) {
    const { gamma, ...options } = collect<GammaOptions>("ExponentialLR", ["gamma", "lastEpoch"], args);
    super(optimizer, options);
    this.gamma = required(gamma, "ExponentialLR", "gamma");
    this.step();
  }

  protected override learningRate({ lr }: ParameterGroup): number {
    return this.lastEpoch === 0 ? lr : lr * this.gamma;
  }
}

export interface LinearLROptions extends SchedulerOptions {
  /** Default 1/3. */
  readonly startFactor?: number;
  /** Default 1. */
  readonly endFactor?: number;
  /** How many epochs it takes. Default 5. */
  readonly totalIters?: number;
}

/** From startFactor (default 1/3) to endFactor (default 1) times the starting rate over totalIters (default 5) epochs. */
export class LinearLR extends LRScheduler {
  readonly startFactor: number;
  readonly endFactor: number;
  readonly totalIters: number;

  constructor(optimizer: Optimizer, ...args: Arguments<[startFactor: number, endFactor: number, totalIters: number, lastEpoch: number], LinearLROptions>) {
    const options = collect<LinearLROptions>("LinearLR", ["startFactor", "endFactor", "totalIters", "lastEpoch"], args);
    super(optimizer, options);
    ({ startFactor: this.startFactor = 1 / 3, endFactor: this.endFactor = 1, totalIters: this.totalIters = 5 } = options);
    if (this.startFactor > 1 || this.startFactor <= 0)
      throw new ValueError("Starting multiplicative factor expected to be greater than 0 and less or equal to 1.");
    if (this.endFactor > 1 || this.endFactor < 0) throw new ValueError("Ending multiplicative factor expected to be between 0 and 1.");
    this.step();
  }

  protected override learningRate({ lr }: ParameterGroup): number {
    const { lastEpoch, startFactor, endFactor, totalIters } = this;
    if (lastEpoch === 0) return lr * startFactor;
    if (lastEpoch > totalIters) return lr;
    return lr * (1 + (endFactor - startFactor) / (totalIters * startFactor + (lastEpoch - 1) * (endFactor - startFactor)));
  }
}

export interface ConstantLROptions extends SchedulerOptions {
  /** Default 1/3. */
  readonly factor?: number;
  /** For how many epochs. Default 5. */
  readonly totalIters?: number;
}

/** The rate times `factor` (default 1/3) for totalIters (default 5) epochs. */
export class ConstantLR extends LRScheduler {
  readonly factor: number;
  readonly totalIters: number;

  constructor(optimizer: Optimizer, ...args: Arguments<[factor: number, totalIters: number, lastEpoch: number], ConstantLROptions>) {
    const options = collect<ConstantLROptions>("ConstantLR", ["factor", "totalIters", "lastEpoch"], args);
    super(optimizer, options);
    ({ factor: this.factor = 1 / 3, totalIters: this.totalIters = 5 } = options);
    if (this.factor > 1 || this.factor < 0) throw new ValueError("Constant multiplicative factor expected to be between 0 and 1.");
    this.step();
  }

  protected override learningRate({ lr }: ParameterGroup): number {
    const { lastEpoch, factor, totalIters } = this;
    if (lastEpoch === 0) return lr * factor;
    return lastEpoch === totalIters ? lr * (1 / factor) : lr;
  }
}

export interface PolynomialLROptions extends SchedulerOptions {
  /** How many epochs it takes. Default 5. */
  readonly totalIters?: number;
  /** Default 1, a straight line. */
  readonly power?: number;
}

/** From the starting rate down to zero over totalIters (default 5) epochs, along a polynomial. */
export class PolynomialLR extends LRScheduler {
  readonly totalIters: number;
  readonly power: number;

  constructor(optimizer: Optimizer, ...args: Arguments<[totalIters: number, power: number, lastEpoch: number], PolynomialLROptions>) {
    const options = collect<PolynomialLROptions>("PolynomialLR", ["totalIters", "power", "lastEpoch"], args);
    super(optimizer, options);
    ({ totalIters: this.totalIters = 5, power: this.power = 1 } = options);
    this.step();
  }

  protected override learningRate({ lr }: ParameterGroup): number {
    const { lastEpoch, totalIters, power } = this;
    if (lastEpoch === 0 || lastEpoch > totalIters) return lr;
    return lr * ((1 - lastEpoch / totalIters) / (1 - (lastEpoch - 1) / totalIters)) ** power;
  }
}
