import { KeyError, TypeError, ValueError } from "../../errors.js";
import { Optimizer, type ParameterGroup } from "../optimizer.js";

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
    options: SchedulerOptions = {},
  ) {
    const { lastEpoch = -1 } = options;
    if (!(optimizer instanceof Optimizer)) throw new TypeError(`${String(optimizer)} is not an Optimizer`);
    optimizer.paramGroups.forEach((group, i) => {
      if (lastEpoch === -1) group.initialLr ??= group.lr;
      else if (group.initialLr === undefined) {
        throw new KeyError(
          `param 'initial_lr' is not specified in param_groups[${i}] when resuming scheduler with last_epoch >= 0.\nThis typically happens when:\n1. You're trying to resume training from a checkpoint but haven't properly loaded the optimizer state\n2. You're using last_epoch >= 0 for a fresh training run (not recommended)`,
        );
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

/** A schedule's own values, without the optimizer and functions. */
export function plainState(scheduler: object): SchedulerStateDict {
  const isPlain = (value: unknown): boolean =>
    value !== undefined && typeof value !== "function" && !(Array.isArray(value) && value.some((item) => typeof item === "function"));
  return Object.fromEntries(Object.entries(scheduler).filter(([name, value]) => name !== "optimizer" && isPlain(value)));
}

/** A value for each of the optimizer's groups; `name` is the argument's. */
export function perGroup<T>(name: string, value: T | readonly T[], optimizer: Optimizer): T[] {
  const count = optimizer.paramGroups.length;
  if (!Array.isArray(value)) return new Array<T>(count).fill(value as T);
  if (value.length !== count) {
    throw new ValueError(`${name} must have the same length as optimizer.param_groups. ${name} has ${value.length} values, param_groups has ${count}.`);
  }
  return [...(value as readonly T[])];
}
