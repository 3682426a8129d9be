import { RuntimeError } from "../../errors.js";
import { collect, required, type Arguments, type WithRequired } from "../../arguments.js";
import { full, type TensorOptions } from "../../ops/creation.js";
import { triu } from "../../ops/joining.js";
import type { Tensor } from "../../tensor.js";
import { ModuleList } from "./containers.js";
import { declaration, optional, type LayerDeclaration } from "../declaration.js";
import { deepcopy } from "../deepcopy.js";
import * as init from "../init.js";
import { Module } from "../module.js";
import { LayerNorm } from "./normalization.js";
import {
  type TransformerActivation,
  type TransformerLayerOptions,
  type Normalization,
  TransformerEncoderLayer,
  type DecoderLayerMasks,
  type DecoderPositional,
  decoderMaskNames,
  TransformerDecoderLayer,
} from "./transformerLayers.js";

/** Stacks of layers, and the transformer of "Attention Is All You Need" (torch.nn.Transformer and its parts). */

/** Independent copies that start from the same values. */
function copies<Layer extends Module>(layer: Layer, count: number): ModuleList<Layer> {
  return new ModuleList(Array.from({ length: count }, () => deepcopy(layer)));
}

export interface EncoderOptions {
  /** Accepted for PyTorch's sake; there are no nested tensors here. Default true. */
  readonly enableNestedTensor?: boolean;
  /** Accepted for PyTorch's sake; there are no nested tensors here. Default true. */
  readonly maskCheck?: boolean;
  /** Normalizes what the last layer gives. Default null. */
  readonly norm?: Normalization | null;
}

/** What a TransformerEncoder is not to attend to. */
export interface EncoderMasks {
  /** Where attention is not allowed: (L, L) or (batch * heads, L, L). Default null. */
  readonly mask?: Tensor | null;
  /** Which positions are padding: (batch, L). Default null. */
  readonly srcKeyPaddingMask?: Tensor | null;
  /** Says that `mask` is the causal one. Default false. */
  readonly isCausal?: boolean | null;
}

/** A stack of copies of one encoder layer. (torch.nn.TransformerEncoder) */
export class TransformerEncoder extends Module {
  static override readonly [declaration]: LayerDeclaration<TransformerEncoder> = {
    family: "container",
    arguments: ({ numLayers }) => ({ numLayers }),
  };

  readonly layers: ModuleList<TransformerEncoderLayer>;
  readonly norm: Normalization | null;
  readonly numLayers: number;

  constructor(
    encoderLayer: TransformerEncoderLayer,
    ...args: WithRequired<
      [numLayers: number],
      { readonly numLayers: number },
      [norm: Normalization | null, enableNestedTensor: boolean, maskCheck: boolean],
      EncoderOptions
    >
  ) {
    super();
    const { numLayers, norm = null } = collect<EncoderOptions & { readonly numLayers?: number }>(
      "TransformerEncoder",
      ["numLayers", "norm", "enableNestedTensor", "maskCheck"],
      args,
      [],
    );
    this.numLayers = required(numLayers, "TransformerEncoder", "num_layers");
    this.layers = copies(encoderLayer, this.numLayers);
    this.norm = norm;
  }

  override forward(src: Tensor, ...args: Arguments<[mask: Tensor | null, srcKeyPaddingMask: Tensor | null, isCausal: boolean | null], EncoderMasks>): Tensor {
    const { mask = null, srcKeyPaddingMask = null, isCausal } = collect<EncoderMasks>("forward", ["mask", "srcKeyPaddingMask", "isCausal"], args);
    let output = src;
    for (const layer of this.layers) output = layer(output, { srcMask: mask, srcKeyPaddingMask, isCausal: isCausal ?? false });
    return this.norm === null ? output : this.norm(output);
  }
}

/** A stack of copies of one decoder layer. (torch.nn.TransformerDecoder) */
export class TransformerDecoder extends Module {
  static override readonly [declaration]: LayerDeclaration<TransformerDecoder> = {
    family: "container",
    arguments: ({ numLayers }) => ({ numLayers }),
  };

  readonly layers: ModuleList<TransformerDecoderLayer>;
  readonly norm: Normalization | null;
  readonly numLayers: number;

  constructor(
    decoderLayer: TransformerDecoderLayer,
    ...args: WithRequired<[numLayers: number], { readonly numLayers: number }, [norm: Normalization | null], Pick<EncoderOptions, "norm">>
  ) {
    super();
    const { numLayers, norm = null } = collect<Pick<EncoderOptions, "norm"> & { readonly numLayers?: number }>(
      "TransformerDecoder",
      ["numLayers", "norm"],
      args,
    );
    this.numLayers = required(numLayers, "TransformerDecoder", "num_layers");
    this.layers = copies(decoderLayer, this.numLayers);
    this.norm = norm;
  }

  override forward(tgt: Tensor, memory: Tensor, ...args: Arguments<DecoderPositional, DecoderLayerMasks>): Tensor {
    const masks = collect<DecoderLayerMasks>("forward", decoderMaskNames, args);
    let output = tgt;
    for (const layer of this.layers) output = layer(output, memory, masks);
    return this.norm === null ? output : this.norm(output);
  }
}

export interface TransformerOptions extends TransformerLayerOptions {
  /** Features of each position. Default 512. */
  readonly dModel?: number;
  /** Heads of each attention. Default 8. */
  readonly nhead?: number;
  /** Default 6. */
  readonly numEncoderLayers?: number;
  /** Default 6. */
  readonly numDecoderLayers?: number;
  /** Takes the place of the encoder. Called with src and {mask, srcKeyPaddingMask, isCausal}. Default null. */
  readonly customEncoder?: Module | null;
  /** Takes the place of the decoder. Called with tgt, memory and the masks of the decoder. Default null. */
  readonly customDecoder?: Module | null;
}

