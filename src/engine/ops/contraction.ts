import { eachForTheOther, linearInEach, defineComposite, defineOperation, named, keeping } from "../dispatch/index.js";
import { RuntimeError } from "../errors.js";
import { binary, ternary } from "../kernels/elementwise.js";
import { equalSizes, formatSizes, product } from "../size.js";
import { normalizeDim, Tensor, through } from "../tensor.js";
import { collect, inOrder, requiredFirst, type AllArguments, type Arguments, type WithRequired } from "../arguments.js";
import { mul, sub } from "./binary.js";
import { ofTwo, type OfTwo } from "./rules/elementwiseRows.js";
import { euclideanDistance } from "./euclideanDistance.js";
import { indexSelect } from "./indexedSlices.js";
import { triuIndices } from "./joining.js";
import { addProduct, type AddProductOptions } from "./addProduct.js";
import { bmm, dot, matmul, mm, outer } from "./matmul.js";
import { broadcastSizes, resultType } from "./rules/promotion.js";
import { filledLike } from "./rules/reducedDims.js";
import { sum } from "./reduction.js";
import { diagonal, expand, permute, reshape, unsqueeze } from "./shape.js";
import { to } from "./tensorOnly.js";
import { vectorNorm } from "./vectorNorm.js";
import { computes, operand, ofParts, notCounted } from "../operation.js";

/** Sums of products over dimensions of several tensors. */

// ---- einsum

/** A tensor with a name for each dimension. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

const ellipsis = "...";

/** The subscripts of one operand or of the result: letters, and `...` as one entry. */
function parseSubscripts(text: string, equation: string): string[] {
  const labels: string[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === " ") continue;
    if (text.startsWith(ellipsis, i)) {
      if (labels.includes(ellipsis)) throw new RuntimeError("einsum(): found '.' for operand 0 for which an ellipsis was already found");
      labels.push(ellipsis);
      i += 2;
    } else if (/[a-zA-Z]/.test(character)) labels.push(character);
    else {
      throw new RuntimeError(
        `einsum(): invalid subscript given at index ${equation.indexOf(character)} in the equation string, subscripts must be in [a-zA-Z]`,
      );
    }
  }
  return labels;
}

/** The ellipsis written out: its dimensions are numbered from the last one back, so that operands of different rank align. */
function expandEllipsis(labels: readonly string[], rank: number, position: number): string[] {
  const count = rank - (labels.length - 1);
  const at = labels.indexOf(ellipsis);
  if (at < 0) {
    if (labels.length !== rank) {
      throw new RuntimeError(
        `einsum(): the number of subscripts in the equation (${labels.length}) does not match the number of dimensions (${rank}) for operand ${position} and no ellipsis was given`,
      );
    }
    return [...labels];
  }
  if (count < 0) {
    throw new RuntimeError(
      `einsum(): the number of subscripts in the equation (${labels.length - 1}) is more than the number of dimensions (${rank}) for operand ${position}`,
    );
  }
  return [...labels.slice(0, at), ...Array.from({ length: count }, (_, i) => `${ellipsis}${count - i}`), ...labels.slice(at + 1)];
}

/** A label that an operand has twice stands for the diagonal of both dimensions. */
function withoutRepeats({ tensor, labels }: Labelled): Labelled {
  const again = labels.findIndex((label, i) => labels.indexOf(label) !== i);
  if (again < 0) return { tensor, labels };
  const first = labels.indexOf(labels[again]!);
  const rest = labels.filter((_, i) => i !== first && i !== again);
  return withoutRepeats({ tensor: diagonal(tensor, 0, first, again), labels: [...rest, labels[again]!] });
}

/** Only the labels in `kept`; over the others is summed. */
function summedTo({ tensor, labels }: Labelled, kept: ReadonlySet<string>): Labelled {
  const dims = labels.flatMap((label, i) => (kept.has(label) ? [] : [i]));
  return dims.length === 0 ? { tensor, labels } : { tensor: sum(tensor, dims), labels: labels.filter((label) => kept.has(label)) };
}

function arranged({ tensor, labels }: Labelled, order: readonly string[]): Tensor {
  return order.every((label, i) => label === labels[i])
    ? tensor
    : permute(
        tensor,
        order.map((label) => labels.indexOf(label)),
      );
}

