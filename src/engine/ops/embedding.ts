import { linearInEach, defineOperation } from "../dispatch/index.js";
import { int64 } from "../dtype.js";
import { IndexError, NotImplementedError, RuntimeError, ValueError } from "../errors.js";
import { denseValues } from "../kernels/elementwise.js";
import { norm } from "../kernels/norms.js";
import { Size } from "../size.js";
import { withoutValues } from "../storage.js";
import { Tensor, through } from "../tensor.js";
import { collect, requiredFirst, type Arguments, type WithRequired } from "../arguments.js";
import { arange } from "./creation.js";
import { asHeld } from "./rules/elementwiseRows.js";
import { computes, notCounted } from "../operation.js";

/** Rows of a table, looked up by index. */

export interface EmbeddingOptions {
  /** Index whose row gets no gradient; counts from the end if negative. Default null. */
  readonly paddingIdx?: number | null;
  /** Rows that are used and whose norm is larger are scaled down to it, in the table itself. Default null. */
  readonly maxNorm?: number | null;
  /** The order of that norm. Default 2. */
  readonly normType?: number;
  /** Divides each row's gradient by how often the row was used. Default false. */
  readonly scaleGradByFreq?: boolean;
  /** Prints as PyTorch prints it; gradients are dense all the same. Default false. */
  readonly sparse?: boolean;
}

function checkIndices(indices: Tensor, operation: string): void {
  const { name, scalarType } = indices.dtype;
  if (name !== "int64" && name !== "int32") {
    throw new RuntimeError(
      `Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.${scalarType}Tensor instead (while checking arguments for ${operation})`,
    );
  }
}

/** The index as an offset from the start, checked. */
function normalizePadding(paddingIdx: number | null, rows: number): number | null {
  if (paddingIdx === null) return null;
  if (paddingIdx >= rows || paddingIdx < -rows) throw new ValueError("Padding_idx must be within num_embeddings");
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
}

/** `mode`: of an embedding bag, which has errors of its own. */
function checkedIndices(indices: Tensor, rows: number, mode?: string): ArrayLike<number> {
  const values = denseValues(indices);
  for (let i = 0; i < values.length; i++) {
    const at = values[i]!;
    if (at >= 0 && at < rows) continue;
    if (mode === undefined) throw new IndexError("index out of range in self");
    throw new RuntimeError(
      mode === "max"
        ? `embedding_bag: Expected idx >= 0 && idx < num_embeddings but found idx to be ${at}`
        : `Index ${i} of input takes value ${at} which is not in the valid range [0, ${rows})`,
    );
  }
  return values;
}

/** Scales rows that are about to be used down to the norm, in place and outside of differentiation (torch.embedding_renorm_). */
function renormalize(weight: Tensor, indices: Tensor, maxNorm: number, normType: number): void {
  if (weight.device === "meta" || indices.device === "meta") return;
  const [rows, columns] = weight.sizes as [number, number];
  const [rowStride, columnStride] = weight.strides as [number, number];
  const { data } = weight.storage;
  const held = (value: number): number => asHeld(value, weight.dtype);
  const found = Tensor.allocate([], weight.dtype, "cpu").storage.data;
  for (const row of new Set(Array.from(checkedIndices(indices, rows)))) {
    const start = weight.offset + row * rowStride;
    norm(found, through({ sizes: [columns], strides: [columnStride], offset: start }, weight), [0], normType);
    if (!(found[0]! > maxNorm)) continue;
    const scale = held(maxNorm / (found[0]! + 1e-7));
    for (let j = 0; j < columns; j++) data[start + j * columnStride]! *= scale;
  }
  weight.version.value++;
}

/** How often each index occurs. */
function countsOf(indices: ArrayLike<number>, rows: number): Float64Array {
  const counts = new Float64Array(rows);
  for (let i = 0; i < indices.length; i++) counts[indices[i]!]!++;
  return counts;
}

/**
 * What PyTorch divides the gradient of each index in a bag by: of the indices in order, the k-th distinct one gets the count of the index at
 * position k, where embedding itself takes each index's own count.
 */
