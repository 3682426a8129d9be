import { inspect } from "../../inspect.js";
import { defineComposite } from "../../dispatch/index.js";
import { int64 } from "../../dtype.js";
import { RuntimeError, ValueError } from "../../errors.js";
import { collect, requiredFirst, type Arguments, type WithRequired } from "../../arguments.js";
import { full, tensor } from "../../ops/creation.js";
import { indexCopy, indexSelect } from "../../ops/indexedSlices.js";
import { stack } from "../../ops/joining.js";
import { pad } from "../../ops/padding.js";
import { argsort } from "../../ops/sorting.js";
import { broadcastSizes } from "../../ops/rules/promotion.js";
import { formatSizes, product } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { computes, ofParts } from "../../operation.js";

/** Batches of sequences of different lengths, for recurrent networks (torch.nn.utils.rnn). */

/**
 * Sequences of different lengths, step by step without padding, the longest first: what RNN, LSTM and GRU take and give in place of a padded
 * batch. Made by packPaddedSequence and packSequence. (torch.nn.utils.rnn.PackedSequence)
 */
export class PackedSequence {
  constructor(
    /** The elements of the first step of all sequences, then those of the second step, ...: (sum of lengths, *). */
    readonly data: Tensor,
    /** How many sequences have each step. */
    readonly batchSizes: Tensor,
    /** Where each sequence, the longest first, stood in the batch; null if they stood so. */
    readonly sortedIndices: Tensor | null = null,
    /** Where each sequence of the batch stands now. */
    readonly unsortedIndices: Tensor | null = invertPermutation(sortedIndices),
  ) {}

  /** The same with other elements. */
  withData(data: Tensor): PackedSequence {
    return new PackedSequence(data, this.batchSizes, this.sortedIndices, this.unsortedIndices);
  }

  /** In another dtype, on another device. */
  to(...args: Parameters<Tensor["to"]>): PackedSequence {
    const data = this.data.to(...args);
    const move = (indices: Tensor | null): Tensor | null => (indices === null || indices.device === data.device ? indices : indices.to(data.device));
    return data === this.data ? this : new PackedSequence(data, this.batchSizes, move(this.sortedIndices), move(this.unsortedIndices));
  }

  /** As float32. */
  float(): PackedSequence {
    return this.withData(this.data.float());
  }

  /** As float64. */
  double(): PackedSequence {
    return this.withData(this.data.double());
  }

  /** As int64. */
  long(): PackedSequence {
    return this.withData(this.data.long());
  }

  *[Symbol.iterator](): IterableIterator<Tensor | null> {
    yield* [this.data, this.batchSizes, this.sortedIndices, this.unsortedIndices];
  }

  toString(): string {
    const text = (value: Tensor | null): string => (value === null ? "None" : String(value));
    return `PackedSequence(data=${text(this.data)}, batch_sizes=${text(this.batchSizes)}, sorted_indices=${text(this.sortedIndices)}, unsorted_indices=${text(this.unsortedIndices)})`;
  }

  [inspect](): string {
    return this.toString();
  }
}

/** Where each position went: result[permutation[i]] = i; null for null. (torch.nn.utils.rnn.invert_permutation) */
export function invertPermutation(permutation: Tensor | null): Tensor | null {
  return permutation && (permutation.isMeta ? permutation : argsort(permutation));
}

function integers(values: readonly number[], like: Tensor): Tensor {
  return tensor([...values], { dtype: int64, device: like.device });
}

/** The places of the packed elements among those of a padded batch (steps, batch), one after the other. */
function packedPlaces(batchSizes: readonly number[], batch: number): number[] {
  return batchSizes.flatMap((size, step) => Array.from({ length: size }, (_, i) => step * batch + i));
}

export interface PackOptions {
  /** Whether the batch is the first dimension, not the second. Default false. */
  readonly batchFirst?: boolean;
  /** Whether sequences that are not in the order of their lengths, the longest first, are an error; else they are sorted. Default true. */
  readonly enforceSorted?: boolean;
}

type Lengths = Tensor | readonly number[];

/**
 * A padded batch of sequences without its padding. (torch.nn.utils.rnn.pack_padded_sequence)
 * Shapes: input (steps, batch, *), or (batch, steps, *) with `batchFirst`; lengths (batch).
 */
export function packPaddedSequence(
  input: Tensor,
  ...args: WithRequired<[lengths: Lengths], { readonly lengths: Lengths }, [batchFirst: boolean, enforceSorted: boolean], PackOptions>
): PackedSequence {
  const [[lengths], rest] = requiredFirst<[lengths: Lengths]>("pack_padded_sequence", ["lengths"], args);
  const { batchFirst = false, enforceSorted = true } = collect<PackOptions>("packPaddedSequence", ["batchFirst", "enforceSorted"], rest);
  return packOf(input, lengths, batchFirst, enforceSorted);
}

