import { noGrad } from "../autograd/gradMode.js";
import { overwrite } from "../dispatch/index.js";
import { NotImplementedError, RuntimeError, TypeError, ValueError, lacksShapeIn } from "../errors.js";
import { copy, fill } from "../kernels/elementwise.js";
import { fillInMemoryOrder } from "../kernels/fill.js";
import { observer, withoutObserver } from "../observer.js";
import { takingOnly, collect, unknownOption } from "../arguments.js";
import * as random from "../ops/randomFills.js";
import { fillNormal, fillPermutation, fillTruncatedNormal, type FloatArray } from "../random/distributions.js";
import { defaultGenerator, type Generator } from "../random/generator.js";
import { repr } from "../print/python.js";
import { Tensor } from "../tensor.js";
import { warn } from "../warnings.js";
import { orthonormalColumns } from "./orthogonal.js";
import { isUninitialized } from "./parameter.js";
import { writing, type Distribution } from "../operation.js";

/**
 * Initializers of parameters (torch.nn.init). All fill the tensor in place, outside of differentiation, and return it. Arguments after the
 * tensor are given in PyTorch's order or by name in one object: `normal_(w, 0, 0.01)`, `normal_(w, { std: 0.01 })`.
 */

interface GeneratorArgument {
  /** Default: the default generator. */
  readonly generator: Generator;
}

/** Arguments in order, or by name. */
type Arguments<Positional extends readonly unknown[], Named> =
  | Partial<Positional>
  | readonly [options: Partial<Named & GeneratorArgument>]
  | readonly [...Partial<Positional>, options: Partial<Named & GeneratorArgument>];

type Argument = number | string;

/** The arguments by name, `defaults` in PyTorch's order where they are not given. */
function resolve<Named extends Readonly<Record<string, Argument>>>(
  functionName: string,
  tensor: Tensor,
  defaults: Named,
  given: readonly unknown[],
): { args: Named; generator: Generator } {
  requireShape(functionName, tensor);
  const names = Object.keys(defaults);
  const args: Record<string, Argument> = { ...defaults };
  let generator = defaultGenerator;
  given.forEach((value, i) => {
    if (typeof value !== "object" || value === null) {
      if (i >= names.length) throw new TypeError(`${functionName}() takes at most ${names.length + 1} arguments, but ${given.length + 1} were given`);
      if (value !== undefined) args[names[i]!] = value as Argument;
      return;
    }
    for (const [name, option] of Object.entries(value as Record<string, unknown>)) {
      if (name === "generator") generator = (option as Generator | undefined) ?? defaultGenerator;
      else if (!names.includes(name)) throw unknownOption(functionName, name, [...names, "generator"]);
      else if (option !== undefined) args[name] = option as Argument;
    }
  });
  for (const name of names) {
    if (typeof args[name] === "boolean" && typeof defaults[name] === "number") args[name] = Number(args[name]);
    if (typeof args[name] !== typeof defaults[name]) {
      throw new TypeError(`${functionName}(): argument '${name}' must be a ${typeof defaults[name]}, but got ${String(args[name])}`);
    }
  }
  return { args: args as Named, generator };
}

function requireShape(functionName: string, tensor: Tensor): void {
  if (isUninitialized(tensor)) throw lacksShapeIn(functionName);
}

/** Runs the fill and tells the observer of it as a whole. `follows`: what the elements follow, null where that has no simple density. */
function initialize<T extends Tensor>(
  tensor: T,
  functionName: string,
  args: Readonly<Record<string, Argument>>,
  follows: Distribution | null,
  fill: () => void,
): T {
  withoutObserver(() => noGrad(fill));
  observer()?.initialized?.(tensor, writing({ name: functionName, arguments: ["tensor", ...Object.keys(args)] }), args, follows);
  return tensor;
}

const uniformWithin = (bound: number): Distribution => ({ kind: "uniform", low: -bound, high: bound });
const normalOf = (std: number): Distribution => ({ kind: "normal", mean: 0, std });
const constantOf = (value: number): Distribution => ({ kind: "constant", value });