/** The product of two labelled tensors, summed over the labels that both have and that are not in `kept`: one batched matrix product. */
function contracted(a: Labelled, b: Labelled, kept: ReadonlySet<string>): Labelled {
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => kept.has(label));
  const inner = shared.filter((label) => !kept.has(label));
  const onlyA = a.labels.filter((label) => !shared.includes(label));
  const onlyB = b.labels.filter((label) => !shared.includes(label));
  const sizeOf = (x: Labelled, label: string): number => x.tensor.sizes[x.labels.indexOf(label)]!;
  // A dimension of size 1 broadcasts.
  const common = (label: string): number => Math.max(sizeOf(a, label), sizeOf(b, label)) * Number(sizeOf(a, label) !== 0 && sizeOf(b, label) !== 0);
  const widened = (x: Labelled): Labelled => {
    const sizes = x.labels.map((label, i) => (shared.includes(label) ? common(label) : x.tensor.sizes[i]!));
    return equalSizes(sizes, x.tensor.sizes) ? x : { tensor: expand(x.tensor, sizes), labels: x.labels };
  };
  const [left, right] = [widened(a), widened(b)];
  const count = (labels: readonly string[], x: Labelled): number => product(labels.map((label) => sizeOf(x, label)));
  const [batches, rows, depth, columns] = [count(batch, left), count(onlyA, left), count(inner, left), count(onlyB, right)];
  const x = arranged(left, [...batch, ...onlyA, ...inner]);
  const y = arranged(right, [...batch, ...inner, ...onlyB]);
  const result =
    batch.length === 0 ? mm(reshape(x, rows, depth), reshape(y, depth, columns)) : bmm(reshape(x, batches, rows, depth), reshape(y, batches, depth, columns));
  const labels = [...batch, ...onlyA, ...onlyB];
  const sizes = [...batch.map((label) => sizeOf(left, label)), ...onlyA.map((label) => sizeOf(left, label)), ...onlyB.map((label) => sizeOf(right, label))];
  return { tensor: reshape(result, sizes), labels };
}

function checkSizes(operands: readonly Labelled[]): void {
  const seen = new Map<string, number>();
  operands.forEach(({ tensor, labels }, position) => {
    labels.forEach((label, i) => {
      const size = tensor.sizes[i]!;
      const before = seen.get(label) ?? 1;
      if (size !== 1 && before !== 1 && size !== before) {
        throw new RuntimeError(
          `einsum(): subscript ${label} has size ${size} for operand ${position} which does not broadcast with previously seen size ${before}`,
        );
      }
      if (size !== 1) seen.set(label, size);
    });
  });
}

/** Without `->`: the ellipsis, then the letters that occur once, in alphabetical order. */
function impliedOutput(inputs: readonly (readonly string[])[]): string[] {
  const all = inputs.flat();
  const letters = [...new Set(all)].filter((label) => label !== ellipsis && all.filter((other) => other === label).length === 1).sort();
  return all.includes(ellipsis) ? [ellipsis, ...letters] : letters;
}

const einsumOperation = defineComposite(
  { name: "einsum", effect: computes, multiplyAdds: ofParts, arguments: ["equation", "tensors"] },
  (equation: string, tensors: readonly Tensor[]): Tensor => {
    const [left, right, ...more] = equation.split("->");
    if (more.length > 0) throw new RuntimeError("einsum(): found '->' more than once in the equation");
    const inputs = left!.split(",").map((text) => parseSubscripts(text, equation));
    if (inputs.length > tensors.length) throw new RuntimeError("einsum(): fewer operands were provided than specified in the equation");
    if (inputs.length < tensors.length) throw new RuntimeError("einsum(): more operands were provided than specified in the equation");
    const operands = tensors.map((tensor, i): Labelled => ({ tensor, labels: expandEllipsis(inputs[i]!, tensor.sizes.length, i) }));
    checkSizes(operands);
    const result = right === undefined ? impliedOutput(inputs) : parseSubscripts(right, equation);
    const spelled = operands.flatMap(({ labels }) => labels.filter((label) => label.startsWith(ellipsis)));
    const broadcast = Math.max(0, ...spelled.map((label) => Number(label.slice(ellipsis.length))));
    const output = result.flatMap((label) => (label === ellipsis ? Array.from({ length: broadcast }, (_, i) => `${ellipsis}${broadcast - i}`) : [label]));
    output.forEach((label, i) => {
      if (output.indexOf(label) !== i) throw new RuntimeError(`einsum(): output subscript ${label} appears more than once in the output`);
      if (!operands.some(({ labels }) => labels.includes(label))) {
        throw new RuntimeError(`einsum(): output subscript ${label} does not appear in the equation for any input operand`);
      }
    });
    let [current, ...rest] = operands.map(withoutRepeats) as [Labelled, ...Labelled[]];
    for (; rest.length > 0; rest = rest.slice(1)) {
      const next = rest[0]!;
      const later = new Set([...output, ...rest.slice(1).flatMap(({ labels }) => labels)]);
      current = contracted(summedTo(current, new Set([...later, ...next.labels])), summedTo(next, new Set([...later, ...current.labels])), later);
    }
    return arranged(summedTo(current, new Set(output)), output);
  },
);

