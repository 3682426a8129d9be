import { checkedOptions } from "../../arguments.js";
import { defineComposite, named } from "../../dispatch/index.js";
import { AssertionError, RuntimeError } from "../../errors.js";
import { equalSizes, Size } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { repr } from "../../print/python.js";
import { fullLike, zerosLike } from "../creation.js";
import { dropout } from "../dropout.js";
import { where } from "../masks.js";
import { cat } from "../joining.js";
import { linear, matmul } from "../matmul.js";
import { softmax } from "../softmax.js";
import { scaledDotProductAttention } from "./scaledDotProduct.js";
import { mean } from "../reduction.js";
import { computes, ofParts } from "../../operation.js";

export interface MultiHeadAttentionOptions {
  /** Whether dropout applies. Default true. */
  readonly training?: boolean;
  /** True (or minus infinity, added) for keys that are padding; (batch, S), or (S) without a batch. Default null. */
  readonly keyPaddingMask?: Tensor | null;
  /** Whether the attention weights are to be returned too. Default true. */
  readonly needWeights?: boolean;
  /** True (or minus infinity, added) where attention is not allowed; (L, S), or (batch * heads, L, S). Default null. */
  readonly attnMask?: Tensor | null;
  /** Whether the three weights below take the place of `inProjWeight`. Default false. */
  readonly useSeparateProjWeight?: boolean;
  readonly qProjWeight?: Tensor | null;
  readonly kProjWeight?: Tensor | null;
  readonly vProjWeight?: Tensor | null;
  /** Whether the weights are averaged over the heads. Default true. */
  readonly averageAttnWeights?: boolean;
  /** Says that `attnMask` is the causal one. Default false. */
  readonly isCausal?: boolean;
  /** Take the places of the projected keys and values; (batch * heads, S, E / heads). Default null. */
  readonly staticK?: Tensor | null;
  readonly staticV?: Tensor | null;
}

const optionNames = [
  "training",
  "keyPaddingMask",
  "needWeights",
  "attnMask",
  "useSeparateProjWeight",
  "qProjWeight",
  "kProjWeight",
  "vProjWeight",
  "averageAttnWeights",
  "isCausal",
  "staticK",
  "staticV",
] as const satisfies readonly (keyof MultiHeadAttentionOptions)[];

/** The text of a shape in PyTorch's errors. */
function shapeText(x: Tensor): string {
  return String(Size.fromArray(x.sizes));
}

/** What is given to attend with. */
interface Given {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly keyPaddingMask: Tensor | null;
}

/** Whether there is a batch. */
function checkAttentionShapes({ query, key, value, keyPaddingMask }: Given, attnMask: Tensor | null, heads: number): boolean {
  if (query.ndim !== 2 && query.ndim !== 3) {
    throw new AssertionError(`query should be unbatched 2D or batched 3D tensor but received ${query.ndim}-D query tensor`);
  }
  const isBatched = query.ndim === 3;
  const start = isBatched ? "For batched (3-D) `query`, expected" : "For unbatched (2-D) `query`, expected";
  if (key.ndim !== query.ndim || value.ndim !== query.ndim) {
    throw new AssertionError(`${start} \`key\` and \`value\` to be ${query.ndim}-D but found ${key.ndim}-D and ${value.ndim}-D tensors respectively`);
  }
  if (keyPaddingMask !== null && keyPaddingMask.ndim !== query.ndim - 1) {
    throw new AssertionError(`${start} \`key_padding_mask\` to be \`None\` or ${query.ndim - 1}-D but found ${keyPaddingMask.ndim}-D tensor instead`);
  }
  if (attnMask !== null) {
    if (attnMask.ndim !== 2 && attnMask.ndim !== 3) {
      throw new AssertionError(`${start} \`attn_mask\` to be \`None\`, 2-D or 3-D but found ${attnMask.ndim}-D tensor instead`);
    }
    const expected = [heads, query.sizes[0]!, key.sizes[0]!];
    if (!isBatched && attnMask.ndim === 3 && !equalSizes(attnMask.sizes, expected)) {
      throw new AssertionError(`Expected \`attn_mask\` shape to be ${repr(expected)} but got ${shapeText(attnMask)}`);
    }
  }
  return isBatched;
}

