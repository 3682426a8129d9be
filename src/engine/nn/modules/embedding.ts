import { noGrad } from "../../autograd/gradMode.js";
import { AssertionError } from "../../errors.js";
import { fill } from "../../kernels/elementwise.js";
import { collect, required, type Arguments, type WithRequired } from "../../arguments.js";
import * as F from "../../ops/embedding.js";
import { repr } from "../../print/python.js";
import { equalSizes } from "../../size.js";
import type { Tensor } from "../../tensor.js";
import { declaration, optional, type LayerDeclaration } from "../declaration.js";
import { integers, sequenceLength } from "../exampleInputs.js";
import { emptyParameter, type FactoryOptions } from "../factory.js";
import * as init from "../init.js";
import { Module } from "../module.js";
import { Parameter } from "../parameter.js";

export interface EmbeddingLayerOptions extends F.EmbeddingOptions, FactoryOptions {
  /** The table to use, of shape (numEmbeddings, embeddingDim). Default: one is drawn. */
  readonly weight?: Tensor | null;
}

export interface FromPretrainedOptions extends F.EmbeddingOptions {
  /** Whether the table is not to be learned. Default true. */
  readonly freeze?: boolean;
}

interface TableSize {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
}

/** What both layers have in common: a table of vectors, drawn from N(0, 1), with zeros in the padding row. */
abstract class Table extends Module {
  static override readonly [declaration]: LayerDeclaration<Table> = {
    family: "embedding",
    maps: ["numEmbeddings", "embeddingDim"],
    arguments: (layer) => tableArguments(layer),
    axes: () => ({ weight: ["index", "feature"] }),
    inputs: (layer) => integers(layer.weight.sizes[0]!, [1, sequenceLength], [sequenceLength], [1]),
  };

  /** Of shape (numEmbeddings, embeddingDim). */
  weight: Parameter;
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;
  readonly sparse: boolean;

  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    options: EmbeddingLayerOptions,
    table?: Parameter,
  ) {
    super();
    const { paddingIdx = null, maxNorm = null, normType = 2, scaleGradByFreq = false, sparse = false } = options;
    this.paddingIdx = paddingIdx;
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
    this.sparse = sparse;
    this.weight = table ?? emptyParameter([numEmbeddings, embeddingDim], options);
    if (table === undefined) this.resetParameters();
  }

  resetParameters(): void {
    init.normal_(this.weight);
    const { weight, paddingIdx } = this;
    if (paddingIdx !== null && weight.device === "cpu") noGrad(() => fill(weight.data.select(0, paddingIdx), 0));
  }

  protected get lookupOptions(): F.EmbeddingOptions {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    return { paddingIdx, maxNorm, normType, scaleGradByFreq };
  }

  protected describeNorm(): string {
    return (
      (this.maxNorm === null ? "" : `, max_norm=${repr(this.maxNorm)}`) +
      (this.normType === 2 ? "" : `, norm_type=${repr(this.normType)}`) +
      (this.scaleGradByFreq ? ", scale_grad_by_freq=True" : "")
    );
  }
}

function tableArguments(table: Table): Readonly<Record<string, unknown>> {
  const { numEmbeddings, embeddingDim, paddingIdx, maxNorm, normType, scaleGradByFreq, sparse } = table;
  return {
    numEmbeddings,
    embeddingDim,
    paddingIdx: optional(paddingIdx, null),
    maxNorm: optional(maxNorm, null),
    normType: optional(normType, 2),
    scaleGradByFreq: optional(scaleGradByFreq, false),
    sparse: optional(sparse, false),
  };
}

/** Counted from the start. `name` begins the error's text, as in PyTorch. */
function paddingFromStart(paddingIdx: number | null | undefined, numEmbeddings: number, name: string): number | null {
  if (paddingIdx == null) return null;
  if (paddingIdx >= numEmbeddings || paddingIdx < -numEmbeddings) throw new AssertionError(`${name} must be within num_embeddings`);
  return paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
}

/** The table that was given, as a parameter; undefined for one yet to be drawn. */
function givenTable(weight: Tensor | null | undefined, numEmbeddings: number, embeddingDim: number): Parameter | undefined {
  if (weight == null) return undefined;
  if (!equalSizes(weight.sizes, [numEmbeddings, embeddingDim])) {
    throw new AssertionError("Shape of weight does not match num_embeddings and embedding_dim");
  }
  return weight instanceof Parameter ? weight : new Parameter(weight);
}

function requireTable(embeddings: Tensor): void {
  if (embeddings.sizes.length !== 2) throw new AssertionError("Embeddings parameter is expected to be 2-dimensional");
}

function asTable(embeddings: Tensor, freeze: boolean): Parameter {
  return new Parameter(embeddings, !freeze);
}

/**
 * A table of `numEmbeddings` vectors of size `embeddingDim`, looked up by index (torch.nn.Embedding). Input: integers of any shape (*); output (*,
 * embeddingDim). `weight` is (numEmbeddings, embeddingDim) and starts from N(0, 1), the row `paddingIdx` as zeros.
 */
export class Embedding extends Table {
  constructor(
    ...args: WithRequired<
      [numEmbeddings: number, embeddingDim: number],
      TableSize,
      [paddingIdx: number | null, maxNorm: number | null, normType: number, scaleGradByFreq: boolean, sparse: boolean],
      EmbeddingLayerOptions
    >
  ) {
    const {
      numEmbeddings: rows,
      embeddingDim: columns,
      ...options
    } = collect<EmbeddingLayerOptions & Partial<TableSize>>(
      "Embedding",
      ["numEmbeddings", "embeddingDim", "paddingIdx", "maxNorm", "normType", "scaleGradByFreq", "sparse"],
      args,
      ["weight", "device", "dtype"],
    );
    const numEmbeddings = required(rows, "Embedding", "num_embeddings");
    const embeddingDim = required(columns, "Embedding", "embedding_dim");
    const paddingIdx = paddingFromStart(options.paddingIdx, numEmbeddings, "Padding_idx");
    super(numEmbeddings, embeddingDim, { ...options, paddingIdx }, givenTable(options.weight, numEmbeddings, embeddingDim));
  }