const packOf = defineComposite(
  { name: "packPaddedSequence", effect: computes, multiplyAdds: ofParts, arguments: ["input", "lengths", ["batchFirst", false], ["enforceSorted", true]] },
  (input: Tensor, given: Lengths, batchFirst: boolean, enforceSorted: boolean): PackedSequence => {
    const lengths = given instanceof Tensor ? (given.tolist() as number[]) : given;
    const padded = batchFirst ? input.transpose(0, 1) : input;
    const [steps, batch, ...rest] = padded.sizes as [number, number, ...number[]];
    if (lengths.length !== batch) {
      throw new RuntimeError(`Expected \`len(lengths)\` to be equal to batch_size, but got ${lengths.length} (batch_size=${batch})`);
    }
    if (lengths.some((length) => !(length > 0))) {
      throw new RuntimeError("Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0");
    }
    // PyTorch reads past the end here.
    if (lengths.some((length) => length > steps)) throw new RuntimeError(`Expected lengths of at most ${steps}, but got ${formatSizes(lengths)}`);
    const order = [...lengths.keys()].sort((a, b) => lengths[b]! - lengths[a]!);
    if (enforceSorted && order.some((place, i) => (i > 0 && lengths[place]! === lengths[order[i - 1]!]! ? false : place !== i))) {
      throw new RuntimeError(
        "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need ONNX exportability.",
      );
    }
    const batchSizes = Array.from({ length: Math.max(...lengths) }, (_, step) => lengths.filter((length) => length > step).length);
    const indices = enforceSorted ? null : integers(order, input);
    const unsorted =
      indices &&
      integers(
        [...order.keys()].sort((a, b) => order[a]! - order[b]!),
        input,
      );
    const sorted = indices === null ? padded : indexSelect(padded, 1, indices);
    const data = indexSelect(sorted.reshape([steps * batch, ...rest]), 0, integers(packedPlaces(batchSizes, batch), input));
    return new PackedSequence(data, tensor(batchSizes, { dtype: int64 }), indices, unsorted);
  },
);

export interface PadPackedOptions {
  /** Whether the batch becomes the first dimension, not the second. Default false. */
  readonly batchFirst?: boolean;
  /** What stands behind a sequence's end. Default 0. */
  readonly paddingValue?: number;
  /** How many steps the result has. Default: as many as the longest sequence. */
  readonly totalLength?: number | null;
}

/** A padded batch of the sequences, and their lengths. (torch.nn.utils.rnn.pad_packed_sequence) */
export function padPackedSequence(
  sequence: PackedSequence,
  ...args: Arguments<[batchFirst: boolean, paddingValue: number, totalLength: number | null], PadPackedOptions>
): [padded: Tensor, lengths: Tensor] {
  const {
    batchFirst = false,
    paddingValue = 0,
    totalLength = null,
  } = collect<PadPackedOptions>("padPackedSequence", ["batchFirst", "paddingValue", "totalLength"], args);
  return padOf(sequence, batchFirst, paddingValue, totalLength);
}

const padOf = defineComposite(
  { name: "padPackedSequence", effect: computes, multiplyAdds: ofParts, arguments: ["sequence", ["batchFirst", false], ["paddingValue", 0], "totalLength"] },
  (
    { data, batchSizes: sizes, unsortedIndices: order }: PackedSequence,
    batchFirst: boolean,
    value: number,
    totalLength: number | null,
  ): [padded: Tensor, lengths: Tensor] => {
    const batchSizes = sizes.tolist() as number[];
    const longest = batchSizes.length;
    if (totalLength !== null && totalLength < longest) {
      throw new ValueError(
        `Expected total_length to be at least the length of the longest sequence in input, but got total_length=${totalLength} and max sequence length being ${longest}`,
      );
    }
    const steps = totalLength ?? longest;
    const batch = batchSizes[0]!;
    const rest = data.sizes.slice(1);
    const padding = full([steps * batch, ...rest], value, { dtype: data.dtype, device: data.device });
    const padded = indexCopy(padding, 0, integers(packedPlaces(batchSizes, batch), data), data).reshape([steps, batch, ...rest]);
    const ordered = order === null ? padded : indexSelect(padded, 1, order);
    const lengths = Array.from({ length: batch }, (_, i) => batchSizes.filter((size) => size > i).length);
    // On the meta device nobody knows the order any more.
    const places = order === null || order.isMeta ? [...lengths.keys()] : (order.tolist() as number[]);
    return [
      batchFirst ? ordered.transpose(0, 1) : ordered,
      tensor(
        places.map((place) => lengths[place]!),
        { dtype: int64 },
      ),
    ];
  },
);

