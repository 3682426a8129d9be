import { linearInEach, linearInAll, defineInPlace, defineOperation, type OperationRow } from "../dispatch/index.js";
import { bool, int64, uint8 } from "../dtype.js";
import { RuntimeError, TypeError } from "../errors.js";
import { choose } from "../kernels/choose.js";
import { cloneValues, copy, denseValues } from "../kernels/elementwise.js";
import * as kernels from "../kernels/indexing.js";
import { offsetsOf } from "../kernels/strided.js";
import { contiguousStrides } from "../size.js";
import { Tensor } from "../tensor.js";
import { checkedOptions, collect, inOrder, requiredFirst, type AllArguments, type WithRequired } from "../arguments.js";
import { asElement, requireElement } from "./rules/elementwiseRows.js";
import { requireValues, scalarTensor } from "./rules/indexPlaces.js";
import { broadcastSizes, cppName, resultType, type Scalar } from "./rules/promotion.js";
import { select, unsqueeze } from "./shape.js";
import { logicalNot } from "./unary.js";
import { expandedTo } from "./rules/windows.js";
import { computes, notCounted } from "../operation.js";

/** Elements picked and written where a mask is true, and where they are not zero. */

function requireBool(mask: Tensor, message: string): void {
  if (mask.dtype !== bool) throw new RuntimeError(message);
}

/** The gradient where the mask is as `isTrue` says, else zero. */
function chosen(gradient: Tensor, mask: Tensor, isTrue: boolean): Tensor {
  const result = gradient.allocateLike();
  const zero = scalarTensor(0, gradient.dtype, "cpu");
  if (isTrue) choose(result, mask, gradient, zero);
  else choose(result, mask, zero, gradient);
  return result;
}

type MaskedFillArgs = [x: Tensor, mask: Tensor, value: Tensor | Scalar];

const maskedFillRow: OperationRow<MaskedFillArgs> = {
  name: "maskedFill",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "mask", "value"],
  gradientName: (_x, _mask, value) => (value instanceof Tensor ? "MaskedFillBackward1" : "MaskedFillBackward0"),
  infer(x, mask, value) {
    requireBool(mask, `masked_fill_ only supports boolean masks, but got mask with dtype ${cppName(mask.dtype)}`);
    if (value instanceof Tensor && value.sizes.length > 0) {
      throw new RuntimeError(`masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.sizes.length} dimension(s).`);
    }
    requireElement(value, x.dtype);
    return { sizes: broadcastSizes(mask.sizes, x.sizes), dtype: x.dtype };
  },
  forward(output, x, mask, value) {
    choose(output, mask, value instanceof Tensor ? value : scalarTensor(asElement(value, x.dtype), x.dtype, "cpu"), x);
  },
  reads: [1],
  backward(gradient, context) {
    const [, mask, value] = context.args;
    const part = (masked: boolean): Tensor => chosen(gradient, mask, masked);
    return [part(false), null, value instanceof Tensor && context.needs(2) ? part(true) : null];
  },
  recordedBackward: linearInAll(0, 2),
};

const maskedFillOperation = defineOperation<MaskedFillArgs>(maskedFillRow);
const maskedFillInPlace = defineInPlace<MaskedFillArgs>(maskedFillRow);

type MaskedFillArguments = AllArguments<[mask: Tensor, value: Tensor | Scalar], { readonly mask: Tensor; readonly value: Tensor | Scalar }>;

/** x with `value` where the mask is true; both broadcast. The value may be a tensor without dimensions. (torch.masked_fill) */
export function maskedFill(x: Tensor, ...args: MaskedFillArguments): Tensor {
  return maskedFillOperation(x, ...inOrder<[mask: Tensor, value: Tensor | Scalar]>("masked_fill", ["mask", "value"], args));
}

/** maskedFill in place. */
export function maskedFill_(x: Tensor, ...args: MaskedFillArguments): Tensor {
  return maskedFillInPlace(x, ...inOrder<[mask: Tensor, value: Tensor | Scalar]>("masked_fill_", ["mask", "value"], args));
}