function requireFloatingPoint({ dtype }: Tensor): void {
  if (!dtype.isFloatingPoint) throw new NotImplementedError(`"normal_kernel_cpu" not implemented for '${dtype.scalarType}'`);
}

/** Writes the elements of a floating-point tensor in the order of memory. */
function write(tensor: Tensor, functionName: string, fill: (target: FloatArray, offset: number, length: number) => void): void {
  requireFloatingPoint(tensor);
  overwrite(writing({ name: functionName, arguments: ["tensor"] }), tensor, [tensor], () =>
    fillInMemoryOrder(tensor, (target, offset, length) => fill(target as FloatArray, offset, length)),
  );
}

function writeConstant(tensor: Tensor, functionName: string, value: number): void {
  overwrite(writing({ name: functionName, arguments: ["tensor"] }), tensor, [tensor, value], () => fill(tensor, value), true);
}

/** Writes each element as a function of its indices. */
function writeByIndex(tensor: Tensor, functionName: string, value: (index: readonly number[]) => number): void {
  overwrite(writing({ name: functionName, arguments: ["tensor"] }), tensor, [tensor], () => {
    const { data } = tensor.storage;
    const index: number[] = [];
    const visit = (dim: number, offset: number): void => {
      if (dim === tensor.sizes.length) {
        data[offset] = value(index);
        return;
      }
      for (let i = 0; i < tensor.sizes[dim]!; i++) {
        index[dim] = i;
        visit(dim + 1, offset + i * tensor.strides[dim]!);
      }
    };
    visit(0, tensor.offset);
  });
}

/** Nonlinearities that `calculateGain` knows, by their names in PyTorch. */
export type Nonlinearity =
  | "linear"
  | "conv1d"
  | "conv2d"
  | "conv3d"
  | "conv_transpose1d"
  | "conv_transpose2d"
  | "conv_transpose3d"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leaky_relu"
  | "selu";

/** Which of a weight's two fans sets its scale: that keeps the magnitude of activations ("fan_in") or of gradients ("fan_out"). */
export type FanMode = "fan_in" | "fan_out";

/**
 * The recommended gain for a nonlinearity: 1 for linear ones, convolutions and sigmoid, 5/3 for tanh, sqrt(2) for relu,
 * sqrt(2 / (1 + slope^2)) for leaky_relu with slope `param` (default 0.01), 3/4 for selu. (torch.nn.init.calculate_gain)
 */
export function calculateGain(nonlinearity: Nonlinearity, ...args: readonly [param?: number] | readonly [options: { readonly param?: number }]): number {
  const { param: parameter } = collect<{ readonly param?: number }>("calculateGain", ["param"], args);
  switch (nonlinearity) {
    case "linear":
    case "conv1d":
    case "conv2d":
    case "conv3d":
    case "conv_transpose1d":
    case "conv_transpose2d":
    case "conv_transpose3d":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.sqrt(2);
    case "leaky_relu":
      if (parameter !== undefined && typeof parameter !== "number")
        throw new ValueError(`negative_slope ${typeof parameter === "boolean" ? repr(parameter) : String(parameter)} not a valid number`);
      return Math.sqrt(2 / (1 + (parameter ?? 0.01) ** 2));
    case "selu":
      return 3 / 4;
    default:
      throw new ValueError(`Unsupported nonlinearity ${String(nonlinearity)}`);
  }
}

function calculateFans(tensor: Tensor): Readonly<Record<FanMode, number>> {
  const [outputs, inputs, ...kernel] = tensor.sizes;
  if (outputs === undefined || inputs === undefined) {
    throw new ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
  }
  const receptiveField = kernel.reduce((product, size) => product * size, 1);
  return { fan_in: inputs * receptiveField, fan_out: outputs * receptiveField };
}