/** Einstein's summation: "bij,bjk->bik" names the dimensions of the operands and of the result; over what the result lacks is summed. (torch.einsum) */
export function einsum(equation: string, ...operands: Tensor[] | [operands: readonly Tensor[]]): Tensor {
  return einsumOperation(equation, (operands as readonly unknown[]).flat() as Tensor[]);
}

// ---- products over given dimensions

export interface TensordotOptions {
  /** How many last dimensions of the first meet first ones of the second, or a list of dimensions of each. Default 2. */
  readonly dims?: number | readonly [readonly number[], readonly number[]];
}

const tensordotOperation = defineComposite(
  { name: "tensordot", effect: computes, multiplyAdds: ofParts, arguments: ["input", operand, "dims"] },
  (x: Tensor, y: Tensor, dims: number | readonly [readonly number[], readonly number[]]): Tensor => {
    const [dimsX, dimsY] =
      typeof dims === "number" ? [Array.from({ length: dims }, (_, i) => i - dims), Array.from({ length: dims }, (_, i) => i)] : [dims[0], dims[1]];
    if (dimsX.length !== dimsY.length) throw new RuntimeError("both dimension lists should have same length");
    const innerX = dimsX.map((dim) => normalizeDim(dim, x.sizes.length));
    const innerY = dimsY.map((dim) => normalizeDim(dim, y.sizes.length));
    innerX.forEach((dim, i) => {
      const other = innerY[i]!;
      if (x.sizes[dim] !== y.sizes[other]) {
        throw new RuntimeError(
          `contracted dimensions need to match, but first has size ${x.sizes[dim]} in dim ${dim} and second has size ${y.sizes[other]} in dim ${other}`,
        );
      }
    });
    const outerX = [...x.sizes.keys()].filter((dim) => !innerX.includes(dim));
    const outerY = [...y.sizes.keys()].filter((dim) => !innerY.includes(dim));
    const depth = product(innerX.map((dim) => x.sizes[dim]!));
    const sizes = [...outerX.map((dim) => x.sizes[dim]!), ...outerY.map((dim) => y.sizes[dim]!)];
    const rows = reshape(permute(x, [...outerX, ...innerX]), product(outerX.map((dim) => x.sizes[dim]!)), depth);
    const columns = reshape(permute(y, [...innerY, ...outerY]), depth, product(outerY.map((dim) => y.sizes[dim]!)));
    return reshape(mm(rows, columns), sizes);
  },
);

/** Products summed over dimensions of both tensors; the others are kept, those of the first in front. (torch.tensordot) */
export function tensordot(
  x: Tensor,
  ...args: WithRequired<[other: Tensor], { readonly other: Tensor }, [dims: number | readonly [readonly number[], readonly number[]]], TensordotOptions>
): Tensor {
  const [[y], rest] = requiredFirst<[other: Tensor]>("tensordot", ["other"], args);
  return tensordotOperation(x, y, collect<TensordotOptions>("tensordot", ["dims"], rest).dims ?? 2);
}

