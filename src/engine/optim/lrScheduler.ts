import { KeyError, TypeError, ValueError } from "../errors.js";
import { collect, required, type Arguments, type WithRequired } from "../ops/arguments.js";
import { Tensor } from "../tensor.js";
import { Optimizer, type ParameterGroup } from "./optimizer.js";

/** Schedules of learning rates (torch.optim.lr_scheduler). Call `step` after the optimizer's, once an epoch (OneCycleLR: once a batch). */

/** A scheduler's state as plain data. */
export type SchedulerStateDict = Readonly<Record<string, unknown>>;

export interface SchedulerOptions {
  /** The epoch to resume after; -1 (the default) starts. */
  readonly lastEpoch?: number;
}

/** The base of the schedules that count epochs. */
export abstract class LRScheduler {
  /** The epoch that the learning rates are those of. */
  lastEpoch: number;
  /** Each group's learning rate at the start. */
  baseLrs: number[];
  protected stepCount = 0;
  private lastLrs: number[] = [];

  constructor(
    readonly optimizer: Optimizer,
    { lastEpoch = -1 }: SchedulerOptions = {},
  ) {
    if (!(optimizer instanceof Optimizer)) throw new TypeError(`${String(optimizer)} is not an Optimizer`);
    optimizer.paramGroups.forEach((group, i) => {
      if (lastEpoch === -1) group.initialLr ??= group.lr;
      else if (group.initialLr === undefined) {
        throw new KeyError(`param 'initial_lr' is not specified in param_groups[${i}] when resuming an optimizer`);
      }
    });
    this.baseLrs = optimizer.paramGroups.map((group) => group.initialLr!);
    this.lastEpoch = lastEpoch;
  }

  /** The learning rate of a group in the epoch `lastEpoch`. */
  protected abstract learningRate(group: ParameterGroup, baseLr: number, index: number): number;

  /** Goes to the next epoch's learning rates. */
  step(): void {
    this.stepCount++;
    this.lastEpoch++;
    const rates = this.optimizer.paramGroups.map((group, i) => this.learningRate(group, this.baseLrs[i]!, i));
    this.optimizer.paramGroups.forEach((group, i) => (group.lr = rates[i]!));
    this.lastLrs = rates;
  }

  /** @internal Undoes the first step, for a schedule whose turn comes later. */
  rewind(): void {
    this.lastEpoch--;
  }

  /** @internal Takes its turn: the rates are those of epoch 0. */
  restart(): void {
    this.lastEpoch = -1;
    if (this.startsFromBase) this.optimizer.paramGroups.forEach((group, i) => (group.lr = this.baseLrs[i]!));
    this.step();
  }

  /** Whether epoch 0's rate is known from the starting one, whatever the rate is by then. */
  protected get startsFromBase(): boolean {
    return true;
  }

  /** Each group's learning rate as of the last step. */
  getLastLr(): readonly number[] {
    return this.lastLrs;
  }

  /** All of the schedule's own values, without the optimizer and functions. */
  stateDict(): SchedulerStateDict {
    return plainState(this);
  }

  loadStateDict(state: SchedulerStateDict): void {
    Object.assign(this, state);
  }
}

function plainState(scheduler: object): SchedulerStateDict {
  const isPlain = (value: unknown): boolean => typeof value !== "function" && !(Array.isArray(value) && value.some((item) => typeof item === "function"));
  return Object.fromEntries(Object.entries(scheduler).filter(([name, value]) => name !== "optimizer" && isPlain(value)));
}

function perGroup<T>(name: string, value: T | readonly T[], optimizer: Optimizer): T[] {
  const count = optimizer.paramGroups.length;
  if (!Array.isArray(value)) return new Array<T>(count).fill(value as T);
  if (value.length !== count) {
    throw new ValueError(`${name} must have the same length as optimizer.param_groups. ${name} has ${value.length} values, param_groups has ${count}.`);
  }
  return [...(value as readonly T[])];
}

type LrLambda = ((epoch: number) => number) | readonly ((epoch: number) => number)[];