function bagFrequencies(indices: ArrayLike<number>, rows: number): Float64Array {
  const counts = countsOf(indices, rows);
  const sorted = Float64Array.from(indices).sort();
  const result = new Float64Array(rows);
  [...new Set(sorted)].forEach((row, k) => (result[row] = counts[sorted[k]!]!));
  return result;
}

const embeddingOperation = defineOperation<[weight: Tensor, indices: Tensor, paddingIdx: number | null, scaleGradByFreq: boolean]>({
  name: "embedding",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "weight", "paddingIdx", ["scaleGradByFreq", false]],
  infer(weight, indices) {
    checkIndices(indices, "embedding");
    if (weight.sizes.length !== 2) throw new RuntimeError("'weight' must be 2-D");
    return { sizes: [...indices.sizes, weight.sizes[1]!], dtype: weight.dtype };
  },
  forward(output, weight, indices) {
    const [rows, columns] = weight.sizes as [number, number];
    const at = checkedIndices(indices, rows);
    const source = denseValues(weight);
    const out = output.storage.data;
    for (let i = 0; i < at.length; i++) out.set(source.subarray(at[i]! * columns, (at[i]! + 1) * columns), i * columns);
  },
  reads: [1],
  backward(gradient, { args: [weight, indices, paddingIdx, scaleGradByFreq] }) {
    const result = Tensor.allocate(weight.sizes, weight.dtype, gradient.device);
    const [rows, columns] = weight.sizes as [number, number];
    const at = denseValues(indices);
    const g = denseValues(gradient);
    const counts = scaleGradByFreq ? countsOf(at, rows) : null;
    const out = result.storage.data;
    for (let i = 0; i < at.length; i++) {
      const row = at[i]!;
      if (row === paddingIdx) continue;
      const scale = counts === null ? 1 : 1 / counts[row]!;
      for (let j = 0; j < columns; j++) out[row * columns + j]! += g[i * columns + j]! * scale;
    }
    return [result, null];
  },
  recordedBackward(g, { args: [weight, indices, paddingIdx, scaleGradByFreq] }) {
    const [rows, columns] = weight.sizes as [number, number];
    const at = indices.reshape(-1).long();
    let factors = at.ne(paddingIdx ?? -1).to(g.dtype);
    if (scaleGradByFreq) {
      const counts = factors.newZeros([rows]).indexAdd(0, at, factors.mul(0).add(1));
      factors = factors.div(counts.indexSelect(0, at));
    }
    return [g.newZeros([rows, columns]).indexAdd(0, at, g.reshape([-1, columns]).mul(factors.unsqueeze(1)))];
  },
});

/**
 * The rows of `weight` (rows, columns) that `input` names (torch.nn.functional.embedding). `input` holds integers below the number of rows;
 * the result has its shape with one dimension of `columns` more.
 */
export function embedding(
  input: Tensor,
  ...args: WithRequired<
    [weight: Tensor],
    { readonly weight: Tensor },
    [paddingIdx: number | null, maxNorm: number | null, normType: number, scaleGradByFreq: boolean, sparse: boolean],
    EmbeddingOptions
  >
): Tensor {
  const [[weight], rest] = requiredFirst<[weight: Tensor]>("embedding", ["weight"], args);
  const {
    paddingIdx = null,
    maxNorm = null,
    normType = 2,
    scaleGradByFreq = false,
  } = collect<EmbeddingOptions>("embedding", ["paddingIdx", "maxNorm", "normType", "scaleGradByFreq", "sparse"], rest);
  const padding = normalizePadding(paddingIdx, weight.sizes[0] ?? 0);
  if (maxNorm !== null) {
    checkIndices(input, "embedding");
    renormalize(weight, input, maxNorm, normType);
  }
  return embeddingOperation(weight, input, padding, scaleGradByFreq);
}

// ---- bags

export type EmbeddingBagMode = "sum" | "mean" | "max";

export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** Where each bag starts in a one-dimensional input; the first is 0. Default null. */
  readonly offsets?: Tensor | null;
  /** How a bag's rows become one. Default "mean". */
  readonly mode?: EmbeddingBagMode;
  /** Multiplies each row, of the input's shape; for mode "sum" alone. Default null. */
  readonly perSampleWeights?: Tensor | null;
  /** Whether `offsets` ends with the length of the input. Default false. */
  readonly includeLastOffset?: boolean;
}

