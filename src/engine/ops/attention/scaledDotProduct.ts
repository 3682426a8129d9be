import { composed, defineComposite, defineOperation } from "../../dispatch/index.js";
import type { ElementArray } from "../../dtype.js";
import { RuntimeError } from "../../errors.js";
import { binary, denseValues, type Operand } from "../../kernels/elementwise.js";
import { multiply } from "../../kernels/matmul.js";
import type { Matrix } from "../../kernels/matrix.js";
import { softmax as softmaxOf, softmaxBackward } from "../../kernels/softmax.js";
import { forEachRow, type Operand as Walk } from "../../kernels/strided.js";
import { fillBernoulli } from "../../random/distributions.js";
import { defaultGenerator } from "../../random/generator.js";
import { equalSizes, product, Size } from "../../size.js";
import { Storage } from "../../storage.js";
import { Tensor } from "../../tensor.js";
import { collect, requiredFirst, type WithRequired } from "../../arguments.js";
import { broadcastSizes } from "../rules/promotion.js";
import { computes, ofParts } from "../../operation.js";
import { constant } from "../rules/recorded.js";
import { softmax } from "../softmax.js";

export interface AttentionOptions {
  /** Broadcasts to (..., L, S). Booleans say what may be attended to; floats are added to the scores. Default: everything may. */
  readonly attnMask?: Tensor | null;
  /** Probability with which weights are dropped, whatever the mode. Default 0. */
  readonly dropoutP?: number;
  /** Whether position i sees positions up to i alone. Default false. */
  readonly isCausal?: boolean;
  /** Factor of the scores; null for 1 / sqrt(E). Default null. */
  readonly scale?: number | null;
  /** Whether fewer heads of key and value serve several heads of the query each. Default false. */
  readonly enableGqa?: boolean;
}

type AttentionArgs = [query: Tensor, key: Tensor, value: Tensor, mask: Tensor | null, dropoutP: number, isCausal: boolean, scale: number];

interface AttentionTrace {
  /** Weights before dropout, (..., L, S). */
  readonly weights: Storage;
  /** 0 or 1 / (1 - p) for each weight; null without dropout. */
  readonly noise: Storage | null;
}

/** Batch dimensions and the sizes of each head's matrices: (L, E), (S, E), (S, Ev). */
function attentionSizes([query, key, value]: AttentionArgs): { batch: readonly number[]; L: number; S: number; E: number; Ev: number } {
  const batch = [query, key, value].map((x) => x.sizes.slice(0, -2)).reduce<readonly number[]>((a, b) => broadcastSizes(a, b), []);
  const [L, E] = query.sizes.slice(-2) as [number, number];
  return { batch, L, S: key.sizes[key.sizes.length - 2]!, E, Ev: value.sizes[value.sizes.length - 1]! };
}

/** How a tensor's leading dimensions are walked when they are broadcast to `batch`. */
function leading(x: Tensor, batch: readonly number[]): Walk {
  const dims = x.sizes.length - 2;
  const missing = batch.length - dims;
  return { offset: x.offset, strides: [...batch.map((_, i) => (i < missing || x.sizes[i - missing] === 1 ? 0 : x.strides[i - missing]!)), 0] };
}

function lastTwo(x: Tensor, offset: number): Matrix {
  return { data: x.storage.data, offset, rowStride: x.strides[x.sizes.length - 2]!, columnStride: x.strides[x.sizes.length - 1]! };
}

function transposed({ data, offset, rowStride, columnStride }: Matrix): Matrix {
  return { data, offset, rowStride: columnStride, columnStride: rowStride };
}

/** Scores (L, S) to weights, in place. A row in which nothing may be attended to becomes zeros. */
function weigh(scores: Tensor, scale: number, isCausal: boolean, mask: Tensor | null, maskOffset: number): void {
  const [L, S] = scores.sizes as [number, number];
  const values = denseValues(scores);
  times(scores, scores, scale);
  if (isCausal) for (let i = 0; i < L; i++) values.fill(-Infinity, Math.min(i * S + i + 1, (i + 1) * S), (i + 1) * S);
  const hidden = mask === null ? [] : addMask(values, L, S, mask, maskOffset);
  softmaxOf(values, values, { outer: L, size: S, inner: 1, isLast: true });
  for (const row of hidden) values.fill(0, row * S, (row + 1) * S);
}