/** Products summed over the last dimension of both. (torch.inner) */
export function inner(x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): Tensor {
  const [y] = inOrder("inner", ["other"], args);
  if (x.sizes.length === 0 || y.sizes.length === 0) return mul(x, y);
  const [width, other] = [x.sizes[x.sizes.length - 1]!, y.sizes[y.sizes.length - 1]!];
  if (width !== other) {
    throw new RuntimeError(`inner() the last dimension must match on both input tensors but got shapes ${formatSizes(x.sizes)} and ${formatSizes(y.sizes)}`);
  }
  return tensordotOperation(x, y, [[-1], [-1]]);
}

/** `dot`, which differs for complex numbers alone. (torch.vdot) */
export function vdot(x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): Tensor {
  return dot(x, ...inOrder("vdot", ["other"], args));
}

/** `outer` by another name. (torch.ger) */
export function ger(x: Tensor, ...args: AllArguments<[vec2: Tensor], { readonly vec2: Tensor }>): Tensor {
  return outer(x, ...inOrder("ger", ["vec2"], args));
}

/** beta * x + alpha * outer(a, b). (torch.addr) */
export const addr: (
  x: Tensor,
  ...args: WithRequired<[vec1: Tensor, vec2: Tensor], { readonly vec1: Tensor; readonly vec2: Tensor }, [], AddProductOptions>
) => Tensor = defineComposite(
  { name: "addr", effect: computes, multiplyAdds: ofParts, arguments: ["input", "vec1", "vec2", { beta: 1, alpha: 1 }] },
  (x: Tensor, ...args: WithRequired<[vec1: Tensor, vec2: Tensor], { readonly vec1: Tensor; readonly vec2: Tensor }, [], AddProductOptions>): Tensor => {
    const [[a, b], rest] = requiredFirst<[vec1: Tensor, vec2: Tensor]>("addr", ["vec1", "vec2"], args);
    const { beta = 1, alpha = 1 } = collect<AddProductOptions>("addr", [], rest, ["beta", "alpha"]);
    return named("AddrBackward0", (beta === 1 ? x : mul(x, beta)).add(outer(a, b), { alpha }));
  },
);

/** beta * x + alpha * the sum of all products a[i] @ b[i]. (torch.addbmm) */
export const addbmm: (
  x: Tensor,
  ...args: WithRequired<[batch1: Tensor, batch2: Tensor], { readonly batch1: Tensor; readonly batch2: Tensor }, [], AddProductOptions>
) => Tensor = defineComposite(
  { name: "addbmm", effect: computes, multiplyAdds: ofParts, arguments: ["input", "batch1", "batch2", { beta: 1, alpha: 1 }] },
  (x: Tensor, ...args: WithRequired<[batch1: Tensor, batch2: Tensor], { readonly batch1: Tensor; readonly batch2: Tensor }, [], AddProductOptions>): Tensor => {
    const [[a, b], rest] = requiredFirst<[batch1: Tensor, batch2: Tensor]>("addbmm", ["batch1", "batch2"], args);
    const options = collect<AddProductOptions>("addbmm", [], rest, ["beta", "alpha"]);
    return named("AddbmmBackward0", addProduct(x, sum(bmm(a, b), 0).to(a.dtype), options));
  },
);

/** Matrices multiplied in the order that takes the fewest multiplications. (torch.linalg.multi_dot) */
export const chainMatmul: (...matrices: Tensor[]) => Tensor = defineComposite(
  { name: "chainMatmul", effect: computes, multiplyAdds: ofParts, arguments: ["matrices"] },
  (...matrices: Tensor[]): Tensor => {
    if (matrices.length === 0) throw new RuntimeError("chain_matmul(): Expected one or more matrices");
    const [first, ...rest] = matrices as [Tensor, ...Tensor[]];
    if (rest.length === 0) return first;
    const bounds = [first.sizes[0]!, ...matrices.map((matrix) => matrix.sizes[1]!)];
    const count = matrices.length;
    // best[i][j]: the cheapest product of matrices i to j, and where it is cut.
    const best = Array.from({ length: count }, () => Array.from({ length: count }, () => ({ cost: 0, cut: 0 })));
    for (let length = 2; length <= count; length++) {
      for (let i = 0; i + length <= count; i++) {
        const j = i + length - 1;
        best[i]![j] = { cost: Infinity, cut: i };
        for (let cut = i; cut < j; cut++) {
          const cost = best[i]![cut]!.cost + best[cut + 1]![j]!.cost + bounds[i]! * bounds[cut + 1]! * bounds[j + 1]!;
          if (cost < best[i]![j]!.cost) best[i]![j] = { cost, cut };
        }
      }
    }
    const multiplied = (i: number, j: number): Tensor => {
      if (i === j) return matrices[i]!;
      const { cut } = best[i]![j]!;
      return matmul(multiplied(i, cut), multiplied(cut + 1, j));
    };
    return multiplied(0, count - 1);
  },
);