type EmbeddingBagArgs = [
  weight: Tensor,
  indices: Tensor,
  offsets: Tensor,
  mode: EmbeddingBagMode,
  perSampleWeights: Tensor | null,
  paddingIdx: number | null,
  scaleGradByFreq: boolean,
  includeLastOffset: boolean,
];

/** What backward of a bag wants to know. */
interface Bags {
  /** First index of each bag, and the end of the last one. */
  readonly bounds: readonly number[];
  /** How many indices of each bag are not padding. */
  readonly counts: readonly number[];
  /** For mode "max": the row that each element of the output was taken from, -1 for none. */
  readonly largest: Int32Array | null;
}

function bagCount(offsets: Tensor, includeLastOffset: boolean): number {
  return offsets.sizes[0]! - (includeLastOffset ? 1 : 0);
}

/** Without maxima, a sum of weighted rows. */
const ofBags = linearInEach(0, 4);

const embeddingBagOperation = defineOperation<EmbeddingBagArgs, Bags>({
  name: "embeddingBag",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "weight", "offsets", ["mode", "mean"], "paddingIdx", "perSampleWeights", ["scaleGradByFreq", false], ["includeLastOffset", false]],
  infer(weight, indices, offsets, _mode, perSampleWeights, _paddingIdx, _scale, includeLastOffset) {
    checkIndices(indices, "embedding_bag");
    checkIndices(offsets, "embedding_bag");
    if (includeLastOffset && offsets.sizes[0]! < 1) throw new RuntimeError("include_last_offset: number of offset should be at least 1");
    if (perSampleWeights !== null && perSampleWeights.dtype !== weight.dtype) {
      throw new RuntimeError(
        `expected 'weight' and 'per_sample_weights' to have the same type, but got torch.${weight.dtype.scalarType}Tensor and torch.${perSampleWeights.dtype.scalarType}Tensor`,
      );
    }
    return { sizes: [bagCount(offsets, includeLastOffset), weight.sizes[1]!], dtype: weight.dtype };
  },
  forward(output, weight, indices, offsets, mode, perSampleWeights, paddingIdx, _scale, includeLastOffset) {
    const [rows, columns] = weight.sizes as [number, number];
    const at = checkedIndices(indices, rows, mode);
    const bounds = boundsOf(offsets, at.length, includeLastOffset);
    const source = denseValues(weight);
    const scales = perSampleWeights && denseValues(perSampleWeights);
    const out = output.storage.data;
    const counts: number[] = [];
    const largest = mode === "max" ? new Int32Array(output.numel()).fill(-1) : null;
    const sums = new Float64Array(columns);
    for (let bag = 0; bag + 1 < bounds.length; bag++) {
      let count = 0;
      sums.fill(0);
      for (let i = bounds[bag]!; i < bounds[bag + 1]!; i++) {
        const row = at[i]!;
        if (row === paddingIdx) continue;
        const scale = scales === null ? 1 : scales[i]!;
        for (let j = 0; j < columns; j++) {
          const value = source[row * columns + j]!;
          if (largest === null) sums[j]! += value * scale;
          else if (count === 0 || value > sums[j]!) {
            sums[j] = value;
            largest[bag * columns + j] = row;
          }
        }
        count++;
      }
      counts.push(count);
      const divisor = mode === "mean" && count > 0 ? count : 1;
      for (let j = 0; j < columns; j++) out[bag * columns + j] = sums[j]! / divisor;
    }
    return { bounds, counts, largest };
  },
  reads: [{ read: 0, forGradientsOf: [4] }, 1, 2, 4],
  backward(gradient, context) {
    const { args, saved } = context;
    const [weight, indices, , mode, perSampleWeights, paddingIdx, scaleGradByFreq] = args;
    const result = Tensor.allocate(weight.sizes, weight.dtype, gradient.device);
    const scaleGradient = perSampleWeights && context.needs(4) ? Tensor.allocate(perSampleWeights.sizes, perSampleWeights.dtype, gradient.device) : null;
    const [rows, columns] = weight.sizes as [number, number];
    const at = denseValues(indices);
    const g = denseValues(gradient);
    const source = scaleGradient && denseValues(weight);
    const scales = perSampleWeights && denseValues(perSampleWeights);
    const frequencies = scaleGradByFreq ? bagFrequencies(at, rows) : null;
    const out = result.storage.data;
    const { bounds, counts, largest } = saved;
    for (let bag = 0; bag + 1 < bounds.length; bag++) {
      if (largest !== null) {
        for (let j = 0; j < columns; j++) {
          const row = largest[bag * columns + j]!;
          if (row >= 0) out[row * columns + j]! += g[bag * columns + j]!;
        }
        continue;
      }
      for (let i = bounds[bag]!; i < bounds[bag + 1]!; i++) {
        const row = at[i]!;
        if (row === paddingIdx) continue;
        const scale = (scales === null ? 1 : scales[i]!) / (mode === "mean" ? counts[bag]! : 1) / (frequencies === null ? 1 : frequencies[row]!);
        let dot = 0;
        for (let j = 0; j < columns; j++) {
          out[row * columns + j]! += g[bag * columns + j]! * scale;
          if (source !== null) dot += g[bag * columns + j]! * source[row * columns + j]!;
        }
        if (scaleGradient !== null) scaleGradient.storage.data[i] = dot;
      }
    }
    return [result, null, null, null, scaleGradient];
  },
  recordedBackward(g, context) {
    const [, , , mode, , , scaleGradByFreq] = context.args;
    if (mode === "max" || scaleGradByFreq) {
      throw new NotImplementedError(
        `derivative for aten::embedding_bag_backward is not implemented for ${mode === "max" ? "mode='max'" : "scale_grad_by_freq=True"}`,
      );
    }
    return ofBags(g, context);
  },
});