/** A mask as what is added to the scores: minus infinity where it is true. */
function additiveMask(mask: Tensor | null, name: string, like: Tensor): Tensor | null {
  if (mask === null || mask.dtype.isFloatingPoint) return mask;
  if (mask.dtype.name !== "bool") throw new AssertionError(`only bool and floating types of ${name} are supported`);
  const zeros = zerosLike(mask, { dtype: like.dtype });
  return where(mask, fullLike(zeros, -Infinity), zeros);
}

/** With a batch of one. What was one tensor stays one: self-attention projects all three at once. */
function withBatch({ query, key, value, keyPaddingMask }: Given): Given {
  const q = query.unsqueeze(1);
  const k = key === query ? q : key.unsqueeze(1);
  const v = value === key ? k : value.unsqueeze(1);
  return { query: q, key: k, value: v, keyPaddingMask: keyPaddingMask && keyPaddingMask.unsqueeze(0) };
}

/** Which keys a query may attend to: by a mask, or by the hint that it is the causal one, which is enough where nothing else is masked or asked for. */
function causality(
  { attnMask = null, isCausal = false, needWeights = true }: MultiHeadAttentionOptions,
  hasPadding: boolean,
  query: Tensor,
): { readonly mask: Tensor | null; readonly isCausal: boolean } {
  if (isCausal && attnMask === null) {
    throw new RuntimeError(
      "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method `generate_square_subsequent_mask` to create this mask.",
    );
  }
  if (isCausal && !hasPadding && !needWeights) return { mask: null, isCausal };
  return { mask: additiveMask(attnMask, "attn_mask", query), isCausal: isCausal && !hasPadding };
}

function checkFeatures(query: Tensor, key: Tensor, value: Tensor, expected: number, heads: number, isSeparate: boolean): void {
  const embedDim = query.sizes[2]!;
  if (embedDim !== expected) throw new AssertionError(`was expecting embedding dimension of ${expected}, but got ${embedDim}`);
  if (embedDim % heads !== 0) throw new AssertionError(`embed_dim ${embedDim} not divisible by num_heads ${heads}`);
  if (!isSeparate) {
    if (!equalSizes(key.sizes, value.sizes)) throw new AssertionError(`key shape ${shapeText(key)} does not match value shape ${shapeText(value)}`);
  } else if (!equalSizes(key.sizes.slice(0, 2), value.sizes.slice(0, 2))) {
    throw new AssertionError(
      `key's sequence and batch dims ${Size.fromArray(key.sizes.slice(0, 2))} do not match value's ${Size.fromArray(value.sizes.slice(0, 2))}`,
    );
  }
}

/** What queries attend to. */
interface Keys {
  readonly k: Tensor;
  readonly v: Tensor;
  /** Added to the scores: (1, L, S), or (batch * heads, L, S). */
  readonly mask: Tensor | null;
  /** Added to the scores of all queries: (batch, S). */
  readonly padding: Tensor | null;
}

/** One more key and value along `dim`, to which every query may attend. */
function withOneMore({ k, v, mask, padding }: Keys, key: Tensor, value: Tensor, dim: number): Keys {
  const open = (of: Tensor | null): Tensor | null => of && cat([of, Tensor.allocate([...of.sizes.slice(0, -1), 1], of.dtype, of.device)], of.ndim - 1);
  return { k: cat([k, key], dim), v: cat([v, value], dim), mask: open(mask), padding: open(padding) };
}

/** The mask of one query and key, or of each head, as one of heads. */
function perHead(mask: Tensor | null, L: number, S: number, heads: number): Tensor | null {
  if (mask === null) return null;
  const expected = mask.ndim === 2 ? [L, S] : [heads, L, S];
  if (!equalSizes(mask.sizes, expected)) {
    throw new RuntimeError(`The shape of the ${mask.ndim}D attn_mask is ${shapeText(mask)}, but should be ${repr(expected)}.`);
  }
  return mask.ndim === 2 ? mask.unsqueeze(0) : mask;
}

