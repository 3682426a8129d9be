import type { Tensor } from "../tensor.js";

/** The loss at a point, and its gradient there. */
export interface Evaluation {
  readonly loss: number;
  readonly gradient: Tensor;
}

export interface LineSearchResult extends Evaluation {
  /** How far along the direction. */
  readonly step: number;
  /** How often the loss was computed. */
  readonly evaluations: number;
}

/** A point along the direction, with the slope of the loss in that direction. */
interface Trial extends Evaluation {
  readonly step: number;
  readonly slope: number;
}

export interface LineSearch {
  /** Loss and gradient at a step along the direction. */
  readonly evaluate: (step: number) => Evaluation;
  readonly direction: Tensor;
  /** The step to try first. */
  readonly firstStep: number;
  readonly start: Evaluation;
  readonly maxEvaluations: number;
}

/** Sufficient decrease, and curvature. */
const [c1, c2] = [1e-4, 0.9];
const toleranceChange = 1e-9;

/**
 * A step that satisfies the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization, 2006, algorithms 3.5 and 3.6; `_strong_wolfe` in
 * torch/optim/lbfgs.py, whose steps it takes).
 */
export function strongWolfe(search: LineSearch): LineSearchResult {
  const { direction, start, maxEvaluations } = search;
  const at = (step: number): Trial => {
    const evaluation = search.evaluate(step);
    return { ...evaluation, step, slope: evaluation.gradient.dot(direction).item() };
  };
  const origin: Trial = { ...start, step: 0, slope: start.gradient.dot(direction).item() };
  const isTooHigh = ({ loss, step }: Trial) => loss > start.loss + c1 * step * origin.slope;
  const isFlat = ({ slope }: Trial) => Math.abs(slope) <= -c2 * origin.slope;

  let trial = at(search.firstStep);
  let evaluations = 1;
  let previous = origin;
  let iterations = 0;
  let bracket: [Trial, Trial] | null = null;
  for (; iterations < maxEvaluations; iterations++) {
    if (isTooHigh(trial) || (iterations > 1 && trial.loss >= previous.loss)) {
      bracket = [previous, trial];
      break;
    }
    if (isFlat(trial)) return { ...trial, evaluations };
    if (trial.slope >= 0) {
      bracket = [previous, trial];
      break;
    }
    const [least, most] = [trial.step + 0.01 * (trial.step - previous.step), trial.step * 10];
    const next = cubicMinimum(previous, trial, least, most);
    previous = trial;
    trial = at(next);
    evaluations++;
  }
  bracket ??= [origin, trial];

  const reach = direction.abs().max().item();
  let isStuck = false;
  let [low, high] = ordered(bracket);
  while (iterations < maxEvaluations && Math.abs(high.step - low.step) * reach >= toleranceChange) {
    const [left, right] = [Math.min(low.step, high.step), Math.max(low.step, high.step)];
    let step = cubicMinimum(bracket[0], bracket[1], left, right);
    const margin = 0.1 * (right - left);
    if (Math.min(right - step, step - left) < margin) {
      const isAtEnd: boolean = isStuck || step >= right || step <= left;
      if (isAtEnd) step = Math.abs(step - right) < Math.abs(step - left) ? right - margin : left + margin;
      isStuck = !isAtEnd;
    } else isStuck = false;

    trial = at(step);
    evaluations++;
    iterations++;
    const lowIsFirst: boolean = low === bracket[0];
    if (isTooHigh(trial) || trial.loss >= low.loss) {
      bracket = lowIsFirst ? [low, trial] : [trial, low];
      [low, high] = ordered(bracket);
      continue;
    }
    if (isFlat(trial)) return { ...trial, evaluations };
    if (trial.slope * (high.step - low.step) >= 0) high = low;
    low = trial;
    bracket = lowIsFirst ? [low, high] : [high, low];
  }
  return { ...low, evaluations };
}

function ordered([first, second]: readonly [Trial, Trial]): [low: Trial, high: Trial] {
  return first.loss <= second.loss ? [first, second] : [second, first];
}

/** Where the cubic through two points with their slopes is lowest, within bounds. */
function cubicMinimum(a: Trial, b: Trial, least: number, most: number): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.step - b.step);
  const square = d1 ** 2 - a.slope * b.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const d2 = Math.sqrt(square);
  const [near, far] = a.step <= b.step ? [a, b] : [b, a];
  const position = far.step - (far.step - near.step) * ((far.slope + d2 - d1) / (far.slope - near.slope + 2 * d2));
  return Math.min(Math.max(position, least), most);
}