function calculateFan(tensor: Tensor, mode: string): number {
  const name = mode.toLowerCase();
  if (name !== "fan_in" && name !== "fan_out") throw new ValueError(`Mode ${name} not supported, please use one of ['fan_in', 'fan_out']`);
  return calculateFans(tensor)[name];
}

/** Uniform over [a, b), by default [0, 1). (torch.nn.init.uniform_) */
export function uniform_<T extends Tensor>(tensor: T, ...given: Arguments<[a: number, b: number], { a: number; b: number }>): T {
  const { args, generator } = resolve("uniform_", tensor, { a: 0, b: 1 }, given);
  return initialize(tensor, "uniform_", args, { kind: "uniform", low: args.a, high: args.b }, () => random.uniform_(tensor, args.a, args.b, { generator }));
}

/** Normal, by default of mean 0 and standard deviation 1. (torch.nn.init.normal_) */
export function normal_<T extends Tensor>(tensor: T, ...given: Arguments<[mean: number, std: number], { mean: number; std: number }>): T {
  const { args, generator } = resolve("normal_", tensor, { mean: 0, std: 1 }, given);
  return initialize(tensor, "normal_", args, { kind: "normal", mean: args.mean, std: args.std }, () =>
    random.normal_(tensor, args.mean, args.std, { generator }),
  );
}

/** Normal of the given mean and standard deviation, drawn again where it falls outside of [a, b], by default [-2, 2]. (torch.nn.init.trunc_normal_) */
export function truncNormal_<T extends Tensor>(
  tensor: T,
  ...given: Arguments<[mean: number, std: number, a: number, b: number], { mean: number; std: number; a: number; b: number }>
): T {
  const { args, generator } = resolve("truncNormal_", tensor, { mean: 0, std: 1, a: -2, b: 2 }, given);
  const { mean, std, a, b } = args;
  if (!(std > 0)) throw new RuntimeError(`trunc_normal_ expects std > 0.0, but found std=${std}`);
  if (mean < a - 2 * std || mean > b + 2 * std) {
    warn("mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.");
  }
  return initialize(tensor, "truncNormal_", args, { kind: "truncatedNormal", mean, std, low: a, high: b }, () =>
    write(tensor, "truncNormal_", (target, offset, length) => fillTruncatedNormal(target, offset, length, mean, std, a, b, generator)),
  );
}

/** `val` everywhere. (torch.nn.init.constant_) */
export function constant_<T extends Tensor>(tensor: T, ...given: Arguments<[val: number], { val: number }>): T {
  if (given.length === 0) throw new TypeError("constant_() missing 1 required positional argument: 'val'");
  const { args } = resolve("constant_", tensor, { val: 0 }, given);
  return initialize(tensor, "constant_", args, constantOf(args.val), () => writeConstant(tensor, "constant_", args.val));
}

/** Ones everywhere. (torch.nn.init.ones_) */
export const ones_: <T extends Tensor>(tensor: T) => T = takingOnly("ones_", ["tensor"], <T extends Tensor>(tensor: T): T => {
  requireShape("ones_", tensor);
  return initialize(tensor, "ones_", {}, constantOf(1), () => writeConstant(tensor, "ones_", 1));
});

/** Zeros everywhere. (torch.nn.init.zeros_) */
export const zeros_: <T extends Tensor>(tensor: T) => T = takingOnly("zeros_", ["tensor"], <T extends Tensor>(tensor: T): T => {
  requireShape("zeros_", tensor);
  return initialize(tensor, "zeros_", {}, constantOf(0), () => writeConstant(tensor, "zeros_", 0));
});

/** The identity matrix, cut or padded with zeros to the shape of two dimensions. (torch.nn.init.eye_) */
export const eye_: <T extends Tensor>(tensor: T) => T = takingOnly("eye_", ["tensor"], <T extends Tensor>(tensor: T): T => {
  requireShape("eye_", tensor);
  if (tensor.sizes.length !== 2) throw new ValueError("Only tensors with 2 dimensions are supported");
  return initialize(tensor, "eye_", {}, null, () => writeByIndex(tensor, "eye_", ([row, column]) => (row === column ? 1 : 0)));
});