/** What a Transformer is not to attend to, in its source and in its target. */
export interface TransformerMasks extends DecoderLayerMasks {
  /** Where the source may not attend to itself: (S, S) or (batch * heads, S, S). Default null. */
  readonly srcMask?: Tensor | null;
  /** Which positions of the source are padding: (batch, S). Default null. */
  readonly srcKeyPaddingMask?: Tensor | null;
  /** Says that `srcMask` is the causal one. Default false. */
  readonly srcIsCausal?: boolean | null;
}

type TransformerPositional = [
  dModel: number,
  nhead: number,
  numEncoderLayers: number,
  numDecoderLayers: number,
  dimFeedforward: number,
  dropout: number,
  activation: TransformerActivation,
  customEncoder: Module | null,
  customDecoder: Module | null,
  layerNormEps: number,
  batchFirst: boolean,
  normFirst: boolean,
  bias: boolean,
];

type TransformerMasksPositional = [
  srcMask: Tensor | null,
  tgtMask: Tensor | null,
  memoryMask: Tensor | null,
  srcKeyPaddingMask: Tensor | null,
  tgtKeyPaddingMask: Tensor | null,
  memoryKeyPaddingMask: Tensor | null,
  srcIsCausal: boolean | null,
  tgtIsCausal: boolean,
  memoryIsCausal: boolean,
];

/**
 * Encoder and decoder (torch.nn.Transformer). Source (S, batch, dModel) and target (T, batch, dModel), all also without a batch; the output is
 * shaped as the target. Weights of more than one dimension start from Xavier's uniform distribution.
 */
export class Transformer extends Module {
  static override readonly [declaration]: LayerDeclaration<Transformer> = {
    family: "container",
    arguments: ({ dModel, nhead, encoder, decoder, batchFirst }) => ({
      dModel: optional(dModel, 512),
      nhead: optional(nhead, 8),
      ...(encoder instanceof TransformerEncoder && { numEncoderLayers: optional(encoder.numLayers, 6) }),
      ...(decoder instanceof TransformerDecoder && { numDecoderLayers: optional(decoder.numLayers, 6) }),
      batchFirst: optional(batchFirst, false),
    }),
  };

  readonly encoder: Module;
  readonly decoder: Module;
  readonly dModel: number;
  readonly nhead: number;
  readonly batchFirst: boolean;

  constructor(...args: Arguments<TransformerPositional, TransformerOptions>) {
    super();
    const options = collect<TransformerOptions>(
      "Transformer",
      [
        "dModel",
        "nhead",
        "numEncoderLayers",
        "numDecoderLayers",
        "dimFeedforward",
        "dropout",
        "activation",
        "customEncoder",
        "customDecoder",
        "layerNormEps",
        "batchFirst",
        "normFirst",
        "bias",
      ],
      args,
      ["device", "dtype"],
    );
    const { dModel = 512, nhead = 8, numEncoderLayers = 6, numDecoderLayers = 6, customEncoder = null, customDecoder = null, ...layerOptions } = options;
    const { layerNormEps: eps = 1e-5, batchFirst = false, bias = true, device, dtype } = layerOptions;
    const norm = (): Normalization => new LayerNorm(dModel, { eps, bias, device, dtype });
    this.encoder = customEncoder ?? new TransformerEncoder(new TransformerEncoderLayer(dModel, nhead, layerOptions), numEncoderLayers, norm());
    this.decoder = customDecoder ?? new TransformerDecoder(new TransformerDecoderLayer(dModel, nhead, layerOptions), numDecoderLayers, norm());
    this.dModel = dModel;
    this.nhead = nhead;
    this.batchFirst = batchFirst;
    this.resetParameters();
  }

  resetParameters(): void {
    for (const parameter of this.parameters()) if (parameter.ndim > 1) init.xavierUniform_(parameter);
  }

  override forward(src: Tensor, tgt: Tensor, ...args: Arguments<TransformerMasksPositional, TransformerMasks>): Tensor {
    const masks = collect<TransformerMasks>(
      "forward",
      ["srcMask", "tgtMask", "memoryMask", "srcKeyPaddingMask", "tgtKeyPaddingMask", "memoryKeyPaddingMask", "srcIsCausal", "tgtIsCausal", "memoryIsCausal"],
      args,
      [],
    );
    const { srcMask = null, srcKeyPaddingMask = null, srcIsCausal = null, ...decoderMasks } = masks;
    if (src.ndim === 3) {
      const batchDim = this.batchFirst ? 0 : 1;
      if (src.sizes[batchDim] !== tgt.sizes[batchDim]) throw new RuntimeError("the batch number of src and tgt must be equal");
    }
    if (src.sizes[src.ndim - 1] !== this.dModel || tgt.sizes[tgt.ndim - 1] !== this.dModel) {
      throw new RuntimeError("the feature number of src and tgt must be equal to d_model");
    }
    const encoder = this.encoder as unknown as (src: Tensor, masks: EncoderMasks) => Tensor;
    const decoder = this.decoder as unknown as (tgt: Tensor, memory: Tensor, masks: DecoderLayerMasks) => Tensor;
    return decoder(tgt, encoder(src, { mask: srcMask, srcKeyPaddingMask, isCausal: srcIsCausal }), decoderMasks);
  }

  /** The causal mask of `size` positions: zeros, and minus infinity above the diagonal. */
  static generateSquareSubsequentMask(size: number, options: TensorOptions = {}): Tensor {
    return triu(full([size, size], -Infinity, options), 1);
  }
}
