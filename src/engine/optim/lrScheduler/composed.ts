import { checkedOptions } from "../../arguments.js";
import { ValueError } from "../../errors.js";
import type { Optimizer } from "../optimizer.js";
import type { LRScheduler, SchedulerOptions, SchedulerStateDict } from "./scheduler.js";

/** Schedules one after the other: each takes over at its milestone, from its own start. */
export class SequentialLR {
  lastEpoch: number;

  constructor(
    readonly optimizer: Optimizer,
    readonly schedulers: readonly LRScheduler[],
    readonly milestones: readonly number[],
    options: SchedulerOptions = {},
  ) {
    const { lastEpoch = -1 } = checkedOptions<SchedulerOptions>("SequentialLR", options, "lastEpoch");
    if (schedulers.length < 1) throw new ValueError("SequentialLR expects at least one scheduler, but got no scheduler.");
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