/** Adds a mask to scores, or minus infinity where it is false. Returns the rows in which nothing may be attended to. */
function addMask(scores: ElementArray, L: number, S: number, mask: Tensor, maskOffset: number): number[] {
  const isBool = mask.dtype.name === "bool";
  const [rows, columns] = mask.sizes.slice(-2) as [number, number];
  const rowStep = rows === 1 ? 0 : mask.strides[mask.sizes.length - 2]!;
  const columnStep = columns === 1 ? 0 : mask.strides[mask.sizes.length - 1]!;
  const { data } = mask.storage;
  const hidden: number[] = [];
  for (let i = 0; i < L; i++) {
    let isHidden = true;
    for (let j = i * S, m = maskOffset + i * rowStep; j < (i + 1) * S; j++, m += columnStep) {
      if (isBool) {
        if (data[m] === 0) scores[j] = -Infinity;
      } else scores[j]! += data[m]!;
      if (scores[j] !== -Infinity) isHidden = false;
    }
    if (isHidden) hidden.push(i);
  }
  return hidden;
}

function drawNoise(x: Tensor, count: number, p: number): Storage {
  const noise = Storage.allocate(x.dtype, count, "cpu");
  if (p === 1) return noise;
  fillBernoulli(noise.data, 0, count, 1 - p, defaultGenerator);
  const factor = 1 / (x.dtype.name === "float32" ? Math.fround(1 - p) : 1 - p);
  const all = new Tensor(noise, [count], [1], 0);
  times(all, all, factor);
  return noise;
}

/** Whether PyTorch computes it in one step. */
const isFused = (...[query, , , mask, dropoutP]: AttentionArgs): boolean => query.sizes.length === 4 && dropoutP === 0 && !mask?.requiresGrad;

