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
  private readonly length: number;
  /** The share of the cycle in which the rate rises. */
  private readonly rise: number;
  private readonly height: (cycle: number, step: number) => number;
  private readonly momenta: { readonly lowest: readonly number[]; readonly highest: readonly number[] } | null;

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