export interface PadSequenceOptions {
  /** Whether the batch becomes the first dimension, not the second. Default false. */
  readonly batchFirst?: boolean;
  /** What stands beside a shorter sequence. Default 0. */
  readonly paddingValue?: number;
  /** Where it stands. Default "right". */
  readonly paddingSide?: "left" | "right";
}

const padSequenceOf = defineComposite(
  { name: "padSequence", effect: computes, multiplyAdds: ofParts, arguments: ["sequences", ["batchFirst", false], "paddingValue", "paddingSide"] },
  (sequences: readonly Tensor[], batchFirst: boolean, value: number, side: "left" | "right"): Tensor => {
    const longest = Math.max(...sequences.map((each) => each.sizes[0]!));
    const [first] = sequences as readonly [Tensor];
    for (const { sizes } of sequences) {
      const common = broadcastSizes(first.sizes.slice(1), sizes.slice(1));
      if (common.length !== first.sizes.length - 1 || product(common) !== product(first.sizes.slice(1))) {
        throw new RuntimeError(
          `output with shape ${formatSizes([sizes[0]!, ...first.sizes.slice(1)])} doesn't match the broadcast shape ${formatSizes([sizes[0]!, ...common])}`,
        );
      }
    }
    const padded = sequences.map((each) => {
      const missing = longest - each.sizes[0]!;
      const around = [...each.sizes.slice(1).flatMap(() => [0, 0]), ...(side === "left" ? [missing, 0] : [0, missing])];
      return pad(each, around, "constant", value);
    });
    return stack(padded, batchFirst ? 0 : 1);
  },
);

/** Sequences (length, *) of different lengths as one batch (longest, batch, *), padded. (torch.nn.utils.rnn.pad_sequence) */
export function padSequence(
  sequences: readonly Tensor[],
  ...args: Arguments<[batchFirst: boolean, paddingValue: number, paddingSide: "left" | "right"], PadSequenceOptions>
): Tensor {
  const {
    batchFirst = false,
    paddingValue = 0,
    paddingSide = "right",
  } = collect<PadSequenceOptions>("padSequence", ["batchFirst", "paddingValue", "paddingSide"], args);
  if (sequences.length === 0) throw new RuntimeError("received an empty list of sequences");
  if (paddingSide !== "left" && paddingSide !== "right")
    throw new RuntimeError(`Expected padding_side to be one of left or right, but got ${String(paddingSide)}.`);
  return padSequenceOf(sequences, batchFirst, paddingValue, paddingSide);
}

/** The sequences of a padded batch (steps, batch, *), each as long as it is. (torch.nn.utils.rnn.unpad_sequence) */
export function unpadSequence(
  paddedSequences: Tensor,
  ...args: WithRequired<[lengths: Lengths], { readonly lengths: Lengths }, [batchFirst: boolean], { readonly batchFirst?: boolean }>
): Tensor[] {
  const [[given], rest] = requiredFirst<[lengths: Lengths]>("unpad_sequence", ["lengths"], args);
  const { batchFirst = false } = collect<{ batchFirst?: boolean }>("unpadSequence", ["batchFirst"], rest);
  const lengths = given instanceof Tensor ? (given.tolist() as number[]) : given;
  return lengths.map((length, i) => paddedSequences.select(batchFirst ? 0 : 1, i).narrow(0, 0, length));
}

/** Sequences (length, *) of different lengths, packed; `enforceSorted` as for packPaddedSequence. (torch.nn.utils.rnn.pack_sequence) */
export function packSequence(sequences: readonly Tensor[], ...args: Arguments<[enforceSorted: boolean], { readonly enforceSorted?: boolean }>): PackedSequence {
  const { enforceSorted = true } = collect<{ enforceSorted?: boolean }>("packSequence", ["enforceSorted"], args);
  return packSequenceOf(sequences, enforceSorted);
}

const packSequenceOf = defineComposite(
  { name: "packSequence", effect: computes, multiplyAdds: ofParts, arguments: ["sequences", ["enforceSorted", true]] },
  (sequences: readonly Tensor[], enforceSorted: boolean): PackedSequence =>
    packPaddedSequence(
      padSequence(sequences),
      sequences.map((each) => each.sizes[0]!),
      { enforceSorted },
    ),
);

/** The sequences that were packed, in the order that they had. (torch.nn.utils.rnn.unpack_sequence) */
export function unpackSequence(packed: PackedSequence): Tensor[] {
  const [padded, lengths] = padPackedSequence(packed);
  return unpadSequence(padded, lengths);
}
