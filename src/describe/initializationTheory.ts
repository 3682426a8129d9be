import { initializationSchemes, type Nonlinearity, type Paper, type TensorSnapshot } from "../protocol/index.js";
import { stdOfDistribution } from "./density.js";

/** What theory says of how a parameter was initialized. */
export interface InitializationTheory {
  readonly formula: string | null;
  readonly paper: Paper | null;
  /** Of the tensor: what a unit takes, and what takes it; null for vectors. */
  readonly fans: { readonly in: number; readonly out: number } | null;
  /** Of single values; null where the scheme has no simple density. */
  readonly expectedStd: number | null;
  /** Where a constructor filled a weight with less than He's variance for ReLU: the standard deviation that He's has. */
  readonly heStd: number | null;
}

/** Null where nothing is known of how it was initialized. */
export function initializationTheory({ initialization, shape }: TensorSnapshot): InitializationTheory | null {
  if (initialization.kind !== "recorded" || shape === null) return null;
  const scheme = initializationSchemes.find(({ function: name }) => name === initialization.function);
  const fans = fansOf(shape);
  const expectedStd = initialization.distribution && stdOfDistribution(initialization.distribution);
  const he = fans && fans.in > 0 ? Math.sqrt(2 / fans.in) : null;
  const isLess = initialization.by === "constructor" && scheme?.paper !== undefined && he !== null && expectedStd !== null && expectedStd < he * 0.99;
  return { formula: scheme?.formula ?? null, paper: scheme?.paper ?? null, fans, expectedStd, heStd: isLess ? he : null };
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
  return gainOf({ gain: (nonlinearity ?? null) as Nonlinearity["gain"], slope: typeof a === "number" ? a : null });
}