/** The starting rate times a function of the epoch, one for all groups or one each. */
export class LambdaLR extends LRScheduler {
  private readonly lambdas: readonly ((epoch: number) => number)[];

  constructor(optimizer: Optimizer, ...args: WithRequired<[lrLambda: LrLambda], { readonly lrLambda: LrLambda }, [lastEpoch: number], SchedulerOptions>) {
    const { lrLambda, ...options } = collect<SchedulerOptions & { readonly lrLambda?: LrLambda }>(["lrLambda", "lastEpoch"], args);
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
    const { lrLambda, ...options } = collect<SchedulerOptions & { readonly lrLambda?: LrLambda }>(["lrLambda", "lastEpoch"], args);
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
    const options = collect<GammaOptions & { readonly stepSize?: number }>(["stepSize", "gamma", "lastEpoch"], args);
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
    const options = collect<GammaOptions & { readonly milestones?: readonly number[] }>(["milestones", "gamma", "lastEpoch"], args);
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
    const { gamma, ...options } = collect<GammaOptions>(["gamma", "lastEpoch"], args);
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

  constructor(
    optimizer: Optimizer,
    ...args: Arguments<[startFactor: number, endFactor: number, totalIters: number, lastEpoch: number], LinearLROptions>
  ) {
    const options = collect<LinearLROptions>(["startFactor", "endFactor", "totalIters", "lastEpoch"], args);
    super(optimizer, options);
    ({ startFactor: this.startFactor = 1 / 3, endFactor: this.endFactor = 1, totalIters: this.totalIters = 5 } = options);
    if (this.startFactor > 1 || this.startFactor <= 0) throw new ValueError("Starting multiplicative factor expected to be greater than 0 and less or equal to 1.");
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
    const options = collect<ConstantLROptions>(["factor", "totalIters", "lastEpoch"], args);
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
    const options = collect<PolynomialLROptions>(["totalIters", "power", "lastEpoch"], args);
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

/** Half a cosine from the starting rate down to etaMin (default 0) over tMax epochs, and back (Loshchilov and Hutter, 2016, without restarts). */
export class CosineAnnealingLR extends LRScheduler {
  readonly tMax: number;
  readonly etaMin: number;

  constructor(
    optimizer: Optimizer,
    ...args: WithRequired<[tMax: number], { readonly tMax: number }, [etaMin: number, lastEpoch: number], SchedulerOptions & { readonly etaMin?: number }>
  ) {
    const options = collect<SchedulerOptions & { readonly tMax?: number; readonly etaMin?: number }>(["tMax", "etaMin", "lastEpoch"], args);
    super(optimizer, options);
    this.tMax = required(options.tMax, "CosineAnnealingLR", "T_max");
    this.etaMin = options.etaMin ?? 0;
    this.step();
  }

  protected override learningRate({ lr }: ParameterGroup, baseLr: number): number {
    const { lastEpoch, tMax, etaMin } = this;
    if (lastEpoch === 0) return lr;
    if (this.stepCount === 1) return etaMin + ((baseLr - etaMin) * (1 + Math.cos((lastEpoch * Math.PI) / tMax))) / 2;
    if ((lastEpoch - 1 - tMax) % (2 * tMax) === 0) return lr + ((baseLr - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
    return ((1 + Math.cos((Math.PI * lastEpoch) / tMax)) / (1 + Math.cos((Math.PI * (lastEpoch - 1)) / tMax))) * (lr - etaMin) + etaMin;
  }
}

export interface WarmRestartsOptions extends SchedulerOptions {
  /** How much longer each period is than the one before. Default 1. */
  readonly tMult?: number;
  /** Lowest rate. Default 0. */
  readonly etaMin?: number;
}

/** Half a cosine from the starting rate down to etaMin (default 0), over and over, the first time over t0 epochs (Loshchilov and Hutter, 2016). */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  readonly t0: number;
  readonly tMult: number;
  readonly etaMin: number;
  /** Epochs since the last restart, and from it to the next. */
  private current: number;
  private period: number;

  constructor(
    optimizer: Optimizer, ...args: WithRequired<[t0: number], { readonly t0: number }, [tMult: number, etaMin: number, lastEpoch: number], WarmRestartsOptions>
  ) {
    const options = collect<WarmRestartsOptions & { readonly t0?: number }>(["t0", "tMult", "etaMin", "lastEpoch"], args);
    const { t0: given, tMult = 1, etaMin = 0 } = options;
    const t0 = required(given, "CosineAnnealingWarmRestarts", "T_0");
    if (!(t0 > 0 && Number.isInteger(t0))) throw new ValueError(`Expected positive integer T_0, but got ${t0}`);
    if (!(tMult >= 1 && Number.isInteger(tMult))) throw new ValueError(`Expected integer T_mult >= 1, but got ${tMult}`);
    super(optimizer, options);
    [this.t0, this.tMult, this.etaMin] = [t0, tMult, etaMin];
    this.period = t0;
    this.current = this.lastEpoch;
    this.step();
  }

  /** Goes to the next epoch, or to a given one, which may be a fraction: after each batch, `epoch + batch / batches`. */
  override step(epoch?: number): void {
    const { t0, tMult } = this;
    const asked = epoch ?? (this.lastEpoch < 0 ? 0 : undefined);
    if (asked === undefined) {
      this.current++;
      if (this.current >= this.period) {
        this.current -= this.period;
        this.period *= tMult;
      }
    } else {
      if (asked < 0) throw new ValueError(`Expected non-negative epoch, but got ${asked}`);
      const restarts = asked < t0 ? 0 : tMult === 1 ? Math.floor(asked / t0) : Math.floor(Math.log((asked / t0) * (tMult - 1) + 1) / Math.log(tMult));
      const start = tMult === 1 ? t0 * restarts : (t0 * (tMult ** restarts - 1)) / (tMult - 1);
      this.current = asked - start;
      this.period = t0 * tMult ** restarts;
      this.lastEpoch = Math.floor(asked) - 1;
    }
    super.step();
  }

  override restart(): void {
    this.step(0);
  }

  protected override learningRate(_group: ParameterGroup, baseLr: number): number {
    return this.etaMin + ((baseLr - this.etaMin) * (1 + Math.cos((Math.PI * this.current) / this.period))) / 2;
  }
}

export interface CyclicLROptions extends SchedulerOptions {
  /** Steps from the lowest rate up to the highest. Default 2000. */
  readonly stepSizeUp?: number;
  /** Steps back down. Default: as many. */
  readonly stepSizeDown?: number | null;
  /** Whether all cycles are alike, each is half as high as the one before, or each step lowers the next ones by gamma. Default "triangular". */
  readonly mode?: "triangular" | "triangular2" | "exp_range";
  /** For "exp_range". Default 1. */
  readonly gamma?: number;
  /** In place of `mode`: how high the cycle or step of that number goes, from 0 to 1. */
  readonly scaleFn?: ((number: number) => number) | null;
  /** What scaleFn is given. Default "cycle". */
  readonly scaleMode?: "cycle" | "iterations";
  /** Whether momentum (or the first beta) falls as the rate rises. Default true. */
  readonly cycleMomentum?: boolean;
  /** Default 0.8. */
  readonly baseMomentum?: number | readonly number[];
  /** Default 0.9. */
  readonly maxMomentum?: number | readonly number[];
}

interface CyclicBounds {
  /** Lowest rate, for all groups or one each. */
  readonly baseLr: number | readonly number[];
  /** Highest rate, for all groups or one each. */
  readonly maxLr: number | readonly number[];
}

/** Up and down between two rates, over and over (Smith, 2015). Call `step` after every batch. */
export class CyclicLR extends LRScheduler {
  private readonly maxLrs: readonly number[];
  private readonly length: number;
  /** The share of the cycle in which the rate rises. */
  private readonly rise: number;
  private readonly height: (cycle: number, step: number) => number;
  private readonly momenta: { readonly lowest: readonly number[]; readonly highest: readonly number[] } | null;

  constructor(
    optimizer: Optimizer,
    ...args: WithRequired<[baseLr: CyclicBounds["baseLr"], maxLr: CyclicBounds["maxLr"]], CyclicBounds, [stepSizeUp: number, stepSizeDown: number | null, mode: "triangular" | "triangular2" | "exp_range", gamma: number], CyclicLROptions>
  ) {
    const options = collect<CyclicLROptions & Partial<CyclicBounds>>(
      ["baseLr", "maxLr", "stepSizeUp", "stepSizeDown", "mode", "gamma"], args, ["scaleFn", "scaleMode", "cycleMomentum", "baseMomentum", "maxMomentum", "lastEpoch"],
    );
    const { stepSizeUp = 2000, stepSizeDown = null, mode = "triangular", gamma = 1, scaleFn = null, scaleMode = "cycle", cycleMomentum = true, lastEpoch = -1 } = options;
    const baseLrs = perGroup("base_lr", required(options.baseLr, "CyclicLR", "base_lr"), optimizer);
    if (lastEpoch === -1) optimizer.paramGroups.forEach((group, i) => (group.lr = baseLrs[i]!));
    const maxLrs = perGroup("max_lr", required(options.maxLr, "CyclicLR", "max_lr"), optimizer);
    const scales = { triangular: () => 1, triangular2: (cycle: number) => 1 / 2 ** (cycle - 1), exp_range: (_: number, step: number) => gamma ** step };
    if (scaleFn === null && !(mode in scales)) throw new ValueError("mode is invalid and scale_fn is None");
    let momenta = null;
    if (cycleMomentum) {
      if (optimizer.paramGroups.some((group) => group.betas === undefined && group.momentum === undefined)) {
        throw new ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled");
      }
      const highest = perGroup("max_momentum", options.maxMomentum ?? 0.9, optimizer);
      momenta = { lowest: perGroup("base_momentum", options.baseMomentum ?? 0.8, optimizer), highest };
    }
    super(optimizer, { lastEpoch });
    this.baseLrs = baseLrs;
    this.maxLrs = maxLrs;
    this.length = stepSizeUp + (stepSizeDown ?? stepSizeUp);
    this.rise = stepSizeUp / this.length;
    this.height = scaleFn === null ? scales[mode] : (cycle, step) => scaleFn(scaleMode === "cycle" ? cycle : step);
    this.momenta = momenta;
    this.step();
  }

  protected override learningRate(group: ParameterGroup, baseLr: number, index: number): number {
    const { lastEpoch, length, rise } = this;
    const cycle = Math.floor(1 + lastEpoch / length);
    const x = 1 + lastEpoch / length - cycle;
    const share = x <= rise ? x / rise : (x - 1) / (rise - 1);
    const height = this.height(cycle, lastEpoch);
    if (this.momenta !== null) {
      const [lowest, highest] = [this.momenta.lowest[index]!, this.momenta.highest[index]!];
      const momentum = highest - (highest - lowest) * share * height;
      if (group.betas !== undefined) group.betas = [momentum, group.betas[1]];
      else group.momentum = momentum;
    }
    return baseLr + (this.maxLrs[index]! - baseLr) * share * height;
  }
}

/** Schedules one after the other: each takes over at its milestone, from its own start. */
export class SequentialLR {
  lastEpoch: number;

  constructor(
    readonly optimizer: Optimizer,
    readonly schedulers: readonly LRScheduler[],
    readonly milestones: readonly number[],
    { lastEpoch = -1 }: SchedulerOptions = {},
  ) {
    if (schedulers.length < 1) throw new ValueError("SequentialLR expects at least one scheduler to be chained, but got no scheduler.");
    schedulers.forEach((scheduler, i) => {
      if (scheduler.optimizer === optimizer) return;
      throw new ValueError(
        `SequentialLR expects all schedulers to belong to the same optimizer, but got scheduler ${scheduler.constructor.name} at index ${i} has ${String(scheduler.optimizer)}, which is different from ${optimizer.constructor.name}.`,
      );
    });
    if (milestones.length !== schedulers.length - 1) {
      throw new ValueError(
        `Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, but got number of schedulers ${schedulers.length} and the number of milestones to be equal to ${milestones.length}`,
      );
    }
    this.lastEpoch = lastEpoch + 1;
    for (const group of optimizer.paramGroups) group.lr = group.initialLr!;
    for (const scheduler of schedulers) scheduler.rewind();
    schedulers[0]!.step();
  }

  /** Goes to the next epoch's learning rates. */
  step(): void {
    this.lastEpoch++;
    const turn = this.milestones.filter((milestone) => milestone <= this.lastEpoch).length;
    if (turn > 0 && this.milestones[turn - 1] === this.lastEpoch) this.schedulers[turn]!.restart();
    else this.schedulers[turn]!.step();
  }

  /** Each group's learning rate as of the last step. */
  getLastLr(): readonly number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  stateDict(): SchedulerStateDict {
    return { lastEpoch: this.lastEpoch, milestones: this.milestones, schedulers: this.schedulers.map((each) => each.stateDict()) };
  }

  loadStateDict(state: SchedulerStateDict): void {
    const { lastEpoch, schedulers } = state as { readonly lastEpoch: number; readonly schedulers: readonly SchedulerStateDict[] };
    this.lastEpoch = lastEpoch;
    this.schedulers.forEach((each, i) => each.loadStateDict(schedulers[i]!));
  }
}

/** Schedules that all act at every step. */
export class ChainedScheduler {
  readonly optimizer: Optimizer;

  constructor(readonly schedulers: readonly LRScheduler[]) {
    if (schedulers.length < 1) throw new ValueError("ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.");
    this.optimizer = schedulers[0]!.optimizer;
    schedulers.forEach((scheduler, i) => {
      if (scheduler.optimizer !== this.optimizer) {
        throw new ValueError(`ChainedScheduler expects all schedulers to belong to the same optimizer, but got schedulers at index 0 and ${i} to be different`);
      }
    });
  }

  /** Goes to the next epoch's learning rates. */
  step(): void {
    for (const scheduler of this.schedulers) scheduler.step();
  }

  /** Each group's learning rate as of the last step. */
  getLastLr(): readonly number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  stateDict(): SchedulerStateDict {
    return { schedulers: this.schedulers.map((each) => each.stateDict()) };
  }

  loadStateDict(state: SchedulerStateDict): void {
    const { schedulers } = state as { readonly schedulers: readonly SchedulerStateDict[] };
    this.schedulers.forEach((each, i) => each.loadStateDict(schedulers[i]!));
  }
}

export interface OneCycleOptions extends SchedulerOptions {
  /** Highest rate, for all groups or one each. */
  readonly maxLr: number | readonly number[];
  /** How many steps the cycle has; or state epochs and stepsPerEpoch. */
  readonly totalSteps?: number;
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  /** Share of the cycle in which the rate rises. Default 0.3. */
  readonly pctStart?: number;
  /** Default "cos". */
  readonly annealStrategy?: "cos" | "linear";
  /** Whether momentum (or the first beta) falls as the rate rises. Default true. */
  readonly cycleMomentum?: boolean;
  /** Default 0.85. */
  readonly baseMomentum?: number | readonly number[];
  /** Default 0.95. */
  readonly maxMomentum?: number | readonly number[];
  /** maxLr over the starting rate. Default 25. */
  readonly divFactor?: number;
  /** The starting rate over the last one. Default 10,000. */
  readonly finalDivFactor?: number;
  /** A third phase takes the rate from the starting one down to the last. Default false. */
  readonly threePhase?: boolean;
}

type OneCyclePoint = "initial" | "max" | "min";

interface OneCyclePhase {
  readonly endStep: number;
  readonly from: OneCyclePoint;
  readonly to: OneCyclePoint;
}

/** Up to a highest rate and down to a very low one in one cycle (Smith and Topin, 2017). Call `step` after every batch. */
export class OneCycleLR extends LRScheduler {
  readonly totalSteps: number;
  private readonly phases: readonly OneCyclePhase[];
  private readonly rates: readonly Readonly<Record<OneCyclePoint, number>>[];
  /** Momentum runs against the rate: highest where the rate is lowest. */
  private readonly momenta: readonly Readonly<Record<OneCyclePoint, number>>[] | null;
  private readonly annealStrategy: "cos" | "linear";

  constructor(
    optimizer: Optimizer,
    ...args: WithRequired<
      [maxLr: OneCycleOptions["maxLr"]], Pick<OneCycleOptions, "maxLr">, [totalSteps: number, epochs: number, stepsPerEpoch: number], Omit<OneCycleOptions, "maxLr">
    >
  ) {
    const options = collect<Partial<OneCycleOptions>>(
      ["maxLr", "totalSteps", "epochs", "stepsPerEpoch", "pctStart", "annealStrategy", "cycleMomentum", "baseMomentum", "maxMomentum", "divFactor", "finalDivFactor", "threePhase", "lastEpoch"],
      args,
    );
    const { pctStart = 0.3, cycleMomentum = true, divFactor = 25, finalDivFactor = 1e4, lastEpoch = -1 } = options;
    const totalSteps = options.totalSteps ?? (options.epochs ?? NaN) * (options.stepsPerEpoch ?? NaN);
    if (Number.isNaN(totalSteps)) throw new ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)");
    if (!(totalSteps > 0 && Number.isInteger(totalSteps))) throw new ValueError(`Expected positive integer total_steps, but got ${totalSteps}`);
    if (!(pctStart >= 0 && pctStart <= 1)) throw new ValueError(`Expected float between 0 and 1 pct_start, but got ${pctStart}`);
    const maxLrs = perGroup("max_lr", required(options.maxLr, "OneCycleLR", "max_lr"), optimizer);
    const rates = maxLrs.map((max) => ({ initial: max / divFactor, max, min: max / divFactor / finalDivFactor }));
    if (lastEpoch === -1) optimizer.paramGroups.forEach((group, i) => (group.initialLr = rates[i]!.initial));
    super(optimizer, { lastEpoch });
    this.totalSteps = totalSteps;
    this.rates = rates;
    this.annealStrategy = options.annealStrategy ?? "cos";
    const rise = pctStart * totalSteps - 1;
    this.phases = options.threePhase
      ? [
          { endStep: rise, from: "initial", to: "max" },
          { endStep: 2 * pctStart * totalSteps - 2, from: "max", to: "initial" },
          { endStep: totalSteps - 1, from: "initial", to: "min" },
        ]
      : [
          { endStep: rise, from: "initial", to: "max" },
          { endStep: totalSteps - 1, from: "max", to: "min" },
        ];
    this.momenta = cycleMomentum ? this.momentaOf(options) : null;
    this.step();
  }

  private momentaOf({ baseMomentum = 0.85, maxMomentum = 0.95 }: Partial<OneCycleOptions>): Readonly<Record<OneCyclePoint, number>>[] {
    const { optimizer } = this;
    if (optimizer.paramGroups.some((group) => group.betas === undefined && group.momentum === undefined)) {
      throw new ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled");
    }
    const highest = perGroup("max_momentum", maxMomentum, optimizer);
    return perGroup("base_momentum", baseMomentum, optimizer).map((base, i) => ({ initial: highest[i]!, max: base, min: highest[i]! }));
  }

  protected override learningRate(group: ParameterGroup, _baseLr: number, index: number): number {
    const { lastEpoch, totalSteps, phases } = this;
    if (lastEpoch > totalSteps) throw new ValueError(`Tried to step ${lastEpoch} times. The total number of steps is ${totalSteps}`);
    const current = phases.findIndex((phase, i) => lastEpoch <= phase.endStep || i === phases.length - 1);
    const { from, to, endStep } = phases[current]!;
    const startStep = current === 0 ? 0 : phases[current - 1]!.endStep;
    const progress = (lastEpoch - startStep) / (endStep - startStep);
    const between = (points: Readonly<Record<OneCyclePoint, number>>) => this.anneal(points[from], points[to], progress);
    if (this.momenta !== null) {
      const momentum = between(this.momenta[index]!);
      if (group.betas !== undefined) group.betas = [momentum, group.betas[1]];
      else group.momentum = momentum;
    }
    return between(this.rates[index]!);
  }

  private anneal(start: number, end: number, progress: number): number {
    if (this.annealStrategy === "linear") return (end - start) * progress + start;
    return end + ((start - end) / 2) * (Math.cos(Math.PI * progress) + 1);
  }
}

export interface ReduceLROnPlateauOptions {
  /** Whether the metric should fall or rise. Default "min". */
  readonly mode?: "min" | "max";
  /** What the rate is multiplied by. Default 0.1. */
  readonly factor?: number;
  /** Epochs without improvement that are let pass. Default 10. */
  readonly patience?: number;
  /** How much better counts as improvement. Default 0.0001. */
  readonly threshold?: number;
  /** Whether `threshold` is a share of the best value or a difference from it. Default "rel". */
  readonly thresholdMode?: "rel" | "abs";
  /** Epochs to wait after a reduction. Default 0. */
  readonly cooldown?: number;
  /** Lowest rate, for all groups or one each. Default 0. */
  readonly minLr?: number | readonly number[];
  /** Smaller changes are not made. Default 1e-8. */
  readonly eps?: number;
}

/** Reduces the rate when a metric stops improving. */
export class ReduceLROnPlateau {
  best: number;
  numBadEpochs = 0;
  lastEpoch = 0;
  private readonly options: Required<Omit<ReduceLROnPlateauOptions, "minLr">>;
  private readonly minLrs: readonly number[];
  private cooldownCounter = 0;
  private lastLrs: number[];

  constructor(
    readonly optimizer: Optimizer,
    ...args: Arguments<[mode: "min" | "max", factor: number, patience: number, threshold: number], ReduceLROnPlateauOptions>
  ) {
    const options = collect<ReduceLROnPlateauOptions>(
      ["mode", "factor", "patience", "threshold", "thresholdMode", "cooldown", "minLr", "eps"], args,
    );
    const { mode = "min", factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = "rel", cooldown = 0, minLr = 0, eps = 1e-8 } = options;
    if (!(factor < 1)) throw new ValueError("Factor should be < 1.0.");
    if (mode !== "min" && mode !== "max") throw new ValueError(`mode ${String(mode)} is unknown!`);
    if (thresholdMode !== "rel" && thresholdMode !== "abs") throw new ValueError(`threshold mode ${String(thresholdMode)} is unknown!`);
    this.options = { mode, factor, patience, threshold, thresholdMode, cooldown, eps };
    this.minLrs = perGroup("min_lr", minLr, optimizer);
    this.best = mode === "min" ? Infinity : -Infinity;
    this.lastLrs = optimizer.paramGroups.map((group) => group.lr);
  }

  /** Takes the epoch's metric into account. */
  step(metric: number | Tensor): void {
    const { patience, cooldown, factor, eps } = this.options;
    const current = metric instanceof Tensor ? metric.item() : metric;
    this.lastEpoch++;
    if (this.isBetter(current)) {
      this.best = current;
      this.numBadEpochs = 0;
    } else this.numBadEpochs++;
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--;
      this.numBadEpochs = 0;
    }
    if (this.numBadEpochs > patience) {
      this.optimizer.paramGroups.forEach((group, i) => {
        const reduced = Math.max(group.lr * factor, this.minLrs[i]!);
        if (group.lr - reduced > eps) group.lr = reduced;
      });
      this.cooldownCounter = cooldown;
      this.numBadEpochs = 0;
    }
    this.lastLrs = this.optimizer.paramGroups.map((group) => group.lr);
  }

  private isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.options;
    const sign = mode === "min" ? -1 : 1;
    const bar = thresholdMode === "rel" ? this.best * (1 + sign * threshold) : this.best + sign * threshold;
    return mode === "min" ? metric < bar : metric > bar;
  }

  /** Each group's learning rate as of the last step. */
  getLastLr(): readonly number[] {
    return this.lastLrs;
  }

  stateDict(): SchedulerStateDict {
    return plainState(this);
  }

  loadStateDict(state: SchedulerStateDict): void {
    Object.assign(this, state);
  }
}
