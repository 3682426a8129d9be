import { RuntimeError } from "../../errors.js";
import { gelu, relu } from "../../ops/activation.js";
import { collect, required, type Arguments, type WithRequired } from "../../arguments.js";
import type { Tensor } from "../../tensor.js";
import { MultiheadAttention } from "./attention.js";
import { declaration, optional, type LayerDeclaration } from "../declaration.js";
import { Dropout } from "./dropout.js";
import type { FactoryOptions } from "../factory.js";
import { Linear } from "./linear.js";
import { Module } from "../module.js";
import { nameInCamelCase } from "../names.js";
import { LayerNorm } from "./normalization.js";

/** The layers of a transformer (torch.nn.TransformerEncoderLayer, TransformerDecoderLayer). */

/** What stands between the two layers of a feedforward network: a name, a function or a module. */
export type TransformerActivation = "relu" | "gelu" | ((x: Tensor) => Tensor);

export interface TransformerLayerOptions extends FactoryOptions {
  /** Features inside of the feedforward network. Default 2048. */
  readonly dimFeedforward?: number;
  /** Probability of every dropout. Default 0.1. */
  readonly dropout?: number;
  /** Default "relu". */
  readonly activation?: TransformerActivation;
  /** Added to the variance in layer normalization. Default 1e-5. */
  readonly layerNormEps?: number;
  /** Whether tensors are (batch, length, features) instead of (length, batch, features). Default false. */
  readonly batchFirst?: boolean;
  /** Whether normalization comes before attention and feedforward network instead of after the residual sum. Default false. */
  readonly normFirst?: boolean;
  /** Whether linear layers and normalizations have biases. Default true. */
  readonly bias?: boolean;
}

type LayerPositional = [
  dimFeedforward: number,
  dropout: number,
  activation: TransformerActivation,
  layerNormEps: number,
  batchFirst: boolean,
  normFirst: boolean,
  bias: boolean,
];

interface LayerSizes {
  readonly dModel: number;
  readonly nhead: number;
}

type LayerArguments = WithRequired<[dModel: number, nhead: number], LayerSizes, LayerPositional, TransformerLayerOptions>;

const layerArgumentNames = ["dModel", "nhead", "dimFeedforward", "dropout", "activation", "layerNormEps", "batchFirst", "normFirst", "bias"] as const;

/** A module of one tensor, e.g. LayerNorm. */
export type Normalization = Module & ((x: Tensor) => Tensor);

function activationOf(activation: TransformerActivation): (x: Tensor) => Tensor {
  if (typeof activation === "function") return activation;
  if (activation === "relu") return relu;
  if (activation === "gelu") return gelu;
  throw new RuntimeError(`activation should be relu/gelu, not ${String(activation)}`);
}

/** What encoder and decoder layers are made with: the options with their defaults. */
function layerParts(dModel: number, options: TransformerLayerOptions) {
  const {
    dimFeedforward = 2048,
    dropout = 0.1,
    activation = "relu",
    layerNormEps = 1e-5,
    batchFirst = false,
    normFirst = false,
    bias = true,
    device,
    dtype,
  } = options;
  const factory = { device, dtype };
  return {
    activation,
    normFirst,
    attention: (heads: number) => new MultiheadAttention(dModel, heads, { dropout, bias, batchFirst, ...factory }),
    linear1: () => new Linear<boolean>(dModel, dimFeedforward, { bias, ...factory }),
    linear2: () => new Linear<boolean>(dimFeedforward, dModel, { bias, ...factory }),
    norm: () => new LayerNorm<true, boolean>(dModel, { eps: layerNormEps, bias, ...factory }),
    dropout: () => new Dropout(dropout),
  };
}

/** What a layer was made with, as its parts say. */
function layerArguments(layer: TransformerEncoderLayer | TransformerDecoderLayer): Readonly<Record<string, unknown>> {
  const { selfAttn, linear1, norm1, activation } = layer;
  return {
    dModel: selfAttn.embedDim,
    nhead: selfAttn.numHeads,
    dimFeedforward: optional(linear1.outFeatures, 2048),
    dropout: optional(layer.dropout.p, 0.1),
    activation: optional(activation === relu ? "relu" : activation === gelu ? "gelu" : activation, "relu"),
    layerNormEps: optional(norm1.eps, 1e-5),
    batchFirst: optional(selfAttn.batchFirst, false),
    normFirst: optional(layer.normFirst, false),
    bias: optional(linear1.bias !== null, true),
  };
}

