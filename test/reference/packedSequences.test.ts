import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { camelCase, decode, errorMessage, expectTensor, gradientTolerance, loadCases, type EncodedTensor, type KeywordArguments } from "./replay.js";

const { nn } = torch;
const { rnn } = nn.utils;

interface PackedCase {
  readonly id: string;
  readonly name: "RNN" | "GRU" | "LSTM";
  readonly options: KeywordArguments;
  readonly lengths: readonly number[];
  readonly batch_first: boolean;
  readonly data: EncodedTensor;
  readonly batch_sizes: readonly number[];
  readonly text: string;
  readonly found: readonly number[];
  readonly inputs: readonly EncodedTensor[];
  readonly results: readonly EncodedTensor[];
  readonly gradients: readonly EncodedTensor[];
  readonly weights: readonly EncodedTensor[];
}

type States = torch.Tensor | [h: torch.Tensor, c: torch.Tensor];
type Layer = torch.nn.Module;
type Pass = (input: torch.nn.utils.rnn.PackedSequence, states?: unknown) => [output: torch.nn.utils.rnn.PackedSequence, states: States];

describe("recurrent networks on packed sequences", () => {
  it.each(loadCases<PackedCase>("packed_sequences").map((each) => [each.id, each] as const))("%s", (_, given) => {
    torch.manualSeed(0);
    const options = Object.fromEntries(Object.entries(given.options).map(([name, value]) => [camelCase(name), value]));
    const layer = new (nn[given.name] as unknown as new (...args: readonly unknown[]) => Layer)(3, 4, options);
    const [input, ...states] = given.inputs.map((each) => decode(each).requiresGrad_()) as [torch.Tensor, ...torch.Tensor[]];
    const isSorted = given.lengths.every((length, i) => i === 0 || length <= given.lengths[i - 1]!);
    const packed = rnn.packPaddedSequence(input, given.lengths, { batchFirst: given.batch_first, enforceSorted: isSorted });
    expect(packed.batchSizes.tolist()).toEqual(given.batch_sizes);
    expectTensor(packed.data, given.data, "exact", "packed data");
    const [output, last] = (layer as unknown as Pass)(packed, ...(states.length === 0 ? [] : [given.name === "LSTM" ? states : states[0]]));
    const [padded, lengths] = rnn.padPackedSequence(output, given.batch_first, -1, 5);
    expect(lengths.tolist()).toEqual(given.found);
    const results: readonly torch.Tensor[] = [padded, ...[last].flat()];
    results.forEach((result, i) => expectTensor(result, given.results[i]!, undefined, `result ${i}`));
    const weighted = results.map((result) => result.mul(torch.linspace(-1, 1, result.numel()).reshape([...result.shape])).sum());
    weighted.reduce((sum, each) => sum.add(each)).backward();
    [input, ...states].forEach((each, i) => expectTensor(each.grad, given.gradients[i]!, gradientTolerance, `gradient of input ${i}`));
    [...layer.parameters()].forEach((each, i) => expectTensor(each.grad, given.weights[i]!, gradientTolerance, `gradient of weight ${i}`));
  });
});

const x = torch.arange(12).float().reshape([3, 2, 2]);
const [long, short] = [torch.tensor([1, 2, 3]).float(), torch.tensor([4, 5]).float()];

describe("packing", () => {
  it("prints as in PyTorch", () => {
    expect(String(rnn.packSequence([short, long], { enforceSorted: false }))).toBe(
      "PackedSequence(data=tensor([1., 4., 2., 5., 3.]), batch_sizes=tensor([2, 2, 1]), sorted_indices=tensor([1, 0]), unsorted_indices=tensor([1, 0]))",
    );
    expect(String(rnn.packSequence([long, short]))).toBe(
      "PackedSequence(data=tensor([1., 4., 2., 5., 3.]), batch_sizes=tensor([2, 2, 1]), sorted_indices=None, unsorted_indices=None)",
    );
  });

  it("pads on either side and comes undone", () => {
    expect(rnn.padSequence([short, long]).tolist()).toEqual([
      [4, 1],
      [5, 2],
      [0, 3],
    ]);
    expect(rnn.padSequence([short, long], { batchFirst: true, paddingValue: 9 }).tolist()).toEqual([
      [4, 5, 9],
      [1, 2, 3],
    ]);
    expect(rnn.padSequence([short, long], { batchFirst: true, paddingSide: "left" }).tolist()).toEqual([
      [0, 4, 5],
      [1, 2, 3],
    ]);
    expect(rnn.unpackSequence(rnn.packSequence([short, long], { enforceSorted: false })).map((each) => each.tolist())).toEqual([
      [4, 5],
      [1, 2, 3],
    ]);
    expect(rnn.unpadSequence(rnn.padSequence([short, long]), torch.tensor([2, 3])).map((each) => each.tolist())).toEqual([
      [4, 5],
      [1, 2, 3],
    ]);
  });

  it("takes lengths as a tensor or by name, and sequences of any kind", () => {
    expect(rnn.packPaddedSequence(x, torch.tensor([3, 1])).batchSizes.tolist()).toEqual([2, 1, 1]);
    expect(String(rnn.packPaddedSequence(x.long(), { lengths: [3, 2] }).double().data.dtype)).toBe("torch.float64");
    const [data, sizes] = rnn.packPaddedSequence(x, [3, 2]);
    expect([data!.shape.length, sizes!.tolist()]).toEqual([2, [2, 2, 1]]);
  });

  it("works on the device meta", () => {
    const packed = rnn.packPaddedSequence(torch.empty([5, 3, 4], { device: "meta" }), [2, 5, 1], { enforceSorted: false });
    const [output, [h, c]] = new nn.LSTM(4, 6, { device: "meta", bidirectional: true })(packed);
    expect([output.data.shape, h.shape, c.shape].map(String)).toEqual(["torch.Size([8, 12])", "torch.Size([2, 3, 6])", "torch.Size([2, 3, 6])"]);
    expect(String(rnn.padPackedSequence(output)[0].shape)).toBe("torch.Size([5, 3, 12])");
  });

  it.each<[string, () => unknown, string]>([
    [
      "lengths in no order",
      () => rnn.packPaddedSequence(x, [2, 3]),
      "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need ONNX exportability.",
    ],
    [
      "an empty sequence",
      () => rnn.packPaddedSequence(x, [3, 0]),
      "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0",
    ],
    ["lengths too few", () => rnn.packPaddedSequence(x, [3]), "Expected `len(lengths)` to be equal to batch_size, but got 1 (batch_size=2)"],
    [
      "a total too short",
      () => rnn.padPackedSequence(rnn.packPaddedSequence(x, [3, 2]), { totalLength: 2 }),
      "Expected total_length to be at least the length of the longest sequence in input, but got total_length=2 and max sequence length being 3",
    ],
    ["no sequences", () => rnn.padSequence([]), "received an empty list of sequences"],
    ["a side", () => rnn.padSequence([long], { paddingSide: "foo" as never }), "Expected padding_side to be one of left or right, but got foo."],
    ["sequences of other things", () => rnn.padSequence([long, torch.ones([2, 2])]), "output with shape [2] doesn't match the broadcast shape [2, 2]"],
    ["states without layers", () => new nn.GRU(2, 3)(rnn.packPaddedSequence(x, [3, 2]), torch.ones([2, 3])), "Expected hidden size (1, 2, 3), got [2, 3]"],
  ])("refuses %s", (_, call, text) => {
    expect(errorMessage(call)).toBe(text);
  });
});