const kronOf = defineComposite({ name: "kron", effect: computes, multiplyAdds: ofParts, arguments: ["input", operand] }, (x: Tensor, y: Tensor): Tensor => {
  const rank = Math.max(x.sizes.length, y.sizes.length);
  const padded = (sizes: readonly number[]): number[] => [...new Array<number>(rank - sizes.length).fill(1), ...sizes];
  const [a, b] = [padded(x.sizes), padded(y.sizes)];
  const interleaved = mul(
    reshape(
      x,
      a.flatMap((size) => [size, 1]),
    ),
    reshape(
      y,
      b.flatMap((size) => [1, size]),
    ),
  );
  return named(
    "UnsafeViewBackward0",
    reshape(
      interleaved,
      a.map((size, i) => size * b[i]!),
    ),
  );
});

/** The Kronecker product: each element of x times all of y. (torch.kron) */
export const kron: OfTwo<Tensor> = ofTwo("kron", kronOf);

// ---- vectors

/** Slice `index` of dimension `dim`, kept with size 1. */
function component(x: Tensor, dim: number, index: number): Tensor {
  const sizes = x.sizes.map((size, i) => (i === dim ? 1 : size));
  return through({ sizes, strides: x.strides, offset: x.offset + (x.sizes[dim] === 1 ? 0 : index * x.strides[dim]!) }, x);
}

function crossInto(output: Tensor, x: Tensor, y: Tensor, dim: number): void {
  for (let i = 0; i < 3; i++) {
    const [j, k] = [(i + 1) % 3, (i + 2) % 3];
    const part = component(output, dim, i);
    binary(part, component(x, dim, j), component(y, dim, k), (a, b) => a * b);
    ternary(part, part, component(x, dim, k), component(y, dim, j), (first, a, b) => first - a * b);
  }
}

/** The vector product along dimension `dim`, which has size 3. What torch.cross and torch.linalg.cross are. */
export const crossAlong: (x: Tensor, y: Tensor, dim: number) => Tensor = defineOperation<[x: Tensor, y: Tensor, dim: number]>({
  name: "cross",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", operand, ["dim", -1]],
  gradientName: "LinalgCrossBackward0",
  infer(x, y, along) {
    if (x.sizes.length !== y.sizes.length) throw new RuntimeError("linalg.cross: inputs must have the same number of dimensions.");
    const dim = normalizeDim(along, x.sizes.length);
    if (x.sizes[dim] !== 3 || y.sizes[dim] !== 3) {
      throw new RuntimeError(`linalg.cross: inputs dimension ${along} must have length 3. Got ${x.sizes[dim]} and ${y.sizes[dim]}`);
    }
    return { sizes: broadcastSizes(x.sizes, y.sizes), dtype: resultType(x, y) };
  },
  forward: (output, x, y, along) => crossInto(output, x, y, normalizeDim(along, x.sizes.length)),
  reads: eachForTheOther,
  backward(gradient, context) {
    const [x, y, along] = context.args;
    const dim = normalizeDim(along, x.sizes.length);
    return [
      context.needs(0) ? filledLike(gradient, gradient.dtype, (result) => crossInto(result, y, gradient, dim)) : null,
      context.needs(1) ? filledLike(gradient, gradient.dtype, (result) => crossInto(result, gradient, x, dim)) : null,
    ];
  },
  recordedBackward: linearInEach(0, 1),
});