function boundsOf(offsets: Tensor, length: number, includeLastOffset: boolean): readonly number[] {
  const starts = Array.from(denseValues(offsets));
  if (starts.length > 0 && starts[0] !== 0) {
    throw new RuntimeError(
      `offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got ${starts[0]}\n[ torch.LongTensor{} ]`,
    );
  }
  const last = starts[starts.length - 1] ?? 0;
  if (last > length) throw new RuntimeError(`offsets[-1] can not be greater than input's length ${length} but got offsets[-1] of ${last}`);
  // The last offset, where included, is not looked at: the last bag ends with the input.
  if (includeLastOffset) starts.pop();
  return [...starts, length];
}

type EmbeddingBagPositional = [
  offsets: Tensor | null,
  maxNorm: number | null,
  normType: number,
  scaleGradByFreq: boolean,
  mode: EmbeddingBagMode,
  sparse: boolean,
  perSampleWeights: Tensor | null,
  includeLastOffset: boolean,
  paddingIdx: number | null,
];

/**
 * Sums, means or maxima of bags of rows of `weight` (torch.nn.functional.embedding_bag). Each row of a two-dimensional `input` is a bag; a
 * one-dimensional one is split at `offsets`. Gives (bags, columns); zeros for an empty bag.
 */
export function embeddingBag(
  input: Tensor,
  ...args: WithRequired<[weight: Tensor], { readonly weight: Tensor }, EmbeddingBagPositional, EmbeddingBagOptions>
): Tensor {
  const [[weight], rest] = requiredFirst<[weight: Tensor]>("embedding_bag", ["weight"], args);
  const options = collect<EmbeddingBagOptions>(
    "embeddingBag",
    ["offsets", "maxNorm", "normType", "scaleGradByFreq", "mode", "sparse", "perSampleWeights", "includeLastOffset", "paddingIdx"],
    rest,
  );
  const { mode = "mean", maxNorm = null, normType = 2, scaleGradByFreq = false, sparse = false, paddingIdx = null } = options;
  let { offsets = null, perSampleWeights = null, includeLastOffset = false } = options;
  let indices = input;
  const sizeText = (x: Tensor): string => String(Size.fromArray(x.sizes));
  if (!["sum", "mean", "max"].includes(mode)) throw new ValueError("mode has to be one of sum, mean or max");
  if (perSampleWeights !== null && sizeText(perSampleWeights) !== sizeText(input)) {
    throw new ValueError(
      `embedding_bag: If per_sample_weights (${sizeText(perSampleWeights)}) is not None, then it must have the same shape as the input (${sizeText(input)})`,
    );
  }
  if (weight.sizes.length !== 2) throw new ValueError(`weight has to be a 2D Tensor, but got Tensor of dimension ${weight.sizes.length}`);
  if (input.sizes.length === 2) {
    if (offsets !== null) {
      throw new ValueError(
        "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. However, found offsets of type <class 'torch.Tensor'>",
      );
    }
    const [bags, length] = input.sizes as [number, number];
    offsets = arange(0, bags * length, Math.max(length, 1), { dtype: input.dtype, device: input.device });
    indices = input.reshape([-1]);
    perSampleWeights &&= perSampleWeights.reshape([-1]);
    includeLastOffset = false;
  } else if (input.sizes.length === 1) {
    if (offsets === null) throw new ValueError("offsets has to be a 1D Tensor but got None");
    if (offsets.sizes.length !== 1) throw new ValueError("offsets has to be a 1D Tensor");
  } else throw new ValueError(`input has to be 1D or 2D Tensor, but got Tensor of dimension ${input.sizes.length}`);
  if (mode === "max" && scaleGradByFreq) throw new ValueError("max mode does not support scaling the gradient by the frequency");
  if (mode === "max" && sparse) throw new ValueError("max mode does not support sparse weights");
  if (perSampleWeights !== null && mode !== "sum") {
    throw new NotImplementedError(
      `embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got mode='${mode}'). Please open a feature request on GitHub.`,
    );
  }
  const padding = paddingIdx === null ? null : bagPadding(paddingIdx, weight.sizes[0]!);
  if (maxNorm !== null) {
    checkIndices(indices, "embedding_bag");
    renormalize(weight, indices, maxNorm, normType);
  }
  return embeddingBagOperation(weight, indices, offsets, mode, perSampleWeights, padding, scaleGradByFreq, includeLastOffset);
}