const maskedSelectOperation = defineOperation<[x: Tensor, mask: Tensor], Int32Array>({
  name: "maskedSelect",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "mask"],
  infer(x, mask) {
    requireBool(mask, "masked_select: expected BoolTensor for mask");
    requireValues(mask, "maskedSelect");
    const sizes = broadcastSizes(x.sizes, mask.sizes);
    return { sizes: [kernels.countNonzero(expandedTo(mask, sizes))], dtype: x.dtype };
  },
  forward(output, x, mask) {
    const sizes = broadcastSizes(x.sizes, mask.sizes);
    const positions = kernels.nonzeroPositions(expandedTo(mask, sizes));
    const values = denseValues(expandedTo(x, sizes));
    const out = output.storage.data;
    for (let i = 0; i < positions.length; i++) out[i] = values[positions[i]!]!;
    return positions;
  },
  reads: [0, 1],
  backward(gradient, { args: [x, mask], saved }) {
    const result = Tensor.allocate(broadcastSizes(x.sizes, mask.sizes), gradient.dtype, gradient.device);
    const given = denseValues(gradient);
    for (let i = 0; i < saved.length; i++) result.storage.data[saved[i]!] = given[i]!;
    return [result];
  },
  recordedBackward: linearInEach(0),
});

/** The elements where the mask is true, in one dimension; both broadcast. (torch.masked_select) */
export function maskedSelect(x: Tensor, ...args: AllArguments<[mask: Tensor], { readonly mask: Tensor }>): Tensor {
  return maskedSelectOperation(x, ...inOrder("masked_select", ["mask"], args));
}

const nonzeroOperation = defineOperation<[x: Tensor]>({
  name: "nonzero",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input"],
  infer(x) {
    requireValues(x, "nonzero");
    return { sizes: [kernels.countNonzero(x), x.sizes.length], dtype: int64 };
  },
  forward(output, x) {
    const positions = kernels.nonzeroPositions(x);
    const strides = contiguousStrides(x.sizes);
    strides.forEach((stride, dim) => kernels.writeCoordinates(output.storage.data, dim, strides.length, positions, x.sizes[dim]!, stride));
  },
  backward: null,
});

/** The positions of elements that are not zero, a row each; with `asTuple`, one vector a dimension, as `at` takes them. (torch.nonzero) */
export function nonzero(x: Tensor): Tensor;
export function nonzero(x: Tensor, options: { readonly asTuple: true }): Tensor[];
export function nonzero(x: Tensor, options: { readonly asTuple?: boolean } = {}): Tensor | Tensor[] {
  if (!checkedOptions("nonzero", options, "asTuple").asTuple) return nonzeroOperation(x);
  const positions = nonzeroOperation(x.sizes.length === 0 ? unsqueeze(x, 0) : x);
  return Array.from({ length: positions.sizes[1]! }, (_, dim) => select(positions, 1, dim));
}

/** The positions of elements that are not zero, a row each. (torch.argwhere) */
export const argwhere: (x: Tensor) => Tensor = nonzeroOperation;

type WhereArgs = [condition: Tensor, x: Tensor | Scalar, y: Tensor | Scalar];

const whereOperation = defineOperation<WhereArgs>({
  name: "where",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["condition", "input", "other"],
  keepsLayout: true,
  infer(condition, x, y) {
    if (condition.dtype !== bool && condition.dtype !== uint8) {
      throw new RuntimeError(`where expected condition to be a boolean tensor, but got a tensor with dtype ${condition.dtype.scalarType}`);
    }
    let sizes = condition.sizes;
    const branches = [x, y].map((branch) => (branch instanceof Tensor ? branch.sizes : []));
    const common = broadcastSizes(branches[0]!, branches[1]!);
    sizes = broadcastSizes(sizes, common);
    return { sizes, dtype: resultType(x, y) };
  },
  forward(output, condition, x, y) {
    const branch = (value: Tensor | Scalar): Tensor => (value instanceof Tensor ? value : scalarTensor(asElement(value, output.dtype), output.dtype, "cpu"));
    choose(output, condition, branch(x), branch(y));
  },
  reads: [0],
  backward(gradient, context) {
    const [condition] = context.args;
    const part = (position: number, isTrue: boolean): Tensor | null => {
      return context.needs(position) ? chosen(gradient, condition, isTrue) : null;
    };
    return [null, part(1, true), part(2, false)];
  },
  recordedBackward: linearInAll(1, 2),
});

/** x where the condition is true, else y; all broadcast. With a condition alone: where it is true, one vector of positions a dimension. (torch.where) */
export function where(condition: Tensor): Tensor[];
export function where(condition: Tensor, x: Tensor | Scalar, y: Tensor | Scalar): Tensor;
export function where(condition: Tensor, x?: Tensor | Scalar, y?: Tensor | Scalar): Tensor | Tensor[] {
  if (x === undefined) return nonzero(condition, { asTuple: true });
  if (y === undefined) throw new TypeError("where() takes a condition alone, or a condition and two branches");
  return whereOperation(condition, x, y);
}