const attentionOperation = defineOperation<AttentionArgs, AttentionTrace>({
  name: "scaledDotProductAttention",
  effect: computes,
  arguments: ["query", "key", "value", "attnMask", ["dropoutP", 0], ["isCausal", false], "scale"],
  multiplyAdds: ([query, key, value], { sizes }) => product(sizes.slice(0, -1)) * key.sizes.at(-2)! * (query.sizes.at(-1)! + value.sizes.at(-1)!),
  gradientName: (query, _key, _value, _mask, dropoutP) =>
    query.sizes.length === 4 && dropoutP === 0 ? "ScaledDotProductFlashAttentionForCpuBackward0" : "UnsafeViewBackward0",
  infer(...args) {
    const [query, key, value, mask, , isCausal] = args;
    const tensors = [query, key, value];
    if (tensors.some((x) => x.dtype !== query.dtype)) {
      throw new RuntimeError(
        `Expected query, key, and value to have the same dtype, but got query.dtype: ${cppName(query)} key.dtype: ${cppName(key)} and value.dtype: ${cppName(value)} instead.`,
      );
    }
    if (tensors.some((x) => x.sizes.length < 2)) {
      throw new RuntimeError(
        `Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: ${query.ndim}, key.dim: ${key.ndim} and value.dim: ${value.ndim} instead.`,
      );
    }
    if (mask !== null && isCausal) throw new RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True");
    if (mask !== null && mask.dtype.name !== "bool" && mask.dtype !== query.dtype) {
      throw new RuntimeError(
        `Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: ${cppName(mask)} and  query.dtype: ${cppName(query)} instead.`,
      );
    }
    const { batch, L, S, E, Ev } = attentionSizes(args);
    const [keySize, valueCount] = [key.sizes[key.ndim - 1], value.sizes[value.ndim - 2]];
    if (keySize !== E || valueCount !== S) {
      const [expected, came] = keySize !== E ? [E, keySize] : [S, valueCount];
      const count = product(batch);
      throw new RuntimeError(`Expected size for first two dimensions of batch2 tensor to be: [${count}, ${expected}] but got: [${count}, ${came}].`);
    }
    if (mask !== null && !equalSizes(broadcastSizes([...batch, L, S], mask.sizes), [...batch, L, S])) {
      throw new RuntimeError(`The attention mask of shape ${Size.fromArray(mask.sizes)} does not broadcast to ${Size.fromArray([...batch, L, S])}`);
    }
    return { sizes: [...batch, L, Ev], dtype: query.dtype };
  },
  forward(output, ...args) {
    const [query, key, value, mask, dropoutP, isCausal, scale] = args;
    const { batch, L, S, E, Ev } = attentionSizes(args);
    const weights = Storage.allocate(query.dtype, product(batch) * L * S, "cpu");
    const noise = dropoutP > 0 ? drawNoise(query, weights.length, dropoutP) : null;
    const dropped = noise === null ? null : Tensor.allocate([L, S], query.dtype, "cpu");
    const operands = [query, key, value].map((x) => leading(x, batch));
    if (mask !== null) operands.push(mask.ndim >= 2 ? leading(mask, batch) : { offset: mask.offset, strides: [...batch.map(() => 0), 0] });
    let head = 0;
    forEachRow([...batch, 1], operands, ([q, k, v, m]) => {
      const own = headOf(weights, head, L, S);
      multiply(weights.data, own.offset, L, S, E, lastTwo(query, q!), transposed(lastTwo(key, k!)));
      weigh(own, scale, isCausal, mask, m ?? 0);
      const used = dropped === null ? own : times(dropped, own, headOf(noise!, head, L, S));
      multiply(output.storage.data, head * L * Ev, L, Ev, S, lastTwo(used, used.offset), lastTwo(value, v!));
      head++;
    });
    return { weights, noise };
  },
  reads: [0, 1, { read: 2, forGradientsOf: [0, 1, 3] }, 3],
  // PyTorch's steps read scaled copies, its fused attention what it was given and the result, and a mask of truth values as numbers.
  copies: (...args) => (!isFused(...args) ? [0, 1, 3] : args[3]?.dtype.name === "bool" ? [3] : []),
  watches: (...args) => (isFused(...args) ? [2, "output"] : []),
  backward(gradient, context) {
    const { args, saved } = context;
    const [query, key, value, mask, , , scale] = args;
    const { batch, L, S, E, Ev } = attentionSizes(args);
    const allocate = (sizes: readonly number[]): Tensor => Tensor.allocate(sizes, query.dtype, gradient.device);
    const dQuery = allocate([...batch, L, E]);
    const dKey = allocate([...batch, S, E]);
    const dValue = allocate([...batch, S, Ev]);
    const dMask = mask !== null && context.needs(3) ? allocate([...batch, L, S]) : null;
    const { weights, noise } = saved;
    const g = denseValues(gradient);
    const dScores = allocate([L, S]);
    const scores = dScores.storage.data;
    const dropped = noise === null ? null : allocate([L, S]);
    let head = 0;
    forEachRow(
      [...batch, 1],
      [query, key, value].map((x) => leading(x, batch)),
      ([q, k, v]) => {
        const own = headOf(weights, head, L, S);
        const ownNoise = noise === null ? null : headOf(noise, head, L, S);
        const used = dropped === null ? own : times(dropped, own, ownNoise!);
        const dOut: Matrix = { data: g, offset: head * L * Ev, rowStride: Ev, columnStride: 1 };
        multiply(dValue.storage.data, head * S * Ev, S, Ev, L, transposed(lastTwo(used, used.offset)), dOut);
        scores.fill(0);
        multiply(scores, 0, L, S, Ev, dOut, transposed(lastTwo(value, v!)));
        if (ownNoise !== null) times(dScores, dScores, ownNoise);
        softmaxBackward(scores, scores, denseValues(own), { outer: L, size: S, inner: 1, isLast: true });
        dMask?.storage.data.set(scores, own.offset);
        times(dScores, dScores, scale);
        multiply(dQuery.storage.data, head * L * E, L, E, S, lastTwo(dScores, 0), lastTwo(key, k!));
        multiply(dKey.storage.data, head * S * E, S, E, L, transposed(lastTwo(dScores, 0)), lastTwo(query, q!));
        head++;
      },
    );
    return [dQuery, dKey, dValue, dMask];
  },
  recordedBackward: composed(([query, key, value, mask, , isCausal, scale], { saved: { noise } }) => {
    let scores = query.matmul(key.transpose(-2, -1)).mul(scale);
    if (mask !== null && mask.dtype.name !== "bool") scores = scores.add(mask);
    let hidden = mask?.dtype.name === "bool" ? mask.logicalNot() : scores.detach().isneginf();
    if (isCausal) hidden = hidden.logicalOr(scores.detach().mul(0).add(1).triu(1).bool());
    // A position that may attend to nothing gets zeros.
    const lost = hidden.all(-1, true);
    let weights = softmax(scores.maskedFill(hidden, -Infinity).maskedFill(lost, 0), -1).maskedFill(lost, 0);
    if (noise !== null) weights = weights.mul(constant(noise.data, weights.sizes, weights));
    return weights.matmul(value);
  }),
});