function bagPadding(paddingIdx: number, rows: number): number {
  if (paddingIdx >= rows || paddingIdx < -rows) {
    throw new RuntimeError(`padding_idx must be within the number of embeddings, -${rows} through ${rows - 1}, but got ${paddingIdx}`);
  }
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
}

const oneHotOperation = defineOperation<[x: Tensor, numClasses: number]>({
  name: "oneHot",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "numClasses"],
  infer: (x, numClasses) => ({ sizes: [...x.sizes, numClasses], dtype: int64 }),
  forward(output, x, numClasses) {
    denseValues(x).forEach((value, i) => {
      if (value < 0) throw new RuntimeError("Class values must be non-negative.");
      if (value >= numClasses) throw new RuntimeError("Class values must be smaller than num_classes.");
      output.storage.data[i * numClasses + value] = 1;
    });
  },
  backward: null,
});

/**
 * For each index a vector of zeros with a one at that place (torch.nn.functional.one_hot). The result has the shape of `x`, int64, with one
 * dimension of `numClasses` more; -1 takes one more class than the largest index.
 */
export function oneHot(x: Tensor, ...args: Arguments<[numClasses: number], { readonly numClasses?: number }>): Tensor {
  const { numClasses = -1 } = collect<{ readonly numClasses?: number }>("oneHot", ["numClasses"], args);
  if (x.dtype !== int64) throw new RuntimeError("one_hot is only applicable to index tensor of type LongTensor.");
  if (numClasses !== -1) {
    if (numClasses < 1) throw new RuntimeError("num_classes should be positive");
    return oneHotOperation(x, numClasses);
  }
  if (x.numel() === 0) throw new RuntimeError("Can not infer total number of classes from empty tensor.");
  if (x.device === "meta") throw withoutValues(new NotImplementedError("one_hot needs num_classes on the meta device: there are no values to take it from"));
  let largest = 0;
  for (const value of denseValues(x)) largest = Math.max(largest, value);
  return oneHotOperation(x, largest + 1);
}
