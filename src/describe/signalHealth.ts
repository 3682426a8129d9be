import type { InitializationChoice, ModelSnapshot, Signal } from "../protocol/index.js";
import { findingKinds } from "./findings/kinds.generated.js";
import { findingsOf } from "./findings/findings.js";
import type { Finding } from "./findings/finding.js";
import { indexOf } from "./modelIndex.js";
import { carriersOf } from "./signal.js";

/** How well a signal goes through, to be compared with that of another initialization. */
export interface SignalHealth {
  /** From the first layer with weights to the last, by which factor activations change; null where that cannot be said. */
  readonly activations: number | null;
  /** From the last to the first, by which factor gradients do. */
  readonly gradients: number | null;
  /**
   * By which factor a layer with weights is on average away from the first (activations) and the last (gradients): 1 is ideal. Infinite where something is zero,
   * or not a number.
   */
  readonly away: number;
}

export function signalHealth(model: ModelSnapshot, signal: Signal): SignalHealth {
  const carriers = carriersOf(indexOf({ ...model, signal }), signal);
  const sizes = carriers.map(({ size }) => size);
  const gradients = carriers.flatMap(({ gradientSize }) => gradientSize ?? []).reverse();
  const isBroken =
    signal.failure !== null || signal.layers.some(({ activation, gradient }) => (activation?.nonFinite ?? 0) > 0 || (gradient?.nonFinite ?? 0) > 0);
  const deviations = [sizes, gradients].flatMap((values) => values.slice(1).map((value) => Math.abs(Math.log10(value / values[0]!))));
  const mean = deviations.length === 0 ? 0 : deviations.reduce((sum, value) => sum + value, 0) / deviations.length;
  return { activations: change(sizes), gradients: change(gradients), away: isBroken || Number.isNaN(mean) ? Infinity : 10 ** mean };
}

function change(values: readonly number[]): number | null {
  const ratio = values.length < 2 ? NaN : values.at(-1)! / values[0]!;
  return Number.isFinite(ratio) ? ratio : null;
}

/** What is found wrong with a signal; nothing of what the model is found to be without it. */
export function signalFindings(model: ModelSnapshot, signal: Signal): readonly Finding[] {
  const codes = new Set(findingKinds.filter(({ needsSignal }) => needsSignal).map(({ code }) => code));
  return findingsOf({ ...model, signal }).all.filter(({ code }) => codes.has(code));
}

/** What was tried, and what came of it under each seed. */
export interface SchemeTrial {
  readonly choice: InitializationChoice;
  readonly signals: readonly Signal[];
  readonly health: SignalHealth;
  /** Codes of what was found under any seed, each once, the gravest first. */
  readonly findings: readonly Finding[];
}

/** The health of a scheme is the worst of its seeds: an initialization has to work whatever the seed. */
export function schemeTrial(model: ModelSnapshot, choice: InitializationChoice, signals: readonly Signal[]): SchemeTrial {
  const healths = signals.map((signal) => signalHealth(model, signal)).sort((a, b) => b.away - a.away);
  const byCode = new Map<string, Finding>();
  for (const finding of signals.flatMap((signal) => signalFindings(model, signal))) if (!byCode.has(finding.code)) byCode.set(finding.code, finding);
  return { choice, signals, health: healths[0]!, findings: [...byCode.values()] };
}

/** The best first: with the fewest errors, then nearest to 1. */
export function bestFirst(trials: readonly SchemeTrial[]): readonly SchemeTrial[] {
  const errors = ({ findings }: SchemeTrial): number => findings.filter(({ severity }) => severity === "error").length;
  return trials.toSorted((a, b) => errors(a) - errors(b) || a.findings.length - b.findings.length || a.health.away - b.health.away);
}
