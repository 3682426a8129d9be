import type { Training } from "../protocol/index.js";
import { now } from "./clock.js";
import type { Engine, Tensor } from "./engine.js";
import { finiteOrNull, gradientNormOf, KeptSamples, StepMeasurement } from "./trainingSamples.js";

/** Optimizers whose steps are followed. */
const followed = 16;
/** Samples that are kept of each at most, and what they say of parameters at most. */
const mostSamples = 64;
const mostParameterSamples = 2000;
/** Elements of a gradient that its norm is taken of. */
const lookedAt = 1 << 12;
/** Share of the code's time that looking may take: after the first step nothing is looked at while it has taken more. */
const mostShare = 0.015;

/** What the code steps with: `torch.optim.Optimizer`. */
export interface Stepping {
  readonly paramGroups: readonly { readonly params: readonly Tensor[] }[];
}

interface Followed {
  readonly name: string;
  readonly parameters: readonly Tensor[];
  readonly samples: KeptSamples;
  readonly began: number;
  steps: number;
  /** Of the last step. */
  loss: number | null;
  /** Milliseconds. */
  spent: number;
}

/** Follows the code's own training: the loss of every step, and gradients and parameters of some. What it costs is bounded by what the code takes. */
export class TrainingRecorder {
  readonly #followed = new Map<Stepping, Followed>();
  /** What was sent back since the last step. */
  #loss: number | null = null;

  /** Hears of every step. */
  onStep: (() => void) | null = null;

  constructor(private readonly engine: Engine) {}

  /** How many optimizers were stepped with. */
  get count(): number {
    return this.#followed.size;
  }

  backward(root: Tensor): void {
    if (root.device !== "cpu" || root.numel() !== 1) return;
    const value = root.storage.data[root.offset]!;
    this.#loss = finiteOrNull(value);
  }

  /** A step begins; what is given back is called when it was taken. */
  step(optimizer: Stepping, name: string): (() => void) | null {
    const loss = this.#loss;
    this.#loss = null;
    const known = this.#followed.get(optimizer) ?? this.#follow(optimizer, name);
    if (!known) return null;
    const step = known.steps++;
    known.loss = loss;
    // What most steps of a long training come to: they have to cost nothing.
    if (!known.samples.keeps(step)) {
      this.onStep?.();
      return null;
    }
    const began = now();
    if (step > 0 && known.spent > mostShare * (began - known.began)) {
      known.samples.add({ step, loss, gradientNorm: null });
      this.onStep?.();
      return null;
    }
    const measurement = new StepMeasurement(this.engine, known.parameters);
    const gradientNorm = gradientNormOf(this.engine, known.parameters, lookedAt);
    known.spent += now() - began;
    return () => {
      const ended = now();
      known.samples.add({ step, loss, gradientNorm, parameters: measurement.ended() });
      known.spent += now() - ended;
      this.onStep?.();
    };
  }

  #follow(optimizer: Stepping, name: string): Followed | null {
    if (this.#followed.size === followed) return null;
    const all = optimizer.paramGroups.flatMap(({ params }) => params);
    const parameters = all.filter((tensor) => tensor.device === "cpu" && tensor.numel() > 0);
    const most = Math.max(8, Math.min(mostSamples, Math.floor(mostParameterSamples / Math.max(1, parameters.length))));
    const known: Followed = { name, parameters, samples: new KeptSamples(most), began: now(), steps: 0, loss: null, spent: 0 };
    this.#followed.set(optimizer, known);
    return known;
  }

  /** The code has come to its end, or was stopped: the state that it left is the last sample. */
  ended(): void {
    for (const { samples, steps, parameters } of this.#followed.values()) {
      if (steps === 0) continue;
      samples.add({ step: steps, loss: null, gradientNorm: null, parameters: new StepMeasurement(this.engine, parameters).withoutStep() });
    }
  }

  /** The longest training of these parameters, with the last step that was taken; null where there was none. */
  of(place: (tensor: Tensor) => { readonly tensor: number; readonly name: string } | null): Training | null {
    const longest = [...this.#followed.values()]
      .filter(({ parameters }) => parameters.some((tensor) => place(tensor) !== null))
      .reduce<Followed | null>((found, each) => (found && found.steps >= each.steps ? found : each), null);
    if (!longest) return null;
    const places = longest.parameters.map(place);
    const { steps, loss, samples } = longest;
    const kept = samples.all;
    const all = (kept.at(-1)?.step ?? -1) < steps - 1 ? [...kept, { step: steps - 1, loss, gradientNorm: null }] : kept;
    return {
      by: { kind: "code", optimizer: longest.name },
      parameters: places.filter((each) => each !== null),
      samples: all.map(({ parameters, ...sample }) => ({
        ...sample,
        ...(parameters && { parameters: parameters.filter((_, at) => places[at] !== null) }),
      })),
      steps,
      failure: null,
    };
  }
}