/** What a TransformerEncoderLayer is not to attend to. */
export interface EncoderLayerMasks {
  /** Where attention is not allowed, as in MultiheadAttention: (L, L) or (batch * heads, L, L). Default null. */
  readonly srcMask?: Tensor | null;
  /** Which positions are padding: (batch, L). Default null. */
  readonly srcKeyPaddingMask?: Tensor | null;
  /** Says that `srcMask` is the causal one. Default false. */
  readonly isCausal?: boolean;
}

/** Self-attention and a feedforward network, each with a residual sum and normalization. (torch.nn.TransformerEncoderLayer) Output shaped as the input. */
export class TransformerEncoderLayer extends Module {
  static override readonly [declaration]: LayerDeclaration<TransformerEncoderLayer> = {
    family: "attention",
    arguments: (layer) => layerArguments(layer),
  };

  declare readonly selfAttn: MultiheadAttention;
  readonly linear1: Linear<boolean>;
  readonly dropout: Dropout;
  readonly linear2: Linear<boolean>;
  readonly normFirst: boolean;
  readonly norm1: LayerNorm<true, boolean>;
  readonly norm2: LayerNorm<true, boolean>;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly activation: (x: Tensor) => Tensor;

  constructor(...args: LayerArguments) {
    super();
    const {
      dModel,
      nhead: heads,
      ...options
    } = collect<TransformerLayerOptions & Partial<LayerSizes>>("TransformerEncoderLayer", layerArgumentNames, args, ["device", "dtype"]);
    const parts = layerParts(required(dModel, "TransformerEncoderLayer", "d_model"), options);
    const nhead = required(heads, "TransformerEncoderLayer", "nhead");
    this.addModule("self_attn", parts.attention(nhead));
    this.linear1 = parts.linear1();
    this.dropout = parts.dropout();
    this.linear2 = parts.linear2();
    this.normFirst = parts.normFirst;
    this.norm1 = parts.norm();
    this.norm2 = parts.norm();
    this.dropout1 = parts.dropout();
    this.dropout2 = parts.dropout();
    this.activation = activationOf(parts.activation);
  }

  override forward(src: Tensor, ...args: Arguments<[srcMask: Tensor | null, srcKeyPaddingMask: Tensor | null, isCausal: boolean], EncoderLayerMasks>): Tensor {
    const {
      srcMask = null,
      srcKeyPaddingMask = null,
      isCausal = false,
    } = collect<EncoderLayerMasks>("forward", ["srcMask", "srcKeyPaddingMask", "isCausal"], args);
    const attend = (x: Tensor): Tensor => {
      const [output] = this.selfAttn(x, x, x, { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask, needWeights: false, isCausal });
      return this.dropout1(output);
    };
    const feed = (x: Tensor): Tensor => this.dropout2(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    if (this.normFirst) {
      const x = src.add(attend(this.norm1(src)));
      return x.add(feed(this.norm2(x)));
    }
    const x = this.norm1(src.add(attend(src)));
    return this.norm2(x.add(feed(x)));
  }
}
nameInCamelCase(TransformerEncoderLayer.prototype, "self_attn");

/** What a decoder and its layers are not to attend to. */
export interface DecoderLayerMasks {
  /** Where the target may not attend to itself: (T, T) or (batch * heads, T, T). Default null. */
  readonly tgtMask?: Tensor | null;
  /** Where the target may not attend to the memory: (T, S) or (batch * heads, T, S). Default null. */
  readonly memoryMask?: Tensor | null;
  /** Which positions of the target are padding: (batch, T). Default null. */
  readonly tgtKeyPaddingMask?: Tensor | null;
  /** Which positions of the memory are padding: (batch, S). Default null. */
  readonly memoryKeyPaddingMask?: Tensor | null;
  /** Says that `tgtMask` is the causal one. Default false. */
  readonly tgtIsCausal?: boolean;
  /** Says that `memoryMask` is the causal one. Default false. */
  readonly memoryIsCausal?: boolean;
}

export type DecoderPositional = [
  tgtMask: Tensor | null,
  memoryMask: Tensor | null,
  tgtKeyPaddingMask: Tensor | null,
  memoryKeyPaddingMask: Tensor | null,
  tgtIsCausal: boolean,
  memoryIsCausal: boolean,
];

export const decoderMaskNames = ["tgtMask", "memoryMask", "tgtKeyPaddingMask", "memoryKeyPaddingMask", "tgtIsCausal", "memoryIsCausal"] as const;

/** Self-attention, attention to the encoder's output and a feedforward network, each with a residual sum and normalization. (torch.nn.TransformerDecoderLayer) */
export class TransformerDecoderLayer extends Module {
  static override readonly [declaration]: LayerDeclaration<TransformerDecoderLayer> = {
    family: "attention",
    arguments: (layer) => layerArguments(layer),
  };