const isinOperation = defineOperation<[elements: Tensor, testElements: Tensor]>({
  name: "isin",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["elements", "testElements"],
  infer: (elements) => ({ sizes: elements.sizes, dtype: bool }),
  forward(output, elements, testElements) {
    const known = new Set<number>(denseValues(testElements));
    const values = denseValues(elements);
    for (let i = 0; i < values.length; i++) output.storage.data[i] = known.has(values[i]!) ? 1 : 0;
  },
  backward: null,
});

export interface IsinOptions {
  /** Whether to give the contrary. Default false. */
  readonly invert?: boolean;
  /** In PyTorch a promise that makes it faster; without effect here. */
  readonly assumeUnique?: boolean;
}

/** Whether each element is one of `testElements`. (torch.isin) */
export function isin(
  elements: Tensor,
  ...args: WithRequired<[testElements: Tensor | Scalar], { readonly testElements: Tensor | Scalar }, [], IsinOptions>
): Tensor {
  const [[testElements], rest] = requiredFirst<[testElements: Tensor | Scalar]>("isin", ["testElements"], args);
  const { invert = false } = collect<IsinOptions>("isin", [], rest, ["invert", "assumeUnique"]);
  const found = isinOperation(elements, testElements instanceof Tensor ? testElements : scalarTensor(testElements, elements.dtype, elements.device));
  return invert ? logicalNot(found) : found;
}

const maskedScatterRow: OperationRow<[x: Tensor, mask: Tensor, source: Tensor]> = {
  name: "maskedScatter",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "mask", "source"],
  infer(x, mask, source) {
    requireBool(mask, `masked_scatter_ only supports boolean masks, but got mask with dtype ${mask.dtype.scalarType}`);
    if (x.dtype !== source.dtype) {
      throw new RuntimeError(`masked_scatter: expected self and source to have same dtypes but got ${x.dtype.scalarType} and ${source.dtype.scalarType}`);
    }
    return { sizes: broadcastSizes(x.sizes, mask.sizes), dtype: x.dtype };
  },
  forward(output, x, mask, source) {
    const values = denseValues(source);
    const positions = kernels.nonzeroPositions(expandedTo(mask, output.sizes));
    if (values.length < positions.length) throw new RuntimeError("Number of elements of source < number of ones in mask");
    if (output !== x) copy(output, x);
    const places = offsetsOf(output.sizes, output.strides);
    for (let i = 0; i < positions.length; i++) output.storage.data[output.offset + places[positions[i]!]!] = values[i]!;
  },
  reads: [1],
  backward(gradient, { args: [, mask, source] }) {
    const rest = cloneValues(gradient);
    const picked = Tensor.allocate(source.sizes, gradient.dtype, gradient.device);
    const positions = kernels.nonzeroPositions(expandedTo(mask, gradient.sizes));
    for (let i = 0; i < positions.length; i++) {
      picked.storage.data[i] = rest.storage.data[positions[i]!]!;
      rest.storage.data[positions[i]!] = 0;
    }
    return [rest, null, picked];
  },
  recordedBackward: linearInAll(0, 2),
};

const maskedScatterOperation = defineOperation<[Tensor, Tensor, Tensor]>(maskedScatterRow);
const maskedScatterInPlace = defineInPlace<[Tensor, Tensor, Tensor]>(maskedScatterRow);

type MaskedScatterArguments = AllArguments<[mask: Tensor, source: Tensor], { readonly mask: Tensor; readonly source: Tensor }>;

/** x with the elements where the mask is true replaced by the first elements of `source`, in order. (torch.masked_scatter) */
export function maskedScatter(x: Tensor, ...args: MaskedScatterArguments): Tensor {
  return maskedScatterOperation(x, ...inOrder<[mask: Tensor, source: Tensor]>("masked_scatter", ["mask", "source"], args));
}

/** maskedScatter in place. */
export function maskedScatter_(x: Tensor, ...args: MaskedScatterArguments): Tensor {
  return maskedScatterInPlace(x, ...inOrder<[mask: Tensor, source: Tensor]>("masked_scatter_", ["mask", "source"], args));
}
