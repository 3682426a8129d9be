import * as l10n from "@vscode/l10n";
import type { ComparedTensor, TensorId } from "../protocol/index.js";
import type { Engine, Module, Tensor } from "./engine.js";
import { defaultBins, sample, sampleLimit, tensorStatistics } from "./statistics.js";

/** Elements of each side that distribution functions are compared of. */
const sortedElements = 1 << 16;

/** Gives a model the values of a file, as far as they fit; what does not, in PyTorch's words. */
export function loadState(engine: Engine, root: Module, path: string): readonly string[] {
  const state = stateDictIn(engine, engine.load<unknown>(path));
  const own = root.stateDict();
  const problems: string[] = [];
  const fitting = new Map<string, Tensor>();
  for (const [name, tensor] of state) {
    const target = own.get(name);
    if (!target || String(target.shape) === String(tensor.shape)) fitting.set(name, tensor);
    else problems.push(`size mismatch for ${name}: copying a param with shape ${tensor.shape} from checkpoint, the shape in current model is ${target.shape}.`);
  }
  const { missingKeys, unexpectedKeys } = engine.noGrad(() => root.loadStateDict(fitting, { strict: false }));
  const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");
  const missing = missingKeys.filter((name) => !state.has(name));
  if (unexpectedKeys.length > 0) problems.unshift(`Unexpected key(s) in state_dict: ${list(unexpectedKeys)}.`);
  if (missing.length > 0) problems.unshift(`Missing key(s) in state_dict: ${list(missing)}.`);
  return problems;
}

/** The state dict that a file holds, be it as one of several things, as of a checkpoint. */
function stateDictIn(engine: Engine, loaded: unknown): ReadonlyMap<string, Tensor> {
  const asState = (value: unknown): ReadonlyMap<string, Tensor> | null => {
    const entries = value instanceof Map ? [...(value as Map<unknown, unknown>)] : typeof value === "object" && value !== null ? Object.entries(value) : [];
    return entries.length > 0 && entries.every(([, item]) => item instanceof engine.Tensor) ? new Map(entries as [string, Tensor][]) : null;
  };
  const inside = loaded instanceof Map ? [...loaded.values()] : typeof loaded === "object" && loaded !== null ? Object.values(loaded) : [];
  const found = asState(loaded) ?? inside.map(asState).find((state) => state !== null);
  if (!found) throw new TypeError(l10n.t("Expected a file that holds tensors by their names; this one holds none."));
  return found;
}

/** Two values of one tensor. */
export function comparedTensor(engine: Engine, tensor: TensorId, a: Tensor, b: Tensor): ComparedTensor {
  const [own, other] = [tensorStatistics(engine, a), tensorStatistics(engine, b)];
  const ends = [own, other].flatMap(({ finite }) => (finite ? [finite] : []));
  const range = [Math.min(...ends.map(({ min }) => min)), Math.max(...ends.map(({ max }) => max))] as const;
  const binned = (of: Tensor) => tensorStatistics(engine, of, defaultBins, sampleLimit, ends.length > 0 ? range : undefined);
  const [x, y] = [sample(a, Infinity), sample(b, Infinity)];
  let [aa, bb, ab, apart] = [0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [p, q] = [x[i]!, y[i]!];
    aa += p * p;
    bb += q * q;
    ab += p * q;
    apart += (p - q) ** 2;
  }
  const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    tensor,
    first: binned(a),
    second: binned(b),
    relative: apart === 0 ? 0 : finiteOrNull(Math.sqrt(apart / aa)),
    cosine: finiteOrNull(Math.max(-1, Math.min(1, ab / Math.sqrt(aa) / Math.sqrt(bb)))),
    kolmogorovSmirnov: kolmogorovSmirnov(sample(a, sortedElements), sample(b, sortedElements)),
  };
}

/** The largest distance between two empirical distribution functions; what is no number is left out. */
export function kolmogorovSmirnov(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [a, b] = [first, second].map((values) =>
    Float64Array.from(values)
      .filter((value) => !Number.isNaN(value))
      .sort(),
  ) as [Float64Array, Float64Array];
  if (a.length === 0 || b.length === 0) return a.length === b.length ? 0 : 1;
  let [i, j, most] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i]! <= value) i++;
    while (j < b.length && b[j]! <= value) j++;
    most = Math.max(most, Math.abs(i / a.length - j / b.length));
  }
  return most;
}