/**
 * Kernels that pass as many input channels through a convolution as it can, in each of `groups` groups (default 1); the weight has
 * 3, 4 or 5 dimensions. (torch.nn.init.dirac_)
 */
export function dirac_<T extends Tensor>(tensor: T, ...given: Arguments<[groups: number], { groups: number }>): T {
  const { args } = resolve("dirac_", tensor, { groups: 1 }, given);
  const { sizes } = tensor;
  if (sizes.length < 3 || sizes.length > 5) throw new ValueError("Only tensors with 3, 4, or 5 dimensions are supported");
  if (sizes[0]! % args.groups !== 0) throw new ValueError("dim 0 must be divisible by groups");
  const outputsPerGroup = sizes[0]! / args.groups;
  const isCentre = (index: readonly number[]) => index.every((i, dim) => dim < 2 || i === Math.floor(sizes[dim]! / 2));
  return initialize(tensor, "dirac_", args, null, () =>
    writeByIndex(tensor, "dirac_", (index) => (index[0]! % outputsPerGroup === index[1] && isCentre(index) ? 1 : 0)),
  );
}

/** Uniform over [-a, a) with a = gain * sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio, 2010). gain is 1 by default. (torch.nn.init.xavier_uniform_) */
export function xavierUniform_<T extends Tensor>(tensor: T, ...given: Arguments<[gain: number], { gain: number }>): T {
  const { args, generator } = resolve("xavierUniform_", tensor, { gain: 1 }, given);
  const bound = Math.sqrt(3) * xavierStd(tensor, args.gain);
  return initialize(tensor, "xavierUniform_", args, uniformWithin(bound), () => random.uniform_(tensor, -bound, bound, { generator }));
}

/** Normal of standard deviation gain * sqrt(2 / (fan_in + fan_out)) (Glorot and Bengio, 2010). gain is 1 by default. (torch.nn.init.xavier_normal_) */
export function xavierNormal_<T extends Tensor>(tensor: T, ...given: Arguments<[gain: number], { gain: number }>): T {
  const { args, generator } = resolve("xavierNormal_", tensor, { gain: 1 }, given);
  const std = xavierStd(tensor, args.gain);
  return initialize(tensor, "xavierNormal_", args, normalOf(std), () => random.normal_(tensor, 0, std, { generator }));
}

function xavierStd(tensor: Tensor, gain: number): number {
  const fans = calculateFans(tensor);
  return gain * Math.sqrt(2 / (fans.fan_in + fans.fan_out));
}

type KaimingArguments = Arguments<[a: number, mode: FanMode, nonlinearity: Nonlinearity], { a: number; mode: FanMode; nonlinearity: Nonlinearity }>;

const kaimingDefaults: Readonly<Record<"a", number> & Record<"mode" | "nonlinearity", string>> = { a: 0, mode: "fan_in", nonlinearity: "leaky_relu" };

/**
 * Uniform over [-bound, bound) with bound = gain * sqrt(3 / fan) (He et al., 2015). `a` is the slope of leaky_relu, `mode` the fan that keeps its
 * variance; by default 0, "fan_in", "leaky_relu". (torch.nn.init.kaiming_uniform_)
 */
export function kaimingUniform_<T extends Tensor>(tensor: T, ...given: KaimingArguments): T {
  const { args, generator } = resolve("kaimingUniform_", tensor, kaimingDefaults, given);
  if (isEmpty(tensor)) return tensor;
  const bound = Math.sqrt(3) * kaimingStd(tensor, args);
  return initialize(tensor, "kaimingUniform_", args, uniformWithin(bound), () => random.uniform_(tensor, -bound, bound, { generator }));
}

