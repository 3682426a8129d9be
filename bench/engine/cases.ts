/** What every engine is asked to do, until the result lies where JavaScript (or Python) reads it. A peer leaves out what it cannot do. */
export const cases = {
  "matmul 64": { work: 2 * 64 ** 3, unit: "GFLOP/s" },
  "matmul 256": { work: 2 * 256 ** 3, unit: "GFLOP/s" },
  "matmul 512": { work: 2 * 512 ** 3, unit: "GFLOP/s" },
  "matmul 1024": { work: 2 * 1024 ** 3, unit: "GFLOP/s" },
  "matmul 1024, both transposed": { work: 2 * 1024 ** 3, unit: "GFLOP/s" },
  "conv2d 3x3, 64 channels, 56x56": { work: 2 * 64 * 64 * 9 * 56 * 56, unit: "GFLOP/s" },
  "conv2d 3x3, 128 channels, 28x28": { work: 2 * 128 * 128 * 9 * 28 * 28, unit: "GFLOP/s" },
  "conv2d 3x3, 256 channels, 14x14": { work: 2 * 256 * 256 * 9 * 14 * 14, unit: "GFLOP/s" },
  "conv2d 3x3, 512 channels, 7x7": { work: 2 * 512 * 512 * 9 * 7 * 7, unit: "GFLOP/s" },
  "add 1e7": { unit: "ms" },
  "relu 1e7": { unit: "ms" },
  "softmax 1e4 x 1e3": { unit: "ms" },
  "layer norm 1e4 x 1e3": { unit: "ms" },
  "pow 2 of 1e6": { unit: "ms" },
  "pow 3 of 1e6": { unit: "ms" },
  "pow 0.5 of 1e6": { unit: "ms" },
  "pow 2.5 of 1e6": { unit: "ms" },
  "pow -1.5 of 1e6": { unit: "ms" },
  "pow of two tensors of 1e6": { unit: "ms" },
  "gt of two tensors of 1e6": { unit: "ms" },
  "where of 1e6": { unit: "ms" },
  "masked fill of 1e6": { unit: "ms" },
  "BCE of 1e6, forward + backward": { unit: "ms" },
  "BCE of 1e6 logits, forward + backward": { unit: "ms" },
  "SGD with momentum, step of 1e6": { unit: "ms" },
  "RMSprop, step of 1e6": { unit: "ms" },
  "Adam, step of 1e6": { unit: "ms" },
  "LSTM 128, batch 32, 30 steps, forward": { unit: "per s" },
  "LSTM 128, batch 32, 30 steps, training step": { unit: "per s" },
  "uniform 1e7": { unit: "ms" },
  "normal 1e7": { unit: "ms" },
  "4-8-1 net, forward + backward": { unit: "per s" },
  "MLP 784-512-512-10, batch 64, training step": { unit: "per s" },
  "LeNet, batch 32, training step": { unit: "per s" },
  "GPT-2 small, build + init": { unit: "ms" },
  "GPT-2 small, forward of 64 tokens": { unit: "ms" },
  "GPT-2 small, training step of 64 tokens": { unit: "ms" },
} as const satisfies Record<string, Case>;

const gpt2Parameters = 124_439_808;
const logits = 64 * 50257;

/** Cases whose peak memory is measured too, with the bytes of what must be there at once: parameters, gradients, and the logits with theirs. */
export const memoryCases = {
  "GPT-2 small, build + init": { tensors: 4 * gpt2Parameters },
  "GPT-2 small, training step of 64 tokens": { tensors: 4 * (2 * gpt2Parameters + 2 * logits) },
} as const satisfies Partial<Record<CaseName, { readonly tensors: number }>>;

interface Case {
  /** Floating-point operations of one run; states a rate in GFLOP/s. */
  readonly work?: number;
  readonly unit: "GFLOP/s" | "ms" | "per s";
}

export type CaseName = keyof typeof cases;

/** One engine's way to do a case: `prepare` makes the data, what it returns does the work once and must have finished when it returns. */
export type Prepare = () => (() => void | Promise<void>) | Promise<() => void | Promise<void>>;

export interface Peer {
  readonly name: string;
  readonly cases: Partial<Record<CaseName, Prepare>>;
  /** Gives memory back between cases. */
  readonly cleanUp?: () => void;
}

/** The 3x3 convolutions of ResNet-50: channels in and out, height and width. */
export const convolutions: Readonly<Record<Extract<CaseName, `conv2d${string}`>, readonly [channels: number, size: number]>> = {
  "conv2d 3x3, 64 channels, 56x56": [64, 56],
  "conv2d 3x3, 128 channels, 28x28": [128, 28],
  "conv2d 3x3, 256 channels, 14x14": [256, 14],
  "conv2d 3x3, 512 channels, 7x7": [512, 7],
};

/** Powers with one exponent for all elements. */
export const powers: Readonly<Record<Extract<CaseName, `pow ${number} ${string}`>, number>> = {
  "pow 2 of 1e6": 2,
  "pow 3 of 1e6": 3,
  "pow 0.5 of 1e6": 0.5,
  "pow 2.5 of 1e6": 2.5,
  "pow -1.5 of 1e6": -1.5,
};

/** Sizes of the LSTM: as many features as units. */
export const lstm = { steps: 30, batch: 32, units: 128 } as const;

export const products: Readonly<Record<Extract<CaseName, `matmul ${number}`>, number>> = {
  "matmul 64": 64,
  "matmul 256": 256,
  "matmul 512": 512,
  "matmul 1024": 1024,
};
