import type { DeclaredLayer } from "../declaration.js";
import type { Module } from "../module.js";
import type * as layers from "./index.js";

export * from "./activation.js";
export * from "./adaptivePooling.js";
export * from "./adaptiveSoftmax.js";
export * from "./attention.js";
export * from "./bilinear.js";
export * from "./channelNormalization.js";
export * from "./containers.js";
export * from "./conv.js";
export * from "./distance.js";
export * from "./dropout.js";
export * from "./embedding.js";
export * from "./flatten.js";
export * from "./identity.js";
export * from "./linear.js";
export * from "./loss.js";
export * from "./normalization.js";
export * from "./padding.js";
export * from "./parameterContainers.js";
export * from "./pooling.js";
export * from "./rearrange.js";
export * from "./recurrent.js";
export * from "./recurrentCells.js";
export * from "./softmax.js";
export * from "./transformer.js";
export {
  type DecoderLayerMasks,
  type EncoderLayerMasks,
  type TransformerActivation,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from "./transformerLayers.js";
export * from "./upsample.js";

/** The names of the layers here that do not declare what they are. */
type Undeclared = {
  [Name in keyof typeof layers]: (typeof layers)[Name] extends abstract new (
    ...args: never[]
  ) => Module
    ? (typeof layers)[Name] extends DeclaredLayer
      ? never
      : Name
    : never;
}[keyof typeof layers];

type None<Names extends never> = Names;

/** Does not compile while a layer lacks `static override readonly [declaration]`; the error names the layer. */
export type EveryLayerIsDeclared = None<Undeclared>;
