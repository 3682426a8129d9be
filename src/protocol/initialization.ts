/** The schemes of nn.init that a reinitialization offers, as data that the page's form and the runner read. */

/** A function of nn.init with what the editor asks for it. */
export interface InitializationScheme {
  /** Name in nn.init. */
  readonly function: string;
  readonly arguments: readonly SchemeArgument[];
  /** Least number of dimensions that the tensor must have. */
  readonly minDimensions: number;
  /** Most number of dimensions; without it there is no limit. */
  readonly maxDimensions?: number;
  /** What it makes of the weights, as a formula, in which `fan` is that of its argument `mode`; absent where its arguments say all. */
  readonly formula?: string;
  /** Where it comes from, and what more is to be read about it. */
  readonly papers?: readonly Paper[];
}

export interface Paper {
  readonly authors: string;
  readonly year: number;
  readonly title: string;
  /** Of arXiv or of the proceedings. */
  readonly address: string;
}

const glorot: Paper = {
  authors: "Glorot, Bengio",
  year: 2010,
  title: "Understanding the difficulty of training deep feedforward neural networks",
  address: "https://proceedings.mlr.press/v9/glorot10a.html",
};
const he: Paper = {
  authors: "He, Zhang, Ren, Sun",
  year: 2015,
  title: "Delving deep into rectifiers: Surpassing human-level performance on ImageNet classification",
  address: "https://arxiv.org/abs/1502.01852",
};
const hanin: Paper = {
  authors: "Hanin, Rolnick",
  year: 2018,
  title: "How to start training: The effect of initialization and architecture",
  address: "https://arxiv.org/abs/1803.01719",
};
const saxe: Paper = {
  authors: "Saxe, McClelland, Ganguli",
  year: 2014,
  title: "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
  address: "https://arxiv.org/abs/1312.6120",
};
const martens: Paper = {
  authors: "Martens",
  year: 2010,
  title: "Deep learning via Hessian-free optimization",
  address: "https://icml.cc/Conferences/2010/papers/458.pdf",
};

/** An argument of a scheme, with the value that is offered first: PyTorch's default where it has one. */
export type SchemeArgument = {
  /** PyTorch has no default for it. */
  readonly isRequired?: true;
} & (
  | {
      readonly name: string;
      readonly kind: "number";
      readonly default: number;
      /** Least and greatest value that makes sense; none where absent. */
      readonly minimum?: number;
      readonly maximum?: number;
    }
  | { readonly name: string; readonly kind: "choice"; readonly default: string; readonly choices: readonly string[] }
);

const number = (
  name: string,
  value: number,
  range: { readonly minimum?: number; readonly maximum?: number; readonly isRequired?: true } = {},
): SchemeArgument => ({
  name,
  kind: "number",
  default: value,
  ...range,
});

const std = (value: number): SchemeArgument => number("std", value, { minimum: 0 });

const fanMode: SchemeArgument = { name: "mode", kind: "choice", default: "fan_in", choices: ["fan_in", "fan_out"] };
const nonlinearity: SchemeArgument = {
  name: "nonlinearity",
  kind: "choice",
  default: "leaky_relu",
  choices: ["leaky_relu", "relu", "tanh", "sigmoid", "selu", "linear"],
};

/** In the order they are offered. */
export const initializationSchemes: readonly InitializationScheme[] = [
  { function: "xavierUniform_", arguments: [number("gain", 1)], minDimensions: 2, formula: "U(−a, a), a = gain · √(6 / (fan_in + fan_out))", papers: [glorot] },
  { function: "xavierNormal_", arguments: [number("gain", 1)], minDimensions: 2, formula: "N(0, σ²), σ = gain · √(2 / (fan_in + fan_out))", papers: [glorot] },
  {
    function: "kaimingUniform_",
    arguments: [number("a", 0), fanMode, nonlinearity],
    minDimensions: 2,
    formula: "U(−b, b), b = gain · √(3 / fan)",
    papers: [he, hanin],
  },
  {
    function: "kaimingNormal_",
    arguments: [number("a", 0), fanMode, nonlinearity],
    minDimensions: 2,
    formula: "N(0, σ²), σ = gain / √fan",
    papers: [he, hanin],
  },
  { function: "normal_", arguments: [number("mean", 0), std(1)], minDimensions: 0 },
  { function: "uniform_", arguments: [number("a", 0), number("b", 1)], minDimensions: 0 },
  { function: "truncNormal_", arguments: [number("mean", 0), std(1), number("a", -2), number("b", 2)], minDimensions: 0 },
  { function: "constant_", arguments: [number("val", 0, { isRequired: true })], minDimensions: 0 },
  { function: "zeros_", arguments: [], minDimensions: 0 },
  { function: "ones_", arguments: [], minDimensions: 0 },
  { function: "orthogonal_", arguments: [number("gain", 1)], minDimensions: 2, formula: "gain · Q, QᵀQ = 1 or QQᵀ = 1, from N(0, 1) by QR", papers: [saxe] },
  {
    function: "sparse_",
    arguments: [number("sparsity", 0.1, { minimum: 0, maximum: 1, isRequired: true }), std(0.01)],
    minDimensions: 2,
    maxDimensions: 2,
    formula: "N(0, std²), in each column ⌈sparsity · rows⌉ of them 0",
    papers: [martens],
  },
  { function: "eye_", arguments: [], minDimensions: 2, maxDimensions: 2 },
  { function: "dirac_", arguments: [], minDimensions: 3, maxDimensions: 5 },
];

/** A scheme with the arguments chosen, or each layer's own `resetParameters`. */
export type InitializationChoice =
  | { readonly kind: "asConstructed" }
  | {
      readonly kind: "scheme";
      readonly function: string;
      readonly arguments: Readonly<Record<string, number | string>>;
      /** What becomes of the biases of the layers that it fills; default: zeros. */
      readonly biases?: "zeros" | "kept";
    };

/** What a reinitialization reaches. */
export type InitializationTarget =
  | { readonly kind: "model" }
  /** The module at `path` and all beneath it. */
  | { readonly kind: "module"; readonly path: string }
  /** All modules of one class. */
  | { readonly kind: "type"; readonly type: string }
  /** What a search finds, each module by itself: the paths that it found. */
  | { readonly kind: "search"; readonly query: string; readonly paths: readonly string[] };

/** What to fill, with what. */
export interface Reinitialization {
  readonly target: InitializationTarget;
  readonly choice: InitializationChoice;
  /** Seeds the generator first; null draws on from where it stands. */
  readonly seed: number | null;
}
