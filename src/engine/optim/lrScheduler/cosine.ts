import { ValueError } from "../../errors.js";
import { collect, required, type WithRequired } from "../../arguments.js";
import type { Optimizer, ParameterGroup } from "../optimizer.js";
import { LRScheduler, type SchedulerOptions } from "./scheduler.js";

/** Half a cosine from the starting rate down to etaMin (default 0) over tMax epochs, and back (Loshchilov and Hutter, 2016, without restarts). */
export class CosineAnnealingLR extends LRScheduler {
  readonly tMax: number;
  readonly etaMin: number;

  constructor(
    optimizer: Optimizer,
    ...args: WithRequired<[tMax: number], { readonly tMax: number }, [etaMin: number, lastEpoch: number], SchedulerOptions & { readonly etaMin?: number }>
  ) {
    const options = collect<SchedulerOptions & { readonly tMax?: number; readonly etaMin?: number }>(
      "CosineAnnealingLR",
      ["tMax", "etaMin", "lastEpoch"],
      args,
    );
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
    optimizer: Optimizer,
    ...args: WithRequired<[t0: number], { readonly t0: number }, [tMult: number, etaMin: number, lastEpoch: number], WarmRestartsOptions>
  ) {
    const options = collect<WarmRestartsOptions & { readonly t0?: number }>("CosineAnnealingWarmRestarts", ["t0", "tMult", "etaMin", "lastEpoch"], args);
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
