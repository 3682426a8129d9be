import * as torch from "layerscope";
import { expect, test } from "vitest";

const { nn } = torch;
const zeros = (...sizes: number[]): torch.Tensor => torch.zeros(sizes);

/** PyTorch's texts, from its sources. */
const cases: [what: string, call: () => unknown, text: string][] = [
  ["too many features for BatchNorm1d", () => new nn.BatchNorm1d(4)(zeros(2, 5)), "running_mean should contain 5 elements not 4"],
  ["one value a channel", () => new nn.BatchNorm1d(4)(zeros(1, 4)), "Expected more than 1 value per channel when training, got input size torch.Size([1, 4])"],
  ["too few dimensions for BatchNorm2d", () => new nn.BatchNorm2d(3)(zeros(2, 3, 4)), "expected 4D input (got 3D input)"],
  ["too many dimensions for InstanceNorm2d", () => new nn.InstanceNorm2d(3)(zeros(1, 1, 3, 2, 2)), "expected 3D or 4D input (got 5D input)"],
  [
    "other channels than InstanceNorm2d learns",
    () => new nn.InstanceNorm2d(3, { affine: true })(zeros(2, 4, 3, 3)),
    "expected input's size at dim=1 to match num_features (3), but got: 4.",
  ],
  [
    "one position for InstanceNorm1d",
    () => new nn.InstanceNorm1d(4)(zeros(2, 4, 1)),
    "Expected more than 1 spatial element when training, got input size torch.Size([2, 4, 1])",
  ],
  ["channels that groups do not divide", () => new nn.GroupNorm(4, 6), "num_channels (6) must be divisible by num_groups (4)"],
  [
    "other channels than GroupNorm's",
    () => new nn.GroupNorm(2, 6)(zeros(2, 8, 3)),
    "Expected weight to be a vector of size equal to the number of channels in input, but got weight of shape [6] and input of shape [2, 8, 3]",
  ],
  [
    "another shape than RMSNorm's",
    () => new nn.RMSNorm([4, 8])(zeros(2, 8, 4)),
    "Given normalized_shape=[4, 8], expected input with shape [*4, 8], but got input of size[2, 8, 4]",
  ],
  ["an index beyond the table", () => new nn.Embedding(4, 5)(torch.tensor([4])), "index out of range in self"],
  [
    "floats as indices",
    () => new nn.Embedding(4, 5)(zeros(2)),
    "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.FloatTensor instead (while checking arguments for embedding)",
  ],
  ["bags without offsets", () => new nn.EmbeddingBag(4, 5)(torch.tensor([1, 2])), "offsets has to be a 1D Tensor but got None"],
  ["other features than the LSTM's", () => new nn.LSTM(4, 5)(zeros(2, 3, 5)), "input.size(-1) must be equal to input_size. Expected 4, got 5"],
  ["a state for another batch", () => new nn.GRU(4, 5)(zeros(2, 3, 4), zeros(1, 2, 5)), "Expected hidden size (1, 3, 5), got [1, 2, 5]"],
  [
    "states with a batch for an input without",
    () => new nn.LSTM(4, 5)(zeros(2, 4), [zeros(1, 3, 5), zeros(1, 3, 5)]),
    "For unbatched 2-D input, hx and cx should also be 2-D but got (3-D, 3-D) tensors",
  ],
  [
    "a dropout that is no probability",
    () => new nn.LSTM(4, 5, { dropout: 2 }),
    "dropout should be a number in range [0, 1] representing the probability of an element being zeroed",
  ],
  ["heads that do not divide the width", () => new nn.MultiheadAttention(7, 2), "embed_dim must be divisible by num_heads"],
  [
    "a mask of another shape",
    () => new nn.MultiheadAttention(8, 2)(zeros(3, 2, 8), zeros(3, 2, 8), zeros(3, 2, 8), { attnMask: zeros(2, 2) }),
    "The shape of the 2D attn_mask is torch.Size([2, 2]), but should be (3, 3).",
  ],
  ["an unknown activation", () => new nn.TransformerEncoderLayer(8, 2, { activation: "tanh" as "relu" }), "activation should be relu/gelu, not tanh"],
  ["numbers of another dtype than BatchNorm1d's", () => new nn.BatchNorm1d(4)(zeros(2, 4).double()), "mixed dtype (CPU): all inputs must share same datatype."],
  ["integers for LayerNorm", () => new nn.LayerNorm(4)(zeros(2, 4).long()), "mixed dtype (CPU): all inputs must share same datatype."],
  [
    "a kernel without extent",
    () => new nn.Conv2d(3, 4, 0)(zeros(1, 3, 5, 5)),
    "kernel size should be greater than zero, but got kernel_height: 0 kernel_width: 0",
  ],
  [
    "a sequence's kernel without extent",
    () => new nn.Conv1d(3, 4, 0)(zeros(1, 3, 5)),
    "kernel size should be greater than zero, but got kernel_height: 1 kernel_width: 0",
  ],
  [
    "a volume's kernel without extent",
    () => new nn.Conv3d(3, 4, 0)(zeros(1, 3, 5, 5, 5)),
    "kernel size should be greater than zero, but got: 0 x 0 x 0 (TxHxW)",
  ],
  [
    "bags that start late",
    () => new nn.EmbeddingBag(5, 3)(torch.tensor([0, 1]), torch.tensor([1])),
    "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got 1\n[ torch.LongTensor{} ]",
  ],
  [
    "a bag beyond the input",
    () => new nn.EmbeddingBag(5, 3)(torch.tensor([0, 1]), torch.tensor([0, 5])),
    "offsets[-1] can not be greater than input's length 2 but got offsets[-1] of 5",
  ],
  [
    "maxima put back outside",
    () => new nn.MaxUnpool1d(2)(zeros(1, 1, 2), torch.tensor([[[0, 9]]])),
    "Found an invalid max index: 9 (output volumes are of size 4x1)",
  ],
  ["a margin to the power of three", () => new nn.MultiMarginLoss({ p: 3 }), "only p == 1 and p == 2 supported"],
  ["an unknown reduction of GaussianNLLLoss", () => new nn.GaussianNLLLoss({ reduction: "x" as "sum" })(zeros(2), zeros(2), torch.ones(2)), "x is not valid"],
  [
    "targets of SoftMarginLoss that want gradients",
    () => new nn.SoftMarginLoss()(zeros(2), zeros(2).requiresGrad_()),
    "The function 'soft_margin_loss' is not differentiable with respect to argument 'target'. This input cannot have requires_grad True.",
  ],
  [
    "classes beyond the adaptive softmax's",
    () => new nn.AdaptiveLogSoftmaxWithLoss(4, 10, [3, 6])(zeros(2, 4), torch.tensor([8, 12])),
    "Target values should be in [0, 9], but values in range [8, 12] were found. ",
  ],
  ["bounds of Hardtanh that cross", () => new nn.Hardtanh(2, 1), "max_val (1) must be greater than min_val (2)"],
  ["a number as a child", () => new nn.ModuleList([1 as never]), "int is not a Module subclass"],
  [
    "a plain tensor as a parameter",
    () => new nn.Linear(1, 1).registerParameter("x", zeros(2)),
    "cannot assign 'torch.FloatTensor' object to parameter 'x' (torch.nn.Parameter or None required)",
  ],
  [
    "a number as a buffer",
    () => new nn.Linear(1, 1).registerBuffer("x", 3 as never),
    "cannot assign 'int' object to buffer 'x' (torch Tensor or None required)",
  ],
  ["a state dict that is none", () => new nn.Linear(1, 1).loadStateDict(3 as never), "Expected state_dict to be dict-like, got <class 'int'>."],
  [
    "a layer of integers",
    () => new nn.Linear(1, 1).to(torch.int64),
    "nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=torch.int64",
  ],
  [
    "a source of another batch than the target",
    () => new nn.Transformer({ dModel: 8, nhead: 2 })(zeros(3, 2, 8), zeros(3, 1, 8)),
    "the batch number of src and tgt must be equal",
  ],
];

test.each(cases)("%s", (_, call, text) => expect(call).toThrow(expect.objectContaining({ message: text })));

test("a layer that PyTorch has for floating-point numbers only refuses integers in PyTorch's class", () => {
  const integers = torch.ones([2, 4, 3], { dtype: torch.int64 });
  expect(() => nn.functional.batchNorm(integers, null, null, { training: true })).toThrow(
    expect.objectContaining({ name: "NotImplementedError", message: "\"batch_norm\" not implemented for 'Long'" }),
  );
  expect(() => nn.functional.layerNorm(integers, [3])).toThrow(
    expect.objectContaining({ name: "NotImplementedError", message: "\"LayerNormKernelImpl\" not implemented for 'Long'" }),
  );
});
