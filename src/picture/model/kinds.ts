import { byFamily, type FamilyName, type LayerFamily } from "../../protocol/index.js";
import type { LayerKind } from "../theme.js";

interface Kind {
  readonly kind: LayerKind;
  /** Whether a layer with layers inside is still drawn as this, and not as a container. */
  readonly evenAround?: true;
}

/** The picture tells fewer kinds apart than there are families. */
const kinds: Readonly<Record<FamilyName, Kind>> = {
  linear: { kind: "dense" },
  convolution: { kind: "convolution" },
  attention: { kind: "attention", evenAround: true },
  recurrent: { kind: "recurrent", evenAround: true },
  embedding: { kind: "embedding" },
  normalization: { kind: "normalization" },
  activation: { kind: "activation" },
  dropout: { kind: "structure" },
  pooling: { kind: "structure" },
  padding: { kind: "structure" },
  resampling: { kind: "structure" },
  reshaping: { kind: "structure" },
  identity: { kind: "structure" },
  distance: { kind: "operation" },
  loss: { kind: "operation" },
  container: { kind: "container" },
  module: { kind: "container" },
};

/** The colour of a module: by its family, or that of a container for one with modules inside. */
export function layerKind(family: LayerFamily, isAround: boolean): LayerKind {
  const { kind, evenAround = false } = byFamily(kinds, family);
  return isAround && !evenAround ? "container" : kind;
}
