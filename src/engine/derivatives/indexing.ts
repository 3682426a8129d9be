import { defineDerivative } from "../autograd/derivatives.js";
import { NotImplementedError } from "../errors.js";
import { product } from "../size.js";
import type { Tensor } from "../tensor.js";
import { itself, linearInAll, linearInEach } from "./mechanisms.js";

/** Derivatives of operations that read and write by index or mask. */

defineDerivative(["index", "indexSelect", "gather", "take", "maskedSelect"], linearInEach(0));
defineDerivative("indexPut", linearInAll(0, 1));
defineDerivative("put", linearInAll(0, 2));
defineDerivative(["maskedFill", "maskedScatter"], linearInAll(0, 2));
defineDerivative(["indexAdd", "indexCopy", "indexFill", "scatter", "scatterAdd"], linearInAll(0, 3));
defineDerivative("scatterReduce", itself);
defineDerivative("where", linearInAll(1, 2));

/** Rows of the table get what arrives at them; the padding row nothing, and by frequency each its share. */
defineDerivative<[weight: Tensor, indices: Tensor, paddingIdx: number | null, scaleGradByFreq: boolean]>(
  "embedding",
  (g, { args: [weight, indices, paddingIdx, scaleGradByFreq] }) => {
    const [rows, columns] = weight.sizes as [number, number];
    const at = indices.reshape(-1).long();
    let factors = at.ne(paddingIdx ?? -1).to(g.dtype);
    if (scaleGradByFreq) {
      const counts = factors.newZeros([rows]).indexAdd(0, at, factors.mul(0).add(1));
      factors = factors.div(counts.indexSelect(0, at));
    }
    return [g.newZeros([rows, columns]).indexAdd(0, at, g.reshape([-1, columns]).mul(factors.unsqueeze(1)))];
  },
);

type EmbeddingBagArgs = [
  weight: Tensor,
  indices: Tensor,
  offsets: Tensor,
  mode: string,
  perSampleWeights: Tensor | null,
  paddingIdx: number | null,
  scaleGradByFreq: boolean,
];

const bag = linearInEach(0, 4);
defineDerivative<EmbeddingBagArgs>("embeddingBag", (g, context) => {
  const [, , , mode, , , scaleGradByFreq] = context.args;
  if (mode === "max" || scaleGradByFreq) {
    throw new NotImplementedError(
      `derivative for aten::embedding_bag_backward is not implemented for ${mode === "max" ? "mode='max'" : "scale_grad_by_freq=True"}`,
    );
  }
  return bag(g, context as never);
});

/** The gradient goes to where the maxima stood. */
defineDerivative<[x: Tensor, places: Tensor, windows: { readonly lengths: readonly number[] }]>(
  ["maxPool1d", "maxPool2d", "maxPool3d", "adaptiveMaxPool1d", "adaptiveMaxPool2d", "adaptiveMaxPool3d", "fractionalMaxPool2d", "fractionalMaxPool3d"],
  (g, { args: [x, places, { lengths }] }) => {
    const spatial = product(x.sizes.slice(x.ndim - lengths.length));
    const planes = product(x.sizes.slice(0, x.ndim - lengths.length));
    const flat = g.newZeros([planes, spatial]).scatterAdd(1, places.reshape([planes, -1]), g.reshape([planes, -1]));
    return [flat.reshape([...x.sizes])];
  },
);
defineDerivative(["maxUnpool1d", "maxUnpool2d", "maxUnpool3d"], linearInEach(0));
