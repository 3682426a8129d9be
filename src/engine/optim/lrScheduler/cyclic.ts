import { ValueError } from "../../errors.js";
import { collect, required, type WithRequired } from "../../arguments.js";
import type { Optimizer, ParameterGroup } from "../optimizer.js";
import { LRScheduler, perGroup, type SchedulerOptions } from "./scheduler.js";

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
  /** Steps of a cycle. */
  private readonly totalSize: number;
  /** The share of the cycle in which the rate rises. */
  private readonly stepRatio: number;
  private readonly mode: NonNullable<CyclicLROptions["mode"]>;
  private readonly gamma: number;
  private readonly scaleMode: NonNullable<CyclicLROptions["scaleMode"]>;
  private readonly cycleMomentum: boolean;
  private readonly useBeta1?: boolean;
  private readonly baseMomentums?: readonly number[];
  private readonly maxMomentums?: readonly number[];
  private readonly scaleFn?: (number: number) => number;

  constructor(
    optimizer: Optimizer,
    ...args: WithRequired<
      [baseLr: CyclicBounds["baseLr"], maxLr: CyclicBounds["maxLr"]],
      CyclicBounds,
      [stepSizeUp: number, stepSizeDown: number | null, mode: "triangular" | "triangular2" | "exp_range", gamma: number],
      CyclicLROptions
    >
  ) {
    const options = collect<CyclicLROptions & Partial<CyclicBounds>>("CyclicLR", ["baseLr", "maxLr", "stepSizeUp", "stepSizeDown", "mode", "gamma"], args, [
      "scaleFn",
      "scaleMode",
      "cycleMomentum",
      "baseMomentum",
      "maxMomentum",
      "lastEpoch",
    ]);
    const {
      stepSizeUp = 2000,
      stepSizeDown = null,
      mode = "triangular",
      gamma = 1,
      scaleFn = null,
      scaleMode = "cycle",
      cycleMomentum = true,
      lastEpoch = -1,
    } = options;
    const baseLrs = perGroup("base_lr", required(options.baseLr, "CyclicLR", "base_lr"), optimizer);
    if (lastEpoch === -1) optimizer.paramGroups.forEach((group, i) => (group.lr = baseLrs[i]!));
    const maxLrs = perGroup("max_lr", required(options.maxLr, "CyclicLR", "max_lr"), optimizer);
    if (scaleFn === null && !(mode in scales)) throw new ValueError("mode is invalid and scale_fn is None");
    if (cycleMomentum) requireMomentum(optimizer);
    const momenta = cycleMomentum ? momentaOf(optimizer, options.baseMomentum ?? 0.8, options.maxMomentum ?? 0.9, lastEpoch) : null;
    super(optimizer, { lastEpoch });
    this.baseLrs = baseLrs;
    this.maxLrs = maxLrs;
    this.totalSize = stepSizeUp + (stepSizeDown ?? stepSizeUp);
    this.stepRatio = stepSizeUp / this.totalSize;
    this.mode = mode;
    this.gamma = gamma;
    this.scaleMode = scaleFn !== null ? scaleMode : mode === "exp_range" ? "iterations" : "cycle";
    this.cycleMomentum = cycleMomentum;
    if (momenta !== null) {
      this.useBeta1 = momenta.useBeta1;
      this.baseMomentums = momenta.base;
      this.maxMomentums = momenta.max;
    }
    if (scaleFn !== null) this.scaleFn = scaleFn;
    this.step();
  }

  protected override learningRate(group: ParameterGroup, baseLr: number, index: number): number {
    const { lastEpoch, totalSize, stepRatio, maxLrs, baseMomentums, maxMomentums, scaleFn } = this;
    const cycle = Math.floor(1 + lastEpoch / totalSize);
    const x = 1 + lastEpoch / totalSize - cycle;
    const share = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1);
    const at = this.scaleMode === "cycle" ? cycle : lastEpoch;
    const height = scaleFn ? scaleFn(at) : scales[this.mode](at, this.gamma);
    if (this.cycleMomentum) {
      const [lowest, highest] = [baseMomentums![index]!, maxMomentums![index]!];
      setMomentum(group, highest - (highest - lowest) * share * height, this.useBeta1);
    }
    return baseLr + (maxLrs[index]! - baseLr) * share * height;
  }
}

/** How high a cycle or a step of that number goes. */
const scales: Readonly<Record<NonNullable<CyclicLROptions["mode"]>, (at: number, gamma: number) => number>> = {
  triangular: () => 1,
  triangular2: (cycle) => 1 / 2 ** (cycle - 1),
  exp_range: (step, gamma) => gamma ** step,
};

function requireMomentum(optimizer: Optimizer): void {
  if (optimizer.paramGroups.every((group) => group.betas !== undefined || group.momentum !== undefined)) return;
  throw new ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled");
}

function setMomentum(group: ParameterGroup, momentum: number, useBeta1 = false): void {
  if (useBeta1 && group.betas !== undefined) group.betas = [momentum, group.betas[1]];
  else group.momentum = momentum;
}