/** Mask and padding in one. */
function wholeMask({ k, mask, padding }: Keys, batch: number, heads: number): Tensor | null {
  if (padding === null) return mask;
  const S = k.sizes[1]!;
  for (const [dim, size] of [batch, S].entries()) {
    const given = padding.sizes[dim]!;
    if (given !== size) throw new AssertionError(`Expected key_padded_mask.shape[${dim}] to be ${size}, but got ${given}`);
  }
  const ofHeads = padding
    .reshape([batch, 1, 1, S])
    .expand([batch, heads, 1, S])
    .reshape([batch * heads, 1, S]);
  return mask === null ? ofHeads : mask.add(ofHeads);
}

/** How much each query takes of each value: (batch * heads, L, S). */
function attentionWeights(q: Tensor, k: Tensor, mask: Tensor | null, p: number): Tensor {
  const scores = matmul(q.mul(Math.sqrt(1 / q.sizes[2]!)), k.transpose(1, 2));
  const weights = softmax(mask === null ? scores : scores.add(mask), -1);
  return p > 0 ? dropout(weights, p) : weights;
}

/** Queries, keys and values through their projections, each (L or S, batch, E). */
function project(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  inProjWeight: Tensor | null,
  inProjBias: Tensor | null,
  options: MultiHeadAttentionOptions,
): [Tensor, Tensor, Tensor] {
  const embedDim = query.sizes[query.ndim - 1]!;
  if (!options.useSeparateProjWeight && query === key && key === value) {
    return linear(query, inProjWeight!, inProjBias).split(embedDim, -1) as [Tensor, Tensor, Tensor];
  }
  const weights = options.useSeparateProjWeight ? [options.qProjWeight!, options.kProjWeight!, options.vProjWeight!] : inProjWeight!.split(embedDim, 0);
  const biases = inProjBias === null ? [null, null, null] : inProjBias.split(embedDim, 0);
  return [query, key, value].map((x, i) => linear(x, weights[i]!, biases[i])) as [Tensor, Tensor, Tensor];
}

/**
 * Attention of several heads on projected queries, keys and values (torch.nn.functional.multi_head_attention_forward): what
 * nn.MultiheadAttention computes from its parameters. Query (L, batch, E), key and value (S, batch, ...), all also without a batch; gives the
 * output, shaped as the query, and the weights (batch, L, S), null where they are not needed.
 */