/** The vector product along a dimension of size 3, by default the first such one. (torch.cross) */
export function cross(
  x: Tensor,
  ...args: WithRequired<[other: Tensor], { readonly other: Tensor }, [dim: number | null], { readonly dim?: number | null }>
): Tensor {
  const [[y], rest] = requiredFirst<[other: Tensor]>("cross", ["other"], args);
  const { dim = null } = collect<{ dim?: number | null }>("cross", ["dim"], rest);
  const along = dim ?? x.sizes.indexOf(3);
  if (along === -1 && dim === null) throw new RuntimeError("no dimension of size 3 in input");
  return crossAlong(x, y, along);
}

export interface CdistOptions {
  /** The order of the norm. Default 2. */
  readonly p?: number;
}

/** From more rows on, PyTorch has Euclidean distances from a matrix product ("use_mm_for_euclid_dist_if_necessary"). */
const mostRowsByDifferences = 25;

const cdistOperation = defineComposite(
  { name: "cdist", effect: computes, multiplyAdds: ofParts, arguments: ["x1", "x2", ["p", 2]] },
  (x: Tensor, y: Tensor, p: number): Tensor => {
    const [width, other] = [x.sizes[x.sizes.length - 1], y.sizes[y.sizes.length - 1]];
    if (x.sizes.length < 2) throw new RuntimeError(`cdist only supports at least 2D tensors, X1 got: ${x.sizes.length}D`);
    if (y.sizes.length < 2) throw new RuntimeError(`cdist only supports at least 2D tensors, X2 got: ${y.sizes.length}D`);
    if (width !== other) throw new RuntimeError(`X1 and X2 must have the same number of columns. X1: ${width} X2: ${other}`);
    if (p === 2 && x.dtype.isFloatingPoint && Math.max(x.sizes[x.sizes.length - 2]!, y.sizes[y.sizes.length - 2]!) > mostRowsByDifferences)
      return euclideanDistance(x, y);
    return keeping([x, y], named("CdistBackward0", vectorNorm(sub(unsqueeze(x, -2), unsqueeze(y, -3)), p, -1, false)));
  },
);

/** The distance of each row of x (*, n, k) to each row of y (*, m, k), as (*, n, m). (torch.cdist) */
export function cdist(x1: Tensor, ...args: WithRequired<[x2: Tensor], { readonly x2: Tensor }, [p: number], CdistOptions>): Tensor {
  const [[y], rest] = requiredFirst<[x2: Tensor]>("cdist", ["x2"], args);
  return cdistOperation(x1, y, collect<CdistOptions>("cdist", ["p"], rest).p ?? 2);
}

const pdistOperation = defineComposite(
  { name: "pdist", effect: computes, multiplyAdds: ofParts, arguments: ["input", ["p", 2]] },
  (x: Tensor, p: number): Tensor => {
    if (x.sizes.length !== 2) throw new RuntimeError(`pdist only supports 2D tensors, got: ${x.sizes.length}D`);
    if (!x.dtype.isFloatingPoint) throw new RuntimeError("pdist only supports floating-point dtypes");
    if (!(p >= 0)) throw new RuntimeError("pdist only supports non-negative p values");
    const rows = x.sizes[0]!;
    const [first, second] = to(triuIndices(rows, rows, 1), x.device).unbind() as [Tensor, Tensor];
    return keeping([x], vectorNorm(sub(indexSelect(x, 0, first), indexSelect(x, 0, second)), p, -1, false));
  },
);

/** The distances between all rows of x (n, k), each pair once, in the order of the first row: (n (n - 1) / 2). (torch.pdist) */
export function pdist(x: Tensor, ...args: Arguments<[p: number], CdistOptions>): Tensor {
  return pdistOperation(x, collect<CdistOptions>("pdist", ["p"], args).p ?? 2);
}

/** Products summed along one dimension, the others broadcast. (torch.linalg.vecdot) */
export const vecdot: (x: Tensor, y: Tensor, ...args: Arguments<[dim: number], { readonly dim?: number }>) => Tensor = defineComposite(
  { name: "vecdot", effect: computes, multiplyAdds: ofParts, arguments: ["x", "y", ["dim", -1]] },
  (x: Tensor, y: Tensor, ...args: Arguments<[dim: number], { readonly dim?: number }>): Tensor => {
    return sum(mul(x, y), collect<{ dim?: number }>("vecdot", ["dim"], args).dim ?? -1);
  },
);
