import { ValueError } from "../../errors.js";
import { collect, type Arguments } from "../../arguments.js";
import { Tensor } from "../../tensor.js";
import type { Optimizer } from "../optimizer.js";
import { perGroup, plainState, type SchedulerStateDict } from "./scheduler.js";

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
      "ReduceLROnPlateau",
      ["mode", "factor", "patience", "threshold", "thresholdMode", "cooldown", "minLr", "eps"],
      args,
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
