import { AssertionError, ValueError } from "../../errors.js";
import { collect, required, type Arguments, type WithRequired } from "../../arguments.js";
import { multiHeadAttentionForward } from "../../ops/attention.js";
import type { Tensor } from "../../tensor.js";
import { declaration, optional, takesFeatures, type LayerDeclaration } from "../declaration.js";
import { sequences } from "../exampleInputs.js";
import { emptyParameter, type FactoryOptions } from "../factory.js";
import * as init from "../init.js";
import { Linear } from "./linear.js";
import { Module } from "../module.js";
import { nameInCamelCase } from "../names.js";
import type { Parameter } from "../parameter.js";

/** The output projection of attention: a Linear under the name that PyTorch gives it. */
export class NonDynamicallyQuantizableLinear<HasBias extends boolean = true> extends Linear<HasBias> {}

export interface MultiheadAttentionOptions extends FactoryOptions {
  /** Probability with which attention weights are dropped while training. Default 0. */
  readonly dropout?: number;
  /** Whether the projections have biases. Default true. */
  readonly bias?: boolean;
  /** Whether a learned key and value are appended. Default false. */
  readonly addBiasKv?: boolean;
  /** Whether a key and a value of zeros are appended. Default false. */
  readonly addZeroAttn?: boolean;
  /** Features of the keys; null for `embedDim`. Default null. */
  readonly kdim?: number | null;
  /** Features of the values; null for `embedDim`. Default null. */
  readonly vdim?: number | null;
  /** Whether inputs and output are (batch, length, features) instead of (length, batch, features). Default false. */
  readonly batchFirst?: boolean;
}

interface AttentionSizes {
  readonly embedDim: number;
  readonly numHeads: number;
}

export interface AttendOptions {
  /** True (or minus infinity, added) for keys that are padding; (batch, S), or (S) without a batch. Default null. */
  readonly keyPaddingMask?: Tensor | null;
  /** Whether the attention weights are to be returned too; without them it is faster. Default true. */
  readonly needWeights?: boolean;
  /** True (or minus infinity, added) where attention is not allowed; (L, S), or (batch * heads, L, S). Default null. */
  readonly attnMask?: Tensor | null;
  /** Whether the weights are averaged over the heads. Default true. */
  readonly averageAttnWeights?: boolean;
  /** Says that `attnMask` is the causal one. Default false. */
  readonly isCausal?: boolean;
}

/**
 * Attention of several heads (torch.nn.MultiheadAttention, "Attention Is All You Need"). Query (L, batch, embedDim), key (S, batch, kdim) and
 * value (S, batch, vdim), all also without a batch; gives [output, weights]: the output shaped as the query, the weights (batch, L, S), or null.
 * The in-projections start from Xavier's uniform distribution, biases from zero.
 */
export class MultiheadAttention extends Module {
  static override readonly [declaration]: LayerDeclaration<MultiheadAttention> = {
    family: "attention",
    arguments: ({ embedDim, numHeads, dropout, inProjBias, biasK, addZeroAttn, kdim, vdim, batchFirst }) => ({
      embedDim,
      numHeads,
      dropout: optional(dropout, 0),
      bias: optional(inProjBias !== null, true),
      addBiasKv: optional(biasK !== null, false),
      addZeroAttn: optional(addZeroAttn, false),
      kdim: optional(kdim, embedDim),
      vdim: optional(vdim, embedDim),
      batchFirst: optional(batchFirst, false),
    }),
    takes: () => [takesFeatures("embedDim"), takesFeatures("kdim", 1), takesFeatures("vdim", 2)],
    axes: () => ({
      in_proj_weight: ["out", "in"],
      q_proj_weight: ["out", "in"],
      k_proj_weight: ["out", "in"],
      v_proj_weight: ["out", "in"],
      in_proj_bias: ["out"],
      bias_k: ["sequence", "batch", "feature"],
      bias_v: ["sequence", "batch", "feature"],
    }),
    inputs: ({ embedDim, batchFirst }) => sequences(embedDim, batchFirst),
  };

  readonly embedDim: number;
  readonly numHeads: number;
  readonly kdim: number;
  readonly vdim: number;
  readonly dropout: number;
  readonly batchFirst: boolean;
  readonly headDim: number;
  readonly addZeroAttn: boolean;
  /** The three in-projections in one, (3 * embedDim, embedDim); null where keys or values have features of their own number. */
  declare inProjWeight: Parameter | null;
  /** Of shape (embedDim, embedDim); null where `inProjWeight` serves. */
  declare qProjWeight: Parameter | null;
  /** Of shape (embedDim, kdim); null where `inProjWeight` serves. */
  declare kProjWeight: Parameter | null;
  /** Of shape (embedDim, vdim); null where `inProjWeight` serves. */
  declare vProjWeight: Parameter | null;
  /** Of shape (3 * embedDim); null without biases. */
  declare inProjBias: Parameter | null;
  /** The output projection, embedDim to embedDim. */
  declare outProj: NonDynamicallyQuantizableLinear<boolean>;
  /** The appended key, (1, 1, embedDim); null without `addBiasKv`. */
  declare biasK: Parameter | null;
  /** The appended value, (1, 1, embedDim); null without `addBiasKv`. */
  declare biasV: Parameter | null;