  declare readonly selfAttn: MultiheadAttention;
  declare readonly multiheadAttn: MultiheadAttention;
  readonly linear1: Linear<boolean>;
  readonly dropout: Dropout;
  readonly linear2: Linear<boolean>;
  readonly normFirst: boolean;
  readonly norm1: LayerNorm<true, boolean>;
  readonly norm2: LayerNorm<true, boolean>;
  readonly norm3: LayerNorm<true, boolean>;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly dropout3: Dropout;
  readonly activation: (x: Tensor) => Tensor;

  constructor(...args: LayerArguments) {
    super();
    const {
      dModel,
      nhead: heads,
      ...options
    } = collect<TransformerLayerOptions & Partial<LayerSizes>>("TransformerDecoderLayer", layerArgumentNames, args, ["device", "dtype"]);
    const parts = layerParts(required(dModel, "TransformerDecoderLayer", "d_model"), options);
    const nhead = required(heads, "TransformerDecoderLayer", "nhead");
    this.addModule("self_attn", parts.attention(nhead));
    this.addModule("multihead_attn", parts.attention(nhead));
    this.linear1 = parts.linear1();
    this.dropout = parts.dropout();
    this.linear2 = parts.linear2();
    this.normFirst = parts.normFirst;
    this.norm1 = parts.norm();
    this.norm2 = parts.norm();
    this.norm3 = parts.norm();
    this.dropout1 = parts.dropout();
    this.dropout2 = parts.dropout();
    this.dropout3 = parts.dropout();
    this.activation = activationOf(parts.activation);
  }

  override forward(tgt: Tensor, memory: Tensor, ...args: Arguments<DecoderPositional, DecoderLayerMasks>): Tensor {
    const masks = collect<DecoderLayerMasks>("forward", decoderMaskNames, args);
    const { tgtMask = null, memoryMask = null, tgtKeyPaddingMask = null, memoryKeyPaddingMask = null, tgtIsCausal = false, memoryIsCausal = false } = masks;
    const attendToSelf = (x: Tensor): Tensor => {
      const [output] = this.selfAttn(x, x, x, { attnMask: tgtMask, keyPaddingMask: tgtKeyPaddingMask, isCausal: tgtIsCausal, needWeights: false });
      return this.dropout1(output);
    };
    const attendToMemory = (x: Tensor): Tensor => {
      const options = { attnMask: memoryMask, keyPaddingMask: memoryKeyPaddingMask, isCausal: memoryIsCausal, needWeights: false };
      const [output] = this.multiheadAttn(x, memory, memory, options);
      return this.dropout2(output);
    };
    const feed = (x: Tensor): Tensor => this.dropout3(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    if (this.normFirst) {
      let x = tgt.add(attendToSelf(this.norm1(tgt)));
      x = x.add(attendToMemory(this.norm2(x)));
      return x.add(feed(this.norm3(x)));
    }
    let x = this.norm1(tgt.add(attendToSelf(tgt)));
    x = this.norm2(x.add(attendToMemory(x)));
    return this.norm3(x.add(feed(x)));
  }
}
nameInCamelCase(TransformerDecoderLayer.prototype, "self_attn", "multihead_attn");
