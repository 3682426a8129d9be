import type { ElementArray } from "../dtype.js";

/** One sequence among log-probabilities (time, batch, classes). */
export interface CtcSequence {
  readonly batch: number;
  readonly classes: number;
  readonly n: number;
  /** Steps in time that count. */
  readonly length: number;
  readonly blank: number;
}

function logSumExp(a: number, b: number, c: number): number {
  const largest = Math.max(a, b, c);
  if (largest === -Infinity) return -Infinity;
  return largest + Math.log(Math.exp(a - largest) + Math.exp(b - largest) + Math.exp(c - largest));
}

/** The label at position s of the target with a blank before, between and after its labels. */
function labelAt(target: ElementArray, blank: number, s: number): number {
  return s % 2 === 0 ? blank : target[(s - 1) / 2]!;
}

/** A label may follow the one before the last only if the two differ. */
function maySkip(target: ElementArray, s: number): boolean {
  return s % 2 === 1 && s >= 3 && target[(s - 1) / 2] !== target[(s - 3) / 2];
}

/** Forward variables: logAlpha[t, s] is the log-probability of all ways to have read the first s positions by time t. */
export function ctcLoss(x: ElementArray, { batch, classes, n, length, blank }: CtcSequence, target: ElementArray): { loss: number; logAlpha: Float64Array } {
  const positions = 2 * target.length + 1;
  const logAlpha = new Float64Array(length * positions).fill(-Infinity);
  if (length === 0) return { loss: target.length === 0 ? 0 : Infinity, logAlpha };
  const at = (t: number, s: number): number => x[(t * batch + n) * classes + labelAt(target, blank, s)]!;
  logAlpha[0] = at(0, 0);
  if (positions > 1) logAlpha[1] = at(0, 1);
  for (let t = 1; t < length; t++) {
    const before = (t - 1) * positions;
    for (let s = 0; s < positions; s++) {
      const stay = logAlpha[before + s]!;
      const step = s > 0 ? logAlpha[before + s - 1]! : -Infinity;
      const skip = maySkip(target, s) ? logAlpha[before + s - 2]! : -Infinity;
      logAlpha[t * positions + s] = logSumExp(stay, step, skip) + at(t, s);
    }
  }
  const end = length * positions;
  return { loss: -logSumExp(logAlpha[end - 1]!, positions > 1 ? logAlpha[end - 2]! : -Infinity, -Infinity), logAlpha };
}

/** Adds the gradient with respect to the log-probabilities, as PyTorch states it: e^x - e^(alpha + beta - x + loss), for inputs that are normalized. */
export function ctcLossBackward(
  result: ElementArray,
  x: ElementArray,
  { batch, classes, n, length, blank }: CtcSequence,
  target: ElementArray,
  logAlpha: Float64Array,
  loss: number,
  gradient: number,
): void {
  const positions = 2 * target.length + 1;
  const at = (t: number, s: number): number => x[(t * batch + n) * classes + labelAt(target, blank, s)]!;
  let after = new Float64Array(positions).fill(-Infinity);
  const occupied = new Float64Array(classes);
  for (let t = length - 1; t >= 0; t--) {
    const logBeta = new Float64Array(positions).fill(-Infinity);
    for (let s = 0; s < positions; s++) {
      if (t === length - 1) logBeta[s] = s >= positions - 2 ? at(t, s) : -Infinity;
      else {
        const step = s + 1 < positions ? after[s + 1]! : -Infinity;
        const skip = s + 2 < positions && maySkip(target, s + 2) ? after[s + 2]! : -Infinity;
        logBeta[s] = logSumExp(after[s]!, step, skip) + at(t, s);
      }
    }
    occupied.fill(-Infinity);
    for (let s = 0; s < positions; s++) {
      const label = labelAt(target, blank, s);
      occupied[label] = logSumExp(occupied[label]!, logAlpha[t * positions + s]! + logBeta[s]!, -Infinity);
    }
    const row = (t * batch + n) * classes;
    for (let c = 0; c < classes; c++) result[row + c] = gradient * (Math.exp(x[row + c]!) - Math.exp(occupied[c]! + loss - x[row + c]!));
    after = logBeta;
  }
}