  constructor(
    ...args: WithRequired<
      [embedDim: number, numHeads: number],
      AttentionSizes,
      [dropout: number, bias: boolean, addBiasKv: boolean, addZeroAttn: boolean, kdim: number | null, vdim: number | null, batchFirst: boolean],
      MultiheadAttentionOptions
    >
  ) {
    super();
    const options = collect<MultiheadAttentionOptions & Partial<AttentionSizes>>(
      "MultiheadAttention",
      ["embedDim", "numHeads", "dropout", "bias", "addBiasKv", "addZeroAttn", "kdim", "vdim", "batchFirst"],
      args,
      ["device", "dtype"],
    );
    const { dropout = 0, bias = true, addBiasKv = false, addZeroAttn = false, kdim = null, vdim = null, batchFirst = false, device, dtype } = options;
    const embedDim = (this.embedDim = required(options.embedDim, "MultiheadAttention", "embed_dim"));
    const numHeads = (this.numHeads = required(options.numHeads, "MultiheadAttention", "num_heads"));
    if (embedDim <= 0 || numHeads <= 0) {
      throw new ValueError(`embed_dim and num_heads must be greater than 0, got embed_dim=${embedDim} and num_heads=${numHeads} instead`);
    }
    this.kdim = kdim ?? embedDim;
    this.vdim = vdim ?? embedDim;
    this.dropout = dropout;
    this.batchFirst = batchFirst;
    this.addZeroAttn = addZeroAttn;
    this.headDim = Math.floor(embedDim / numHeads);
    if (this.headDim * numHeads !== embedDim) throw new AssertionError("embed_dim must be divisible by num_heads");
    const isPacked = this.kdim === embedDim && this.vdim === embedDim;
    const separate = (features: number): Parameter | null => (isPacked ? null : emptyParameter([embedDim, features], options));
    if (isPacked) this.registerParameter("in_proj_weight", emptyParameter([3 * embedDim, embedDim], options));
    this.registerParameter("q_proj_weight", separate(embedDim));
    this.registerParameter("k_proj_weight", separate(this.kdim));
    this.registerParameter("v_proj_weight", separate(this.vdim));
    if (!isPacked) this.registerParameter("in_proj_weight", null);
    this.registerParameter("in_proj_bias", bias ? emptyParameter([3 * embedDim], options) : null);
    this.addModule("out_proj", new NonDynamicallyQuantizableLinear(embedDim, embedDim, { bias, device, dtype }));
    this.registerParameter("bias_k", addBiasKv ? emptyParameter([1, 1, embedDim], options) : null);
    this.registerParameter("bias_v", addBiasKv ? emptyParameter([1, 1, embedDim], options) : null);
    this.resetParameters();
  }

  /** Fills the in-projections and biases anew; the output projection keeps its weight, as in PyTorch. */
  resetParameters(): void {
    for (const weight of [this.inProjWeight, this.qProjWeight, this.kProjWeight, this.vProjWeight]) if (weight !== null) init.xavierUniform_(weight);
    if (this.inProjBias !== null) {
      init.constant_(this.inProjBias, 0);
      init.constant_(this.outProj.bias!, 0);
    }
    for (const bias of [this.biasK, this.biasV]) if (bias !== null) init.xavierNormal_(bias);
  }

  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    ...args: Arguments<
      [keyPaddingMask: Tensor | null, needWeights: boolean, attnMask: Tensor | null, averageAttnWeights: boolean, isCausal: boolean],
      AttendOptions
    >
  ): [output: Tensor, weights: Tensor | null] {
    const options = collect<AttendOptions>("forward", ["keyPaddingMask", "needWeights", "attnMask", "averageAttnWeights", "isCausal"], args);
    const swaps = this.batchFirst && query.ndim === 3;
    let [q, k, v] = [query, key, value];
    if (swaps) {
      // What was one tensor stays one: self-attention projects all three at once.
      q = query.transpose(0, 1);
      k = key === query ? q : key.transpose(0, 1);
      v = value === key ? k : value.transpose(0, 1);
    }
    const [output, weights] = multiHeadAttentionForward(
      q,
      k,
      v,
      this.embedDim,
      this.numHeads,
      this.inProjWeight,
      this.inProjBias,
      this.biasK,
      this.biasV,
      this.addZeroAttn,
      this.dropout,
      this.outProj.weight,
      this.outProj.bias,
      {
        ...options,
        training: this.training,
        useSeparateProjWeight: this.inProjWeight === null,
        qProjWeight: this.qProjWeight,
        kProjWeight: this.kProjWeight,
        vProjWeight: this.vProjWeight,
      },
    );
    return [swaps ? output.transpose(0, 1) : output, weights];
  }
}
nameInCamelCase(
  MultiheadAttention.prototype,
  "in_proj_weight",
  "q_proj_weight",
  "k_proj_weight",
  "v_proj_weight",
  "in_proj_bias",
  "out_proj",
  "bias_k",
  "bias_v",
);