/**
 * Normal of standard deviation gain / sqrt(fan) (He et al., 2015). `a` is the slope of leaky_relu, `mode` the fan that keeps its variance;
 * by default 0, "fan_in", "leaky_relu". (torch.nn.init.kaiming_normal_)
 */
export function kaimingNormal_<T extends Tensor>(tensor: T, ...given: KaimingArguments): T {
  const { args, generator } = resolve("kaimingNormal_", tensor, kaimingDefaults, given);
  if (isEmpty(tensor)) return tensor;
  const std = kaimingStd(tensor, args);
  return initialize(tensor, "kaimingNormal_", args, normalOf(std), () => random.normal_(tensor, 0, std, { generator }));
}

function isEmpty(tensor: Tensor): boolean {
  if (!tensor.sizes.includes(0)) return false;
  warn("Initializing zero-element tensors is a no-op");
  return true;
}

function kaimingStd(tensor: Tensor, { a, mode, nonlinearity }: typeof kaimingDefaults): number {
  const fan = calculateFan(tensor, mode);
  return calculateGain(nonlinearity as Nonlinearity, a) / Math.sqrt(fan);
}

/**
 * A (semi-)orthogonal matrix times `gain` (default 1), all dimensions after the first taken as columns (Saxe et al., 2013).
 * (torch.nn.init.orthogonal_)
 */
export function orthogonal_<T extends Tensor>(tensor: T, ...given: Arguments<[gain: number], { gain: number }>): T {
  const { args, generator } = resolve("orthogonal_", tensor, { gain: 1 }, given);
  if (tensor.sizes.length < 2) throw new ValueError("Only tensors with 2 or more dimensions are supported");
  if (tensor.sizes.includes(0)) return tensor;
  const rows = tensor.sizes[0]!;
  const columns = tensor.numel() / rows;
  return initialize(tensor, "orthogonal_", args, null, () => {
    requireFloatingPoint(tensor);
    // Drawn and made orthogonal row by row, however the tensor itself lies.
    const matrix = Tensor.allocate([rows, columns], tensor.dtype, tensor.device);
    const asMatrix = tensor.isMeta ? matrix : tensor.view(rows, columns);
    overwrite(writing({ name: "orthogonal_", arguments: ["tensor"] }), tensor, [tensor], () => {
      if (tensor.isMeta) return;
      const values = matrix.storage.data as FloatArray;
      fillNormal(values, 0, values.length, 0, 1, generator);
      values.set(orthonormalColumns(values, rows, columns));
      for (let i = 0; i < values.length; i++) values[i]! *= args.gain;
      copy(asMatrix, matrix);
    });
  });
}

/**
 * Normal of standard deviation `std` (default 0.01) with the fraction `sparsity` of each column set to zero, rounded up, for matrices
 * (Martens, 2010). (torch.nn.init.sparse_)
 */
export function sparse_<T extends Tensor>(tensor: T, ...given: Arguments<[sparsity: number, std: number], { sparsity: number; std: number }>): T {
  if (given.length === 0) throw new TypeError("sparse_() missing 1 required positional argument: 'sparsity'");
  const { args, generator } = resolve("sparse_", tensor, { sparsity: 0, std: 0.01 }, given);
  if (tensor.sizes.length !== 2) throw new ValueError("Only tensors with 2 dimensions are supported");
  const [rows, columns] = tensor.sizes as [number, number];
  const zeros = Math.min(rows, Math.ceil(args.sparsity * rows));
  return initialize(tensor, "sparse_", args, null, () => {
    random.normal_(tensor, 0, args.std, { generator });
    if (tensor.device === "meta") return;
    const order = new Float64Array(rows);
    for (let column = 0; column < columns; column++) {
      // PyTorch draws the permutations from the default generator whatever generator is given.
      fillPermutation(order, 0, rows, defaultGenerator);
      for (let i = 0; i < zeros; i++) {
        tensor.storage.data[tensor.offset + order[i]! * tensor.strides[0]! + column * tensor.strides[1]!] = 0;
      }
    }
  });
}
