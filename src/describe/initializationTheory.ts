import {
  type AxisName,
  initializationSchemes,
  type Nonlinearity,
  type Paper,
  type RecordedInitialization,
  type TensorSnapshot,
  type TensorUse,
} from "../protocol/index.js";
import { stdOfDistribution } from "./density.js";

/** What theory says of how a parameter was initialized. */
export interface InitializationTheory {
  /** Of this call: with the fan that it was told to take, and the gain as it follows from its arguments. */
  readonly formula: string | null;
  readonly papers: readonly Paper[];
  /** The number that the formula calls so; null where it has none. */
  readonly gain: number | null;
  /** Of the tensor, as torch.nn.init counts; null for vectors. */
  readonly fans: { readonly in: number; readonly out: number } | null;
  /** What dimensions 0 and 1 count, where that is not what a unit gives and takes, so that the fans are none of a unit; null where they are, or it is not known. */
  readonly otherAxes: readonly [first: AxisName, second: AxisName] | null;
  /** Of single values; null where that is not known. */
  readonly expectedStd: number | null;
  /** Where a constructor filled a weight by He's function with less than He's variance for ReLU: the standard deviation that He's has. */
  readonly heStd: number | null;
}

/** Null where nothing is known of how it was initialized. `axes`: what the dimensions count. */
export function initializationTheory({ initialization, shape }: TensorSnapshot, { axes }: Pick<TensorUse, "axes"> = {}): InitializationTheory | null {
  if (initialization.kind !== "recorded" || shape === null) return null;
  const scheme = initializationSchemes.find(({ function: name }) => name === initialization.function);
  const { papers = [], formula = null } = scheme ?? {};
  const fans = fansOf(shape);
  const [first, second] = axes ?? [];
  const areUnits = first === "out" && (second === "in" || second === "in1");
  const otherAxes = fans && first && second && !areUnits ? ([first, second] as const) : null;
  const expectedStd = expectedStdOf(initialization, shape);
  const isKaiming = /^kaiming/.test(initialization.function);
  const he = fans && fans.in > 0 && otherAxes === null ? Math.sqrt(2 / fans.in) : null;
  const isLess = initialization.by === "constructor" && isKaiming && he !== null && expectedStd !== null && expectedStd < he * 0.99;
  return {
    formula: formula && [formula.replace(/\bfan\b/, fanOf(initialization)), ...gainFormula(initialization)].join(", "),
    papers,
    gain: formula?.includes("gain") ? gainGiven(initialization.arguments) : null,
    fans,
    otherAxes,
    expectedStd,
    heStd: isLess ? he : null,
  };
}

const fanOf = ({ arguments: { mode } }: RecordedInitialization): string => (typeof mode === "string" ? mode : "fan");

/** Where the gain is not an argument itself: how it follows from those. */
function gainFormula({ arguments: { nonlinearity } }: RecordedInitialization): readonly string[] {
  switch (nonlinearity) {
    case undefined:
      return [];
    case "leaky_relu":
      return ["gain = √(2 / (1 + a²))"];
    case "relu":
      return ["gain = √2"];
    case "tanh":
      return ["gain = 5 / 3"];
    case "selu":
      return ["gain = 3 / 4"];
    default:
      return ["gain = 1"];
  }
}

function expectedStdOf({ function: name, arguments: args, distribution }: RecordedInitialization, shape: readonly number[]): number | null {
  if (distribution) return stdOfDistribution(distribution);
  const count = shape.reduce((product, size) => product * size, 1);
  const rows = shape[0] ?? 0;
  if (count === 0 || shape.length < 2) return null;
  const given = (argument: string, byDefault: number): number => (typeof args[argument] === "number" ? args[argument] : byDefault);
  // Of zeros and ones.
  const spread = (ones: number): number => Math.sqrt((ones / count) * (1 - ones / count));
  switch (name) {
    case "orthogonal_":
      // The shorter ones of rows and columns have length `gain`.
      return Math.abs(given("gain", 1)) / Math.sqrt(Math.max(rows, count / rows));
    case "sparse_":
      return given("std", 0.01) * Math.sqrt(1 - Math.min(rows, Math.ceil(given("sparsity", 0) * rows)) / rows);
    case "eye_":
      return spread(Math.min(rows, count / rows));
    case "dirac_": {
      const groups = given("groups", 1);
      return spread(groups * Math.min(rows / groups, shape[1]!));
    }
    default:
      return null;
  }
}

/** As torch.nn.init counts them: the second dimension and the first, times what lies behind both. */
export function fansOf(shape: readonly number[]): { readonly in: number; readonly out: number } | null {
  if (shape.length < 2) return null;
  const field = shape.slice(2).reduce((product, size) => product * size, 1);
  return { in: shape[1]! * field, out: shape[0]! * field };
}

/** As nn.init.calculateGain has it; null where that knows none. */
export function gainOf({ gain, slope }: Pick<Nonlinearity, "gain" | "slope">): number | null {
  switch (gain) {
    case "linear":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leaky_relu":
      return Math.sqrt(2 / (1 + (slope ?? 0.01) ** 2));
    case "selu":
      return 3 / 4;
    default:
      return null;
  }
}

/** The gain that a call of nn.init was given, or that of the nonlinearity that it was given; null where it takes none. */
export function gainGiven({ gain, nonlinearity, a }: Readonly<Record<string, number | string | boolean>>): number | null {
  if (typeof gain === "number") return gain;
  // Which convolution, it does not ask.
  const known = typeof nonlinearity === "string" && nonlinearity.startsWith("conv") ? "linear" : nonlinearity;
  return gainOf({ gain: (known ?? null) as Nonlinearity["gain"], slope: typeof a === "number" ? a : null });
}