/** The bounds of momentum, which a schedule that starts writes into the groups. */
function momentaOf(optimizer: Optimizer, base: number | readonly number[], max: number | readonly number[], lastEpoch: number) {
  const useBeta1 = optimizer.paramGroups[0]?.betas !== undefined;
  const [highest, lowest] = [perGroup("max_momentum", max, optimizer), perGroup("base_momentum", base, optimizer)];
  if (lastEpoch === -1) {
    optimizer.paramGroups.forEach((group, i) => {
      setMomentum(group, highest[i]!, useBeta1);
      group.maxMomentum = highest[i]!;
      group.baseMomentum = lowest[i]!;
    });
  }
  return { base: lowest, max: highest, useBeta1 };
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

/** A part of the cycle: between which of its group's values rate and momentum go, by PyTorch's names for them. */
interface OneCyclePhase {
  readonly endStep: number;
  readonly startLr: RatePoint;
  readonly endLr: RatePoint;
  readonly startMomentum: MomentumPoint;
  readonly endMomentum: MomentumPoint;
}

type RatePoint = "initial_lr" | "max_lr" | "min_lr";
type MomentumPoint = "max_momentum" | "base_momentum";

const pointsOfGroup = {
  initial_lr: "initialLr",
  max_lr: "maxLr",
  min_lr: "minLr",
  max_momentum: "maxMomentum",
  base_momentum: "baseMomentum",
} as const;

const momentumAt = { initial_lr: "max_momentum", max_lr: "base_momentum", min_lr: "max_momentum" } as const;

/** Momentum runs against the rate: highest where the rate is lowest. */
function phase(endStep: number, startLr: RatePoint, endLr: RatePoint): OneCyclePhase {
  return { endStep, startLr, endLr, startMomentum: momentumAt[startLr], endMomentum: momentumAt[endLr] };
}

/** Up to a highest rate and down to a very low one in one cycle (Smith and Topin, 2017). Call `step` after every batch. */
export class OneCycleLR extends LRScheduler {
  readonly totalSteps: number;
  private readonly schedulePhases: readonly OneCyclePhase[];
  private readonly annealFuncType: "cos" | "linear";
  private readonly cycleMomentum: boolean;
  private readonly useBeta1?: boolean;

  constructor(
    optimizer: Optimizer,
    ...args: WithRequired<
      [maxLr: OneCycleOptions["maxLr"]],
      Pick<OneCycleOptions, "maxLr">,
      [totalSteps: number, epochs: number, stepsPerEpoch: number],
      Omit<OneCycleOptions, "maxLr">
    >
  ) {
    const options = collect<Partial<OneCycleOptions>>(
      "OneCycleLR",
      [
        "maxLr",
        "totalSteps",
        "epochs",
        "stepsPerEpoch",
        "pctStart",
        "annealStrategy",
        "cycleMomentum",
        "baseMomentum",
        "maxMomentum",
        "divFactor",
        "finalDivFactor",
        "threePhase",
        "lastEpoch",
      ],
      args,
    );
    const { pctStart = 0.3, cycleMomentum = true, divFactor = 25, finalDivFactor = 1e4, lastEpoch = -1 } = options;
    const totalSteps = options.totalSteps ?? (options.epochs ?? NaN) * (options.stepsPerEpoch ?? NaN);
    if (Number.isNaN(totalSteps)) throw new ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)");
    if (!(totalSteps > 0 && Number.isInteger(totalSteps))) throw new ValueError(`Expected positive integer total_steps, but got ${totalSteps}`);
    if (!(pctStart >= 0 && pctStart <= 1)) throw new ValueError(`Expected float between 0 and 1 pct_start, but got ${pctStart}`);
    const { annealStrategy = "cos" } = options;
    if (annealStrategy !== "cos" && annealStrategy !== "linear")
      throw new ValueError(`anneal_strategy must be one of 'cos' or 'linear', instead got ${String(annealStrategy ?? "None")}`);
    const maxLrs = perGroup("max_lr", required(options.maxLr, "OneCycleLR", "max_lr"), optimizer);
    if (lastEpoch === -1) {
      optimizer.paramGroups.forEach((group, i) => {
        group.initialLr = maxLrs[i]! / divFactor;
        group.maxLr = maxLrs[i]!;
        group.minLr = group.initialLr / finalDivFactor;
      });
    }
    if (cycleMomentum) requireMomentum(optimizer);
    const momenta = cycleMomentum ? momentaOf(optimizer, options.baseMomentum ?? 0.85, options.maxMomentum ?? 0.95, lastEpoch) : null;
    super(optimizer, { lastEpoch });
    this.totalSteps = totalSteps;
    const rise = pctStart * totalSteps - 1;
    const last = totalSteps - 1;
    this.schedulePhases = options.threePhase
      ? [phase(rise, "initial_lr", "max_lr"), phase(2 * pctStart * totalSteps - 2, "max_lr", "initial_lr"), phase(last, "initial_lr", "min_lr")]
      : [phase(rise, "initial_lr", "max_lr"), phase(last, "max_lr", "min_lr")];
    this.annealFuncType = annealStrategy;
    this.cycleMomentum = cycleMomentum;
    if (momenta !== null) this.useBeta1 = momenta.useBeta1;
    this.step();
  }

  protected override learningRate(group: ParameterGroup): number {
    const { lastEpoch, totalSteps, schedulePhases: phases } = this;
    if (lastEpoch > totalSteps) throw new ValueError(`Tried to step ${lastEpoch} times. The total number of steps is ${totalSteps}`);
    const current = phases.findIndex(({ endStep }, i) => lastEpoch <= endStep || i === phases.length - 1);
    const { startLr, endLr, startMomentum, endMomentum, endStep } = phases[current]!;
    const startStep = current === 0 ? 0 : phases[current - 1]!.endStep;
    const progress = (lastEpoch - startStep) / (endStep - startStep);
    const at = (point: RatePoint | MomentumPoint): number => group[pointsOfGroup[point]]!;
    if (this.cycleMomentum) setMomentum(group, this.anneal(at(startMomentum), at(endMomentum), progress), this.useBeta1);
    return this.anneal(at(startLr), at(endLr), progress);
  }

  private anneal(start: number, end: number, progress: number): number {
    if (this.annealFuncType === "linear") return (end - start) * progress + start;
    return end + ((start - end) / 2) * (Math.cos(Math.PI * progress) + 1);
  }
}