export const multiHeadAttentionForward: (
  query: Tensor,
  key: Tensor,
  value: Tensor,
  embedDimToCheck: number,
  numHeads: number,
  inProjWeight: Tensor | null,
  inProjBias: Tensor | null,
  biasK: Tensor | null,
  biasV: Tensor | null,
  addZeroAttn: boolean,
  dropoutP: number,
  outProjWeight: Tensor,
  outProjBias: Tensor | null,
  options?: MultiHeadAttentionOptions,
) => [output: Tensor, weights: Tensor | null] = defineComposite(
  {
    name: "multiHeadAttentionForward",
    effect: computes,
    multiplyAdds: ofParts,
    arguments: [
      "query",
      "key",
      "value",
      null,
      "numHeads",
      "inProjWeight",
      "inProjBias",
      "biasK",
      "biasV",
      ["addZeroAttn", false],
      ["dropoutP", 0],
      "outProjWeight",
      "outProjBias",
      { training: null, needWeights: true, useSeparateProjWeight: null, averageAttnWeights: true, isCausal: false },
    ],
  },
  (
    queryGiven: Tensor,
    keyGiven: Tensor,
    valueGiven: Tensor,
    embedDimToCheck: number,
    numHeads: number,
    inProjWeight: Tensor | null,
    inProjBias: Tensor | null,
    biasK: Tensor | null,
    biasV: Tensor | null,
    addZeroAttn: boolean,
    dropoutP: number,
    outProjWeight: Tensor,
    outProjBias: Tensor | null,
    given: MultiHeadAttentionOptions = {},
  ): [Tensor, Tensor | null] => {
    const options = checkedOptions<MultiHeadAttentionOptions>("multi_head_attention_forward", given, ...optionNames);
    const { training = true, needWeights = true, averageAttnWeights = true } = options;
    const inputs = { query: queryGiven, key: keyGiven, value: valueGiven, keyPaddingMask: options.keyPaddingMask ?? null };
    const isBatched = checkAttentionShapes(inputs, options.attnMask ?? null, numHeads);
    const { query, key, value, keyPaddingMask } = isBatched ? inputs : withBatch(inputs);
    const [L, batch, embedDim] = query.sizes as [number, number, number];
    const padding = additiveMask(keyPaddingMask, "key_padding_mask", query);
    const { mask: allowed, isCausal } = causality(options, padding !== null, query);
    checkFeatures(query, key, value, embedDimToCheck, numHeads, options.useSeparateProjWeight ?? false);
    const headDim = embedDim / numHeads;
    const splitHeads = (x: Tensor): Tensor => x.reshape([x.sizes[0]!, batch * numHeads, headDim]).transpose(0, 1);

    const [q, k, v] = project(query, key, value, inProjWeight, inProjBias, options);
    let keys: Keys = { k, v, mask: perHead(allowed, L, key.sizes[0]!, batch * numHeads), padding };
    const { staticK = null, staticV = null } = options;
    if (biasK !== null && staticK !== null) throw new AssertionError("bias cannot be added to static key.");
    if (biasV !== null && staticV !== null) throw new AssertionError("bias cannot be added to static value.");
    if (biasK !== null && biasV !== null) keys = withOneMore(keys, biasK.expand([1, batch, embedDim]), biasV.expand([1, batch, embedDim]), 0);
    const queries = splitHeads(q);
    const ready = (x: Tensor | null, name: string, projected: Tensor): Tensor => {
      if (x === null) return splitHeads(projected);
      const expected = [batch * numHeads, null, headDim];
      for (const dim of [0, 2]) {
        if (x.sizes[dim] !== expected[dim]) throw new AssertionError(`expecting ${name}.size(${dim}) of ${expected[dim]}, but got ${x.sizes[dim]}`);
      }
      return x;
    };
    keys = { ...keys, k: ready(staticK, "static_k", keys.k), v: ready(staticV, "static_v", keys.v) };
    if (addZeroAttn) {
      const zero = Tensor.allocate([batch * numHeads, 1, headDim], keys.k.dtype, keys.k.device);
      keys = withOneMore(keys, zero, zero, 1);
    }
    const mask = wholeMask(keys, batch, numHeads);

    const p = training ? dropoutP : 0;
    const merge = (output: Tensor): Tensor => named("ViewBackward0", linear(output.transpose(0, 1).reshape([L, batch, embedDim]), outProjWeight, outProjBias));
    if (!needWeights) {
      const four = (x: Tensor): Tensor => x.reshape([batch, numHeads, ...x.sizes.slice(1)]);
      const ofAll = mask && (mask.sizes[0] === 1 ? mask.unsqueeze(0) : four(mask));
      const attended = scaledDotProductAttention(four(queries), four(keys.k), four(keys.v), ofAll, p, isCausal);
      const output = merge(attended.reshape([batch * numHeads, L, headDim]));
      return [isBatched ? output : output.squeeze(1), null];
    }
    const attention = attentionWeights(queries, keys.k, mask, p);
    const output = merge(matmul(attention, keys.v));
    let weights = attention.reshape([batch, numHeads, ...attention.sizes.slice(1)]);
    if (averageAttnWeights) weights = mean(weights, 1);
    return isBatched ? [output, weights] : [output.squeeze(1), weights.squeeze(0)];
  },
);