  /** A layer around an existing table, which is not learned unless `freeze` is false. (Embedding.from_pretrained) */
  static fromPretrained(
    embeddings: Tensor,
    ...args: Arguments<
      [freeze: boolean, paddingIdx: number | null, maxNorm: number | null, normType: number, scaleGradByFreq: boolean, sparse: boolean],
      FromPretrainedOptions
    >
  ): Embedding {
    const { freeze = true, ...options } = collect<FromPretrainedOptions>(
      "fromPretrained",
      ["freeze", "paddingIdx", "maxNorm", "normType", "scaleGradByFreq", "sparse"],
      args,
      [],
    );
    requireTable(embeddings);
    return new Embedding(embeddings.sizes[0]!, embeddings.sizes[1]!, { ...options, weight: asTable(embeddings, freeze) });
  }

  override forward(input: Tensor): Tensor {
    return F.embedding(input, this.weight, this.lookupOptions);
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === null ? "" : `, padding_idx=${this.paddingIdx}`;
    return `${this.numEmbeddings}, ${this.embeddingDim}${padding}${this.describeNorm()}${this.sparse ? ", sparse=True" : ""}`;
  }
}

export interface EmbeddingBagLayerOptions extends EmbeddingLayerOptions {
  /** How a bag's vectors become one. Default "mean". */
  readonly mode?: F.EmbeddingBagMode;
  /** Whether `offsets` ends with the length of the input. Default false. */
  readonly includeLastOffset?: boolean;
}

/**
 * Sums, means or maxima of bags of vectors from a table (torch.nn.EmbeddingBag). Input: integers (bags, length), or (total) with the starts of the bags
 * as `offsets`; output (bags, embeddingDim). `weight` is (numEmbeddings, embeddingDim) and starts from N(0, 1), the row `paddingIdx` as zeros.
 */
export class EmbeddingBag extends Table {
  static override readonly [declaration]: LayerDeclaration<EmbeddingBag> = {
    ...Table[declaration],
    arguments: (layer) => ({
      ...tableArguments(layer),
      mode: optional(layer.mode, "mean"),
      includeLastOffset: optional(layer.includeLastOffset, false),
    }),
  };

  readonly mode: F.EmbeddingBagMode;
  readonly includeLastOffset: boolean;

  constructor(
    ...args: WithRequired<
      [numEmbeddings: number, embeddingDim: number],
      TableSize,
      [maxNorm: number | null, normType: number, scaleGradByFreq: boolean, mode: F.EmbeddingBagMode, sparse: boolean],
      EmbeddingBagLayerOptions
    >
  ) {
    const {
      numEmbeddings: rows,
      embeddingDim: columns,
      ...options
    } = collect<EmbeddingBagLayerOptions & Partial<TableSize>>(
      "EmbeddingBag",
      ["numEmbeddings", "embeddingDim", "maxNorm", "normType", "scaleGradByFreq", "mode", "sparse"],
      args,
      ["includeLastOffset", "paddingIdx", "weight", "device", "dtype"],
    );
    const numEmbeddings = required(rows, "EmbeddingBag", "num_embeddings");
    const embeddingDim = required(columns, "EmbeddingBag", "embedding_dim");
    const { mode = "mean", includeLastOffset = false } = options;
    const paddingIdx = paddingFromStart(options.paddingIdx, numEmbeddings, "padding_idx");
    super(numEmbeddings, embeddingDim, { ...options, paddingIdx }, givenTable(options.weight, numEmbeddings, embeddingDim));
    this.mode = mode;
    this.includeLastOffset = includeLastOffset;
  }

  /** A layer around an existing table, which is not learned unless `freeze` is false. (EmbeddingBag.from_pretrained) */
  static fromPretrained(
    embeddings: Tensor,
    ...args: Arguments<
      [freeze: boolean, maxNorm: number | null, normType: number, scaleGradByFreq: boolean, mode: F.EmbeddingBagMode, sparse: boolean],
      FromPretrainedOptions & EmbeddingBagLayerOptions
    >
  ): EmbeddingBag {
    const { freeze = true, ...options } = collect<FromPretrainedOptions & EmbeddingBagLayerOptions>(
      "fromPretrained",
      ["freeze", "maxNorm", "normType", "scaleGradByFreq", "mode", "sparse"],
      args,
      ["includeLastOffset", "paddingIdx"],
    );
    requireTable(embeddings);
    return new EmbeddingBag(embeddings.sizes[0]!, embeddings.sizes[1]!, { ...options, weight: asTable(embeddings, freeze) });
  }

  override forward(input: Tensor, offsets: Tensor | null = null, perSampleWeights: Tensor | null = null): Tensor {
    const { mode, includeLastOffset } = this;
    return F.embeddingBag(input, this.weight, { ...this.lookupOptions, offsets, perSampleWeights, mode, includeLastOffset });
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === null ? "" : `, padding_idx=${this.paddingIdx}`;
    return `${this.numEmbeddings}, ${this.embeddingDim}${this.describeNorm()}, mode=${repr(this.mode)}${padding}`;
  }
}