/** The matrix (L, S) of one head among those of all. */
function headOf(heads: Storage, head: number, L: number, S: number): Tensor {
  return new Tensor(heads, [L, S], [S, 1], head * L * S);
}

function times(output: Tensor, x: Tensor, y: Operand): Tensor {
  binary(output, x, y, (a, b) => a * b, "mul");
  return output;
}

function cppName(x: Tensor): string {
  return x.dtype.cppName;
}

/** Each head of key or value as often as the query has heads for it. */
function repeatHeads(x: Tensor, heads: number): Tensor {
  const own = x.sizes[x.ndim - 3]!;
  if (own === heads) return x;
  const sizes = [...x.sizes.slice(0, -2), heads / own, ...x.sizes.slice(-2)];
  return x.unsqueeze(-3).expand(sizes).flatten(-4, -3);
}

type AttentionArguments = WithRequired<[key: Tensor, value: Tensor], { readonly key: Tensor; readonly value: Tensor }, AttentionPositional, AttentionOptions>;
type AttentionPositional = [attnMask: Tensor | null, dropoutP: number, isCausal: boolean];

/**
 * softmax(query key^T * scale + mask) value (torch.nn.functional.scaled_dot_product_attention). Query (..., L, E), key (..., S, E), value (...,
 * S, Ev); gives (..., L, Ev). A position that may attend to nothing gets zeros. Dropout applies in evaluation too: pass 0 there.
 */
export const scaledDotProductAttention: (query: Tensor, ...args: AttentionArguments) => Tensor = defineComposite(
  {
    name: "scaledDotProductAttention",
    effect: computes,
    multiplyAdds: ofParts,
    arguments: ["query", "key", "value", "attnMask", ["dropoutP", 0], ["isCausal", false], { enableGqa: false }],
  },
  (query: Tensor, ...args: AttentionArguments): Tensor => {
    const [[key, value], rest] = requiredFirst<[key: Tensor, value: Tensor]>("scaled_dot_product_attention", ["key", "value"], args);
    const options = collect<AttentionOptions>("scaledDotProductAttention", ["attnMask", "dropoutP", "isCausal"], rest, ["scale", "enableGqa"]);
    const { attnMask = null, dropoutP = 0, isCausal = false, scale = null, enableGqa = false } = options;
    let [k, v] = [key, value];
    if (enableGqa) {
      const heads = query.sizes[query.ndim - 3]!;
      for (const x of [key, value]) {
        if (heads % x.sizes[x.ndim - 3]! !== 0) {
          throw new RuntimeError("Number of heads in key and value must divide the number of heads in query");
        }
      }
      [k, v] = [repeatHeads(key, heads), repeatHeads(value, heads)];
    }
    return attentionOperation(query, k, v, attnMask, dropoutP, isCausal, scale ?? 1 / Math.sqrt(query.sizes[query.ndim - 1] ?? 1));
  },
);
